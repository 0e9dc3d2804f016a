//! io_uring: what the emulator must know of the rings and of their entries. (uapi/linux/io_uring.h)

use crate::wire_struct;

wire_struct! {
    /// `struct io_uring_params`.
    pub struct UringParams [120] {
        /// How many entries the submission queue has; a power of two.
        0 sq_entries: u32,
        /// How many the completion queue has.
        4 cq_entries: u32,
        /// IORING_SETUP_ flags.
        8 flags: u32,
        /// The processor of the polling thread.
        12 sq_thread_cpu: u32,
        /// After how many milliseconds it sleeps.
        16 sq_thread_idle: u32,
        /// IORING_FEAT_ bits.
        20 features: u32,
        /// The ring whose workers are to be shared.
        24 wq_fd: u32,
        /// Zero.
        28 resv: [u32; 3],
        /// The submission queue's words, as offsets.
        40 sq_off: SqOffsets,
        /// The completion queue's words: head, tail, ring_mask, ring_entries, overflow, cqes,
        /// flags, zero.
        80 cq_off: [u32; 8],
        /// With IORING_SETUP_NO_MMAP: the address of both queues.
        112 rings_addr: u64,
    }
}

wire_struct! {
    /// `struct io_sqring_offsets`.
    pub struct SqOffsets [40] {
        /// Of the first entry that the kernel has not taken.
        0 head: u32,
        /// Of the end of what was submitted.
        4 tail: u32,
        /// Of the number that reduces an index.
        8 ring_mask: u32,
        /// Of the number of entries.
        12 ring_entries: u32,
        /// Of IORING_SQ_ flags.
        16 flags: u32,
        /// Of the number of invalid entries.
        20 dropped: u32,
        /// Of the array of indices.
        24 array: u32,
        /// Zero.
        28 resv1: u32,
        /// With IORING_SETUP_NO_MMAP: the address of the entries.
        32 entries_addr: u64,
    }
}

wire_struct! {
    /// `struct io_uring_getevents_arg`.
    pub struct GetEventsArg [24] {
        /// The address of the temporary signal mask.
        0 sigmask: u64,
        /// The mask's size.
        8 sigmask_sz: u32,
        /// How long to wait at least, in microseconds.
        12 min_wait_usec: u32,
        /// The address of the time limit.
        16 ts: u64,
    }
}

wire_struct! {
    /// The start of `struct io_uring_sqe`.
    pub struct Sqe [64] {
        /// What to do.
        0 opcode: u8,
        /// The second address, or an offset.
        8 off: u64,
        /// The address.
        16 addr: u64,
        /// The length.
        24 len: u32,
        /// The operation's own flags.
        28 op_flags: u32,
    }
}

wire_struct! {
    /// `struct io_uring_rsrc_update`.
    pub struct RsrcUpdate [16] {
        /// The index.
        0 offset: u32,
        /// The descriptor.
        8 data: u64,
    }
}

/// io_uring_setup: a thread of the kernel takes entries.
pub const IORING_SETUP_SQPOLL: u32 = 1 << 1;
/// io_uring_setup: on which processor.
pub const IORING_SETUP_SQ_AFF: u32 = 1 << 2;
/// io_uring_setup: the ring begins disabled.
pub const IORING_SETUP_R_DISABLED: u32 = 1 << 6;
/// io_uring_setup: entries are 128 bytes long.
pub const IORING_SETUP_SQE128: u32 = 1 << 10;
/// io_uring_setup: completions wait for the thread that submits.
pub const IORING_SETUP_DEFER_TASKRUN: u32 = 1 << 13;
/// io_uring_setup: the program gives the memory.
pub const IORING_SETUP_NO_MMAP: u32 = 1 << 14;
/// io_uring_setup: the result is an index, not a descriptor.
pub const IORING_SETUP_REGISTERED_FD_ONLY: u32 = 1 << 15;
/// io_uring_setup: there is no array of indices.
pub const IORING_SETUP_NO_SQARRAY: u32 = 1 << 16;

/// Where the entries are mapped.
pub const IORING_OFF_SQES: u64 = 0x1000_0000;
/// Flag of the submission queue: the kernel's thread sleeps.
pub const IORING_SQ_NEED_WAKEUP: u32 = 1;

/// io_uring_enter: wait for completions.
pub const IORING_ENTER_GETEVENTS: u32 = 1;
/// io_uring_enter: wake the kernel's thread.
pub const IORING_ENTER_SQ_WAKEUP: u32 = 2;
/// io_uring_enter: wait for room in the submission queue.
pub const IORING_ENTER_SQ_WAIT: u32 = 4;
/// io_uring_enter: the argument is a [`GetEventsArg`].
pub const IORING_ENTER_EXT_ARG: u32 = 8;
/// io_uring_enter: the descriptor is an index.
pub const IORING_ENTER_REGISTERED_RING: u32 = 16;
/// io_uring_enter: the argument is an index into registered memory.
pub const IORING_ENTER_EXT_ARG_REG: u32 = 64;

/// io_uring_enter: all flags of Linux 6.18.
pub const IORING_ENTER_FLAGS: u32 = 0xff;

/// io_uring_register: gives rings indices.
pub const IORING_REGISTER_RING_FDS: u32 = 20;
/// io_uring_register: takes indices back.
pub const IORING_UNREGISTER_RING_FDS: u32 = 21;
/// io_uring_register: makes a ring larger or smaller.
pub const IORING_REGISTER_RESIZE_RINGS: u32 = 33;
/// io_uring_register: the descriptor is an index.
pub const IORING_REGISTER_USE_REGISTERED_RING: u32 = 1 << 31;

/// Operation: openat.
pub const IORING_OP_OPENAT: u8 = 18;
/// Operation: statx.
pub const IORING_OP_STATX: u8 = 21;
/// Operation: openat2.
pub const IORING_OP_OPENAT2: u8 = 28;
/// Operation: epoll_ctl.
pub const IORING_OP_EPOLL_CTL: u8 = 29;
/// Operation: epoll_wait.
pub const IORING_OP_EPOLL_WAIT: u8 = 59;
/// Operation: pipe2.
pub const IORING_OP_PIPE: u8 = 62;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Wire, check_fields};

    #[test]
    fn layouts_are_well_formed() {
        check_fields(UringParams::SIZE, UringParams::FIELDS);
        check_fields(SqOffsets::SIZE, SqOffsets::FIELDS);
        check_fields(GetEventsArg::SIZE, GetEventsArg::FIELDS);
        check_fields(Sqe::SIZE, Sqe::FIELDS);
        check_fields(RsrcUpdate::SIZE, RsrcUpdate::FIELDS);
    }
}
