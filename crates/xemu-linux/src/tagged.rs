//! Addresses with tags in what system calls are given, which they take where the thread wants that
//! (PR_TAGGED_ADDR_ENABLE): in their arguments, and in the structures that the host's kernel reads
//! itself. (Documentation/arch/arm64/tagged-address-abi.rst)

use xemu_abi::Errno;
use xemu_abi::wire::Wire;
use xemu_mem::accessed;

use crate::args::Kind;
use crate::mem;
use crate::table::{Row, SysResult};
use crate::thread::Thread;

/// UIO_MAXIOV: a longer list is refused by the kernel.
const MOST_VECTORS: u64 = 1024;
/// Bytes of `struct iovec`, `struct msghdr`, `struct mmsghdr`.
const IOVEC: usize = 16;
const MSGHDR: usize = 56;
const MMSGHDR: usize = 64;

/// Whether an argument of this kind is, or may be, an address.
fn may_be_address(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Int
            | Kind::DirFd
            | Kind::Uint
            | Kind::Long
            | Kind::Mode
            | Kind::Signal
            | Kind::Flags(_)
            | Kind::OneOf(_)
            | Kind::OpenFlags
            | Kind::CloneFlags
            | Kind::MapFlags
    )
}

/// The words of a system call, whose tags are taken off where the thread wants that. What says
/// where memory is to go has no tag: that of brk, of mmap, and mremap's target.
pub fn arguments(t: &Thread, row: Option<&Row>, mut words: [u64; 6]) -> [u64; 6] {
    let Some(row) = row.filter(|_| t.cpu.mte.takes_tags()) else { return words };
    for (n, (word, (_, kind))) in words.iter_mut().zip(row.args).enumerate() {
        let place = matches!((row.name, n), ("brk" | "mmap", 0) | ("mremap", 4));
        if may_be_address(kind) && !place {
            *word = accessed(*word);
        }
    }
    words
}

/// Little-endian words of memory.
fn words_of(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(8).map(u64::decode).collect()
}

fn read_words(addr: u64, bytes: usize) -> Result<Vec<u64>, Errno> {
    let mut buffer = vec![0; bytes];
    mem::read(addr, &mut buffer)?;
    Ok(words_of(&buffer))
}

/// A list of `struct iovec` without tags; nothing if it is too long or there is none with a tag.
fn vectors(addr: u64, count: u64) -> Result<Option<Vec<u64>>, Errno> {
    if count > MOST_VECTORS {
        return Ok(None);
    }
    let mut list = read_words(addr, count as usize * IOVEC)?;
    let mut any = false;
    for base in list.iter_mut().step_by(2) {
        any |= accessed(*base) != *base;
        *base = accessed(*base);
    }
    Ok(any.then_some(list))
}

/// A `struct msghdr` without tags, with the list that it names.
struct Message {
    header: Vec<u64>,
    list: Option<Vec<u64>>,
}

impl Message {
    const NAME: usize = 0;
    const NAME_LEN: usize = 1;
    const LIST: usize = 2;
    const COUNT: usize = 3;
    const CONTROL: usize = 4;
    const CONTROL_LEN: usize = 5;
    const FLAGS: usize = 6;

    fn new(mut header: Vec<u64>) -> Result<Self, Errno> {
        for place in [Self::NAME, Self::LIST, Self::CONTROL] {
            header[place] = accessed(header[place]);
        }
        let list = vectors(header[Self::LIST], header[Self::COUNT])?;
        if let Some(list) = &list {
            header[Self::LIST] = list.as_ptr() as u64;
        }
        Ok(Self { header, list })
    }

    /// What the kernel has changed in the header goes to the guest's.
    fn put_back(addr: u64, header: &[u64]) -> Result<(), Errno> {
        mem::write(addr + 8, &(header[Self::NAME_LEN] as u32).to_le_bytes())?;
        mem::write(addr + 40, &header[Self::CONTROL_LEN].to_le_bytes())?;
        mem::write(addr + 48, &(header[Self::FLAGS] as u32).to_le_bytes())
    }
}

fn message(t: &mut Thread, nr: u16, mut args: [u64; 6], received: bool) -> SysResult {
    let addr = args[1];
    let message = Message::new(read_words(addr, MSGHDR)?)?;
    args[1] = message.header.as_ptr() as u64;
    let result = t.blocking(nr, args)?;
    drop(message.list);
    if received {
        Message::put_back(addr, &message.header)?;
    }
    Ok(result)
}

fn messages(t: &mut Thread, nr: u16, mut args: [u64; 6], received: bool) -> SysResult {
    let addr = args[1];
    let count = args[2].min(MOST_VECTORS);
    let mut headers = Vec::new();
    let mut lists = Vec::new();
    for n in 0..count {
        let mut header = read_words(addr + n * MMSGHDR as u64, MMSGHDR)?;
        let rest = header.split_off(MSGHDR / 8);
        let Message { header, list } = Message::new(header)?;
        headers.extend(header.into_iter().chain(rest));
        lists.push(list);
    }
    (args[1], args[2]) = (headers.as_mut_ptr() as u64, count);
    let done = t.blocking(nr, args)?;
    drop(lists);
    for (n, header) in (0..done).zip(headers.chunks_exact(MMSGHDR / 8)) {
        let at = addr + n * MMSGHDR as u64;
        mem::write(at + MSGHDR as u64, &(header[7] as u32).to_le_bytes())?;
        if received {
            Message::put_back(at, header)?;
        }
    }
    Ok(done)
}

/// The lists of an argument list: `places` are the arguments that name them, the next ones count.
fn with_vectors(t: &mut Thread, nr: u16, mut args: [u64; 6], places: &[usize]) -> SysResult {
    let mut lists = Vec::new();
    for &place in places {
        if let Some(list) = vectors(args[place], args[place + 1])? {
            args[place] = list.as_ptr() as u64;
            lists.push(list);
        }
    }
    t.blocking(nr, args)
}

/// Makes a call of the host's with the same arguments, and with structures without tags.
pub fn host_call(t: &mut Thread, nr: u16, args: [u64; 6]) -> SysResult {
    const READV: u16 = 19;
    const WRITEV: u16 = 20;
    const SENDMSG: u16 = 46;
    const RECVMSG: u16 = 47;
    const VMSPLICE: u16 = 278;
    const PREADV: u16 = 295;
    const PWRITEV: u16 = 296;
    const RECVMMSG: u16 = 299;
    const SENDMMSG: u16 = 307;
    const PROCESS_VM_READV: u16 = 310;
    const PROCESS_VM_WRITEV: u16 = 311;
    const PREADV2: u16 = 327;
    const PWRITEV2: u16 = 328;
    if !t.cpu.mte.takes_tags() {
        return t.blocking(nr, args);
    }
    match nr {
        READV | WRITEV | VMSPLICE | PREADV | PWRITEV | PREADV2 | PWRITEV2 => {
            with_vectors(t, nr, args, &[1])
        }
        PROCESS_VM_READV | PROCESS_VM_WRITEV => with_vectors(t, nr, args, &[1, 3]),
        SENDMSG | RECVMSG => message(t, nr, args, nr == RECVMSG),
        SENDMMSG | RECVMMSG => messages(t, nr, args, nr == RECVMMSG),
        _ => t.blocking(nr, args),
    }
}
