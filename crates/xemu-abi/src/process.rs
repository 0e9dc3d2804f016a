//! Processes and threads: clone, wait, prctl, limits, names.

use crate::wire_struct;

/// Signal sent at the child's end, in the low byte of clone's flags.
pub const CSIGNAL: u64 = 0xff;
/// Shares memory.
pub const CLONE_VM: u64 = 0x100;
/// Shares root, current folder and umask.
pub const CLONE_FS: u64 = 0x200;
/// Shares descriptors.
pub const CLONE_FILES: u64 = 0x400;
/// Shares signal actions.
pub const CLONE_SIGHAND: u64 = 0x800;
/// Stores a pidfd in the parent.
pub const CLONE_PIDFD: u64 = 0x1000;
/// The parent waits until the child execs or exits.
pub const CLONE_VFORK: u64 = 0x4000;
/// The parent's parent becomes the child's.
pub const CLONE_PARENT: u64 = 0x8000;
/// In the same thread group.
pub const CLONE_THREAD: u64 = 0x1_0000;
/// New mount namespace.
pub const CLONE_NEWNS: u64 = 0x2_0000;
/// clone3 only, in the place of an exit signal: new time namespace.
pub const CLONE_NEWTIME: u64 = 0x80;
/// New user namespace.
pub const CLONE_NEWUSER: u64 = 0x1000_0000;
/// Shares System V semaphore undo lists.
pub const CLONE_SYSVSEM: u64 = 0x4_0000;
/// Sets the thread pointer.
pub const CLONE_SETTLS: u64 = 0x8_0000;
/// Stores the thread id in the parent's memory.
pub const CLONE_PARENT_SETTID: u64 = 0x10_0000;
/// Clears the thread id in memory, and wakes, at the child's end.
pub const CLONE_CHILD_CLEARTID: u64 = 0x20_0000;
/// Unused.
pub const CLONE_DETACHED: u64 = 0x40_0000;
/// Cannot be traced by force.
pub const CLONE_UNTRACED: u64 = 0x80_0000;
/// Stores the thread id in the child's memory.
pub const CLONE_CHILD_SETTID: u64 = 0x100_0000;
/// Shares the I/O context.
pub const CLONE_IO: u64 = 0x8000_0000;
/// clone3 only: handlers go back to the default.
pub const CLONE_CLEAR_SIGHAND: u64 = 0x1_0000_0000;
/// clone3 only: into a given cgroup.
pub const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// What pthread_create asks for; these belong together for a thread of the same process.
pub const CLONE_THREAD_FLAGS: u64 =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

wire_struct! {
    /// `struct clone_args`, equal on both architectures.
    pub struct CloneArgs [88] {
        /// CLONE_* bits.
        0 flags: u64,
        /// Where the pidfd goes.
        8 pidfd: u64,
        /// Where the child stores its id.
        16 child_tid: u64,
        /// Where the parent stores the child's id.
        24 parent_tid: u64,
        /// Sent at the child's end.
        32 exit_signal: u64,
        /// The stack's lowest address.
        40 stack: u64,
        /// The stack's size.
        48 stack_size: u64,
        /// The thread pointer.
        56 tls: u64,
        /// Wanted ids.
        64 set_tid: u64,
        /// How many of them.
        72 set_tid_size: u64,
        /// Descriptor of a cgroup.
        80 cgroup: u64,
    }
}

/// The first version's size of `struct clone_args`.
pub const CLONE_ARGS_SIZE_VER0: u64 = 64;

/// The bytes of one field of `struct new_utsname`.
pub const UTS_FIELD: usize = 65;
/// The offset of `release`.
pub const UTS_RELEASE: usize = 2 * UTS_FIELD;
/// The offset of `machine`.
pub const UTS_MACHINE: usize = 4 * UTS_FIELD;
/// The bytes of `struct new_utsname`.
pub const UTS_SIZE: usize = 6 * UTS_FIELD;

wire_struct! {
    /// `struct robust_list_head`.
    pub struct RobustListHead [24] {
        /// The first entry; the head's own address for an empty list.
        0 list: u64,
        /// From an entry to its futex word.
        8 futex_offset: i64,
        /// An entry that is being added or taken.
        16 list_op_pending: u64,
    }
}

/// Futex word: there are waiters.
pub const FUTEX_WAITERS: u32 = 0x8000_0000;
/// Futex word: the owner died.
pub const FUTEX_OWNER_DIED: u32 = 0x4000_0000;
/// Futex word: the owner's thread id.
pub const FUTEX_TID_MASK: u32 = 0x3fff_ffff;
/// Wakes waiters.
pub const FUTEX_WAKE: u32 = 1;
/// The futex is private to the process.
pub const FUTEX_PRIVATE_FLAG: u32 = 128;
/// Operation: take a lock with priority inheritance.
pub const FUTEX_LOCK_PI: u32 = 6;
/// The same with a choice of clocks.
pub const FUTEX_LOCK_PI2: u32 = 13;
/// The operation without its flags.
pub const FUTEX_CMD_MASK: u32 = 0x7f;

/// How many entries the kernel follows in a robust list.
pub const ROBUST_LIST_LIMIT: usize = 2048;

