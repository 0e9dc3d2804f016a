//! The types of system call arguments: what a handler gets, and how strace shows it.

use core::marker::PhantomData;

use crate::names::{self, Name};
use crate::strace::Viewer;

/// Prints what an address points to; `None` when it cannot be read.
pub type ShowFn = fn(&Viewer, u64) -> Option<String>;

/// How an argument or a result is shown.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A descriptor or another signed 32-bit number.
    Int,
    /// A folder's descriptor, or AT_FDCWD.
    DirFd,
    /// An unsigned 32-bit number.
    Uint,
    /// A count or an offset of 64 bits.
    Long,
    /// A word in hexadecimal.
    Hex,
    /// An address, NULL for zero.
    Addr,
    /// A zero-terminated string.
    Str,
    /// Zero-terminated array of strings.
    StrArray,
    /// Like the array of strings, but only its address and its length.
    EnvArray,
    /// Bytes whose count is the next argument.
    Data,
    /// Bytes that the call writes; their count is its result.
    OutData,
    /// File permissions.
    Mode,
    /// A signal's number.
    Signal,
    /// Bits with names.
    Flags(&'static [Name]),
    /// One of several names.
    OneOf(&'static [Name]),
    /// Flags of open with the access mode.
    OpenFlags,
    /// Flags of clone with the signal.
    CloneFlags,
    /// Type and flags of a mapping.
    MapFlags,
    /// A structure that the call reads.
    In(ShowFn),
    /// A structure that the call writes.
    Out(ShowFn),
    /// A socket address that the call reads; its length is the next argument.
    Sockaddr,
    /// Descriptors that are polled, shown as they are afterwards; their count is the next argument.
    PollFds,
}

impl Kind {
    /// Whether the argument is an address.
    pub const fn is_pointer(self) -> bool {
        matches!(
            self,
            Self::Addr
                | Self::Str
                | Self::StrArray
                | Self::EnvArray
                | Self::Data
                | Self::OutData
                | Self::In(_)
                | Self::Out(_)
                | Self::Sockaddr
                | Self::PollFds
        )
    }
}

/// A typed argument.
pub trait Arg {
    /// How it is shown.
    const KIND: Kind;
    /// From the register's value, narrowed as the kernel narrows it.
    fn from_word(word: u64) -> Self;
}

macro_rules! arg_types {
    ($($(#[$meta:meta])* $name:ident($ty:ty) = $kind:expr;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $ty);
        impl Arg for $name {
            const KIND: Kind = $kind;
            fn from_word(word: u64) -> Self {
                Self(word as $ty)
            }
        }
    )*};
}

arg_types! {
    /// A descriptor.
    Fd(i32) = Kind::Int;
    /// A folder's descriptor.
    DirFd(i32) = Kind::DirFd;
    /// A signed number.
    Int(i32) = Kind::Int;
    /// A process or thread id.
    Pid(i32) = Kind::Int;
    /// An unsigned number.
    Uint(u32) = Kind::Uint;
    /// A signed word.
    Long(i64) = Kind::Long;
    /// A size in bytes.
    Size(u64) = Kind::Long;
    /// An offset in a file.
    Off(i64) = Kind::Long;
    /// A word without a nearer meaning.
    Word(u64) = Kind::Hex;
    /// A 32-bit word without a nearer meaning.
    Hex(u32) = Kind::Hex;
    /// An address of something that is not shown.
    Addr(u64) = Kind::Addr;
    /// The address of a path.
    Path(u64) = Kind::Str;
    /// The address of another string.
    Str(u64) = Kind::Str;
    /// The address of an argument vector.
    Argv(u64) = Kind::StrArray;
    /// The address of an environment.
    Envp(u64) = Kind::EnvArray;
    /// The address of bytes to read.
    Data(u64) = Kind::Data;
    /// The address of bytes to write.
    OutData(u64) = Kind::OutData;
    /// File permissions.
    Mode(u32) = Kind::Mode;
    /// A signal.
    Sig(i32) = Kind::Signal;
    /// Mapping type and flags.
    MapFlags(u64) = Kind::MapFlags;
    /// Address of a socket address.
    Sockaddr(u64) = Kind::Sockaddr;
    /// Flags of open.
    OpenFlags(u64) = Kind::OpenFlags;
    /// AT_* flags.
    AtFlags(u32) = Kind::Flags(names::AT);
    /// Flags of unlinkat.
    UnlinkFlags(u32) = Kind::Flags(names::UNLINK);
    /// Access mode.
    Access(u32) = Kind::Flags(names::ACCESS);
    /// Protection bits.
    Prot(u64) = Kind::Flags(names::PROT);
    /// Flags of mremap.
    MremapFlags(u64) = Kind::Flags(names::MREMAP);
    /// Flags of clone.
    CloneFlags(u64) = Kind::CloneFlags;
    /// Flags of message calls.
    MsgFlags(u32) = Kind::Flags(names::MSG);
    /// Flags of wait calls.
    WaitOptions(u32) = Kind::Flags(names::WAIT);
    /// Flags of pipe2, dup3, eventfd2 and others with the bits of open.
    FileFlags(u32) = Kind::Flags(names::OPEN);
    /// Flags of memfd_create.
    MemfdFlags(u32) = Kind::Flags(names::MEMFD);
    /// Flags of getrandom.
    RandomFlags(u32) = Kind::Flags(names::RANDOM);
    /// Flags of renameat2.
    RenameFlags(u32) = Kind::Flags(names::RENAME);
    /// Mask of statx.
    StatxMask(u32) = Kind::Flags(names::STATX);
    /// Type of a socket with its flags.
    SockType(u32) = Kind::Flags(names::SOCK_TYPE);
    /// Operation of futex.
    FutexOp(u32) = Kind::OneOf(names::FUTEX);
    /// Address family.
    Family(u32) = Kind::OneOf(names::FAMILY);
    /// Level of a socket option.
    SockLevel(u32) = Kind::OneOf(names::SOCK_LEVEL);
    /// Socket option.
    SockOpt(u32) = Kind::OneOf(names::SOCK_OPT);
    /// Command of fcntl.
    FcntlCmd(u32) = Kind::OneOf(names::FCNTL);
    /// Start of an offset.
    Whence(u32) = Kind::OneOf(names::WHENCE);
    /// How rt_sigprocmask works.
    SigHow(u32) = Kind::OneOf(names::SIG_HOW);
    /// Advice of madvise.
    Advice(u32) = Kind::OneOf(names::MADV);
    /// Flags of calls with a time.
    TimerFlags(u32) = Kind::Flags(names::TIMER);
    /// Flags of msync.
    MsyncFlags(u32) = Kind::Flags(names::MS);
    /// Flags of mlock2.
    Mlock2Flags(u32) = Kind::Flags(names::MLOCK2);
    /// Flags of close_range.
    CloseRangeFlags(u32) = Kind::Flags(names::CLOSE_RANGE);
    /// Flags of splice, tee and vmsplice.
    SpliceFlags(u32) = Kind::Flags(names::SPLICE);
    /// What inotify watches.
    InotifyMask(u32) = Kind::Flags(names::INOTIFY);
    /// What fallocate does.
    FallocMode(u32) = Kind::Flags(names::FALLOC);
    /// Flags of umount2.
    UmountFlags(u32) = Kind::Flags(names::UMOUNT);
    /// Address of descriptors that are polled; their count is the next argument.
    PollFds(u64) = Kind::PollFds;
    /// Flags of mlockall.
    MlockFlags(u32) = Kind::Flags(names::MCL);
    /// Operation of epoll_ctl.
    EpollOp(u32) = Kind::OneOf(names::EPOLL_OP);
    /// Option of prctl.
    PrctlOption(u32) = Kind::OneOf(names::PRCTL);
    /// A clock.
    ClockId(i32) = Kind::OneOf(names::CLOCK);
    /// An ioctl request.
    Ioctl(u32) = Kind::OneOf(names::IOCTL);
    /// A resource.
    Resource(u32) = Kind::OneOf(names::RLIMIT);
    /// Whose rusage.
    RusageWho(i32) = Kind::OneOf(names::RUSAGE);
    /// Which kind of id waitid waits for.
    IdType(u32) = Kind::OneOf(names::ID_TYPE);
    /// Interval timer.
    ItimerWhich(u32) = Kind::OneOf(names::ITIMER);
}

/// A structure that strace can show.
pub trait Shown {
    /// Shows it.
    const SHOW: ShowFn;
}

/// The address of a structure that the call reads.
pub struct In<T>(pub u64, PhantomData<T>);

/// The address of a structure that the call writes.
pub struct Out<T>(pub u64, PhantomData<T>);

impl<T: Shown> Arg for In<T> {
    const KIND: Kind = Kind::In(T::SHOW);
    fn from_word(word: u64) -> Self {
        Self(word, PhantomData)
    }
}

impl<T: Shown> Arg for Out<T> {
    const KIND: Kind = Kind::Out(T::SHOW);
    fn from_word(word: u64) -> Self {
        Self(word, PhantomData)
    }
}