macro_rules! prctls {
    ($($nr:literal $name:ident $class:ident;)*) => {
        /// How a prctl option is dealt with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum PrctlClass {
            /// Means the same to the host.
            Pass,
            /// Concerns memory layout or registers that are the emulator's on the host.
            Custom,
            /// A feature that this kernel is built without.
            Refused,
        }

        $(#[doc = concat!("`", stringify!($name), "`")] pub const $name: u32 = $nr;)*

        /// The name and the class of a prctl option.
        pub fn prctl_class(option: u32) -> Option<(&'static str, PrctlClass)> {
            match option {
                $($nr => Some((stringify!($name), PrctlClass::$class)),)*
                _ => None,
            }
        }
    };
}

/// PR_SET_MDWE: memory does not become executable.
pub const PR_MDWE_REFUSE_EXEC_GAIN: u64 = 1;
/// PR_SET_MDWE: not for children.
pub const PR_MDWE_NO_INHERIT: u64 = 2;

prctls! {
     1 PR_SET_PDEATHSIG           Pass;
     2 PR_GET_PDEATHSIG           Pass;
     3 PR_GET_DUMPABLE            Pass;
     4 PR_SET_DUMPABLE            Pass;
     5 PR_GET_UNALIGN             Refused;
     6 PR_SET_UNALIGN             Refused;
     7 PR_GET_KEEPCAPS            Pass;
     8 PR_SET_KEEPCAPS            Pass;
    13 PR_GET_TIMING              Pass;
    14 PR_SET_TIMING              Pass;
    15 PR_SET_NAME                Pass;
    16 PR_GET_NAME                Pass;
    19 PR_GET_ENDIAN              Refused;
    20 PR_SET_ENDIAN              Refused;
    21 PR_GET_SECCOMP             Refused;
    22 PR_SET_SECCOMP             Refused;
    23 PR_CAPBSET_READ            Pass;
    24 PR_CAPBSET_DROP            Pass;
    25 PR_GET_TSC                 Refused;
    26 PR_SET_TSC                 Refused;
    27 PR_GET_SECUREBITS          Pass;
    28 PR_SET_SECUREBITS          Pass;
    29 PR_SET_TIMERSLACK          Pass;
    30 PR_GET_TIMERSLACK          Pass;
    31 PR_TASK_PERF_EVENTS_DISABLE Pass;
    32 PR_TASK_PERF_EVENTS_ENABLE Pass;
    33 PR_MCE_KILL                Pass;
    34 PR_MCE_KILL_GET            Pass;
    35 PR_SET_MM                  Custom;
    36 PR_SET_CHILD_SUBREAPER     Pass;
    37 PR_GET_CHILD_SUBREAPER     Pass;
    38 PR_SET_NO_NEW_PRIVS        Pass;
    39 PR_GET_NO_NEW_PRIVS        Pass;
    40 PR_GET_TID_ADDRESS         Custom;
    41 PR_SET_THP_DISABLE         Pass;
    42 PR_GET_THP_DISABLE         Pass;
    45 PR_SET_FP_MODE             Refused;
    46 PR_GET_FP_MODE             Refused;
    47 PR_CAP_AMBIENT             Pass;
    50 PR_SVE_SET_VL              Refused;
    51 PR_SVE_GET_VL              Refused;
    52 PR_GET_SPECULATION_CTRL    Pass;
    53 PR_SET_SPECULATION_CTRL    Pass;
    54 PR_PAC_RESET_KEYS          Custom;
    55 PR_SET_TAGGED_ADDR_CTRL    Custom;
    56 PR_GET_TAGGED_ADDR_CTRL    Custom;
    57 PR_SET_IO_FLUSHER          Pass;
    58 PR_GET_IO_FLUSHER          Pass;
    59 PR_SET_SYSCALL_USER_DISPATCH Refused;
    60 PR_PAC_SET_ENABLED_KEYS    Custom;
    61 PR_PAC_GET_ENABLED_KEYS    Custom;
    62 PR_SCHED_CORE              Pass;
    63 PR_SME_SET_VL              Refused;
    64 PR_SME_GET_VL              Refused;
    65 PR_SET_MDWE                Custom;
    66 PR_GET_MDWE                Custom;
    67 PR_SET_MEMORY_MERGE        Pass;
    68 PR_GET_MEMORY_MERGE        Pass;
    74 PR_GET_SHADOW_STACK_STATUS Custom;
    75 PR_SET_SHADOW_STACK_STATUS Custom;
    76 PR_LOCK_SHADOW_STACK_STATUS Custom;
    0x5356_4d41 PR_SET_VMA        Pass;
    0x5961_6d61 PR_SET_PTRACER    Pass;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Wire, check_fields};

    #[test]
    fn layouts_are_well_formed() {
        check_fields(CloneArgs::SIZE, CloneArgs::FIELDS);
        check_fields(RobustListHead::SIZE, RobustListHead::FIELDS);
        assert_eq!(UTS_SIZE, 390);
    }

    #[test]
    fn prctl_options_are_known() {
        assert_eq!(prctl_class(15), Some(("PR_SET_NAME", PrctlClass::Pass)));
        assert_eq!(prctl_class(12345), None);
    }
}
