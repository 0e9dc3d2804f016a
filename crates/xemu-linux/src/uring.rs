//! io_uring: the rings are the host's, mapped by the guest as they are. What differs stands inside
//! of the entries: open flags and `struct epoll_event`; and paths, for `-L`. So entries are changed
//! when they are handed to the kernel, which copies what it needs before io_uring_enter returns,
//! and changed back.
//!
//! A thread of the kernel that takes entries by itself (IORING_SETUP_SQPOLL) would not wait for
//! that: such a ring is made without one, and says at all times that the thread sleeps and has to
//! be woken by io_uring_enter.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xemu_abi::fcntl::swap_open_flags;
use xemu_abi::stat::{EpollEvent, HostEpollEvent};
use xemu_abi::uring::*;
use xemu_abi::{Errno, Wire};
use xemu_host::Mapping;

use crate::args::*;
use crate::fd::close_own;
use crate::host::{self, nr};
use crate::path::{self, HostPath, Link};
use crate::signal_wait::under_optional_mask;
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{fs, mem};

/// Flags that only concern a polling thread.
const OF_POLLING: u32 = IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF;
/// The most indices that a thread's rings may have. (IO_RINGFD_REG_MAX)
const MAX_REGISTERED: usize = 16;

/// Where the words of a submission queue are.
struct Queue {
    head: u64,
    tail: u64,
    flags: u64,
    /// The array of indices; `None` when entries are used in order.
    array: Option<u64>,
    entries: u64,
    entry_size: u64,
    mask: u32,
    /// Keep the memory mapped.
    _mappings: Vec<Mapping>,
}

/// One ring.
pub struct Ring {
    queue: Arc<Queue>,
    /// Whether the guest believes in a polling thread.
    polled: bool,
    /// Whether entries had to be changed before. From then on each submission is made under the
    /// lock, so that no entry is handed over by a thread that has not looked at it.
    changes: AtomicBool,
    submitting: Mutex<()>,
}

impl Ring {
    /// The same ring with its locks free, for a child of fork.
    fn renewed(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            polled: self.polled,
            changes: AtomicBool::new(self.changes.load(Ordering::Relaxed)),
            submitting: Mutex::new(()),
        }
    }
}

/// The rings of a process by descriptor.
#[derive(Default)]
pub struct Rings {
    known: Mutex<HashMap<i32, Arc<Ring>>>,
    /// Whether there ever was one.
    used: AtomicBool,
}

impl Rings {
    /// Held across a fork.
    pub fn lock(&self) -> MutexGuard<'_, HashMap<i32, Arc<Ring>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In a child of fork: no lock is held by a thread that is not there.
    pub fn after_fork(&self) {
        for ring in self.lock().values_mut() {
            *ring = Arc::new(ring.renewed());
        }
    }

    /// Forgets descriptors that were closed.
    pub fn forget(&self, fds: std::ops::RangeInclusive<u32>) {
        if !self.used.load(Ordering::Relaxed) {
            return;
        }
        self.lock().retain(|fd, _| !fds.contains(&fd.cast_unsigned()));
    }

    fn insert(&self, fd: i32, ring: Ring) {
        self.used.store(true, Ordering::Relaxed);
        self.lock().insert(fd, Arc::new(ring));
    }

    /// The ring behind a descriptor, which may be a copy of the one it was made with.
    fn find(&self, fd: i32) -> Option<Arc<Ring>> {
        let mut rings = self.lock();
        if let Some(ring) = rings.get(&fd) {
            return Some(ring.clone());
        }
        let same = rings.iter().find(|(known, _)| is_same_file(fd, **known));
        let ring = same.map(|(_, ring)| ring.clone())?;
        rings.insert(fd, ring.clone());
        Some(ring)
    }
}

fn is_same_file(one: i32, other: i32) -> bool {
    const KCMP: u16 = 312;
    const KCMP_FILE: u64 = 0;
    let pid = u64::from(host::getpid().cast_unsigned());
    let [one, other] = [one, other].map(|fd| u64::from(fd.cast_unsigned()));
    host::syscall(KCMP, [pid, pid, KCMP_FILE, one, other, 0]) == Ok(0)
}

/// The rings of a thread by index.
pub type Registered = [Option<Arc<Ring>>; MAX_REGISTERED];

fn map(fd: i32, offset: u64, len: u64) -> Result<Mapping, Errno> {
    let len = usize::try_from(len).map_err(|_| Errno::ENOMEM)?;
    Mapping::of_file(fd, offset, len).map_err(host::errno)
}

impl Queue {
    fn new(fd: i32, params: &UringParams) -> Result<Self, Errno> {
        let has = |flag: u32| params.flags & flag != 0;
        let entry_size = if has(IORING_SETUP_SQE128) { 128 } else { 64 };
        let off = params.sq_off;
        let mut mappings = Vec::new();
        let (rings, entries) = if has(IORING_SETUP_NO_MMAP) {
            (params.rings_addr, off.entries_addr)
        } else {
            let last = off.array.max(off.dropped).max(off.flags).max(off.tail);
            let rings = map(fd, 0, u64::from(last) + u64::from(params.sq_entries) * 4)?;
            let len = u64::from(params.sq_entries) * entry_size;
            let entries = map(fd, IORING_OFF_SQES, len)?;
            let addresses = (rings.addr(), entries.addr());
            mappings.extend([rings, entries]);
            addresses
        };
        let at = |offset: u32| rings + u64::from(offset);
        Ok(Self {
            head: at(off.head),
            tail: at(off.tail),
            flags: at(off.flags),
            array: (!has(IORING_SETUP_NO_SQARRAY)).then(|| at(off.array)),
            entries,
            entry_size,
            mask: params.sq_entries.wrapping_sub(1),
            _mappings: mappings,
        })
    }

    /// The addresses of the entries that wait to be taken.
    fn waiting(&self) -> Result<Vec<u64>, Errno> {
        let (head, tail) = (mem::load_u32(self.head)?, mem::load_u32(self.tail)?);
        let count = tail.wrapping_sub(head).min(self.mask.wrapping_add(1));
        let mut found = Vec::with_capacity(count as usize);
        for i in 0..count {
            let position = head.wrapping_add(i) & self.mask;
            let index = match self.array {
                Some(array) => mem::load_u32(array + u64::from(position) * 4)?,
                None => position,
            };
            // The kernel drops what is out of range.
            if index <= self.mask {
                found.push(self.entries + u64::from(index) * self.entry_size);
            }
        }
        Ok(found)
    }
}

/// io_uring_setup: the flags of a polling thread are the emulator's to keep.
pub fn io_uring_setup(t: &mut Thread, entries: Uint, params: Addr) -> SysResult {
    let wanted: UringParams = mem::read_wire(params.0)?;
    let polled = wanted.flags & IORING_SETUP_SQPOLL != 0;
    // (io_uring_sanitise_params in io_uring/io_uring.c)
    let aff_alone = wanted.flags & IORING_SETUP_SQ_AFF != 0 && !polled;
    if aff_alone || polled && wanted.flags & IORING_SETUP_DEFER_TASKRUN != 0 {
        return Err(Errno::EINVAL);
    }
    if wanted.flags & IORING_SETUP_REGISTERED_FD_ONLY != 0 {
        // As a kernel before 6.5: the ring's memory would be out of the emulator's reach.
        return Err(Errno::EINVAL);
    }
    let mut bytes = vec![0; UringParams::SIZE];
    mem::read(params.0, &mut bytes)?;
    UringParams { flags: wanted.flags & !OF_POLLING, ..wanted }.encode(&mut bytes);
    let args = [u64::from(entries.0), bytes.as_mut_ptr() as u64, 0, 0, 0, 0];
    let fd = t.blocking(nr::IO_URING_SETUP, args)?;
    let given = UringParams::decode(&bytes);
    let made = make_ring(fd as i32, &given, polled).and_then(|ring| {
        UringParams { flags: given.flags | wanted.flags & OF_POLLING, ..given }.encode(&mut bytes);
        mem::write(params.0, &bytes)?;
        t.process.rings.insert(fd as i32, ring);
        Ok(fd)
    });
    made.inspect_err(|_| close_own(fd as i32))
}

fn make_ring(fd: i32, params: &UringParams, polled: bool) -> Result<Ring, Errno> {
    let queue = Queue::new(fd, params)?;
    if polled {
        mem::write(queue.flags, &IORING_SQ_NEED_WAKEUP.to_le_bytes())?;
    }
    Ok(Ring {
        queue: Arc::new(queue),
        polled,
        changes: AtomicBool::new(false),
        submitting: Mutex::new(()),
    })
}

/// What was done to one entry.
struct Change {
    entry: u64,
    before: Sqe,
    after: Sqe,
}

/// The changes of a submission and what their addresses point to.
#[derive(Default)]
struct Changes {
    list: Vec<Change>,
    buffers: Vec<Vec<u8>>,
    paths: Vec<HostPath>,
}

impl Changes {
    /// What the kernel is to see in place of an entry.
    fn add(&mut self, t: &Thread, entry: u64) -> Result<(), Errno> {
        let before: Sqe = mem::read_wire(entry)?;
        let mut after = before;
        match before.opcode {
            IORING_OP_OPENAT => {
                after.op_flags = swap_open_flags(u64::from(before.op_flags)) as u32;
                let link = fs::link_of(u64::from(before.op_flags));
                after.addr = self.path(t, before.addr, link);
            }
            IORING_OP_PIPE => {
                after.op_flags = swap_open_flags(u64::from(before.op_flags)) as u32;
            }
            IORING_OP_STATX => {
                after.addr = self.path(t, before.addr, Link::unless(before.op_flags));
            }
            // A structure that the kernel does not read either is left to it.
            IORING_OP_OPENAT2 => {
                if let Ok(how) = fs::host_open_how(before.off, u64::from(before.len)) {
                    after.off = self.buffer(how);
                }
            }
            IORING_OP_EPOLL_CTL => {
                if let Ok(event) = mem::read_wire::<EpollEvent>(before.addr) {
                    after.addr = self.buffer(HostEpollEvent::from(event).to_vec());
                }
            }
            // Its events would come in the other layout, when nobody is there to convert them: it
            // answers EINVAL, as before Linux 6.15.
            IORING_OP_EPOLL_WAIT => after.opcode = u8::MAX,
            _ => {}
        }
        if after != before {
            self.list.push(Change { entry, before, after });
        }
        Ok(())
    }

    /// The address of the path that the host gets.
    fn path(&mut self, t: &Thread, addr: u64, link: Link) -> u64 {
        // A path that cannot be read is left to the kernel.
        let Ok(found) = path::lookup(t.process, addr, link) else { return addr };
        let addr = found.addr();
        self.paths.push(found);
        addr
    }

    fn buffer(&mut self, bytes: Vec<u8>) -> u64 {
        let addr = bytes.as_ptr() as u64;
        self.buffers.push(bytes);
        addr
    }

    fn make(&self) -> Result<(), Errno> {
        self.list.iter().try_for_each(|change| store(change.entry, &change.after))
    }

    fn undo(&self) -> Result<(), Errno> {
        self.list.iter().try_for_each(|change| store(change.entry, &change.before))
    }
}

/// Writes an entry's known fields and leaves the others.
fn store(entry: u64, sqe: &Sqe) -> Result<(), Errno> {
    let mut bytes = vec![0; Sqe::SIZE];
    mem::read(entry, &mut bytes)?;
    sqe.encode(&mut bytes);
    mem::write(entry, &bytes)
}

fn find(t: &Thread, fd: i32, registered: bool) -> Result<Arc<Ring>, Errno> {
    if registered {
        let slot = usize::try_from(fd).ok().and_then(|i| t.registered_rings.get(i));
        return slot.ok_or(Errno::EINVAL)?.clone().ok_or(Errno::EBADF);
    }
    match t.process.rings.find(fd) {
        Some(ring) => Ok(ring),
        None => {
            // The kernel knows what is wrong with the descriptor.
            let fd = i64::from(fd).cast_unsigned();
            host::syscall(nr::IO_URING_ENTER, [fd, 0, 0, 0, 0, 0])?;
            Err(Errno::EOPNOTSUPP)
        }
    }
}

/// io_uring_enter: entries are changed on their way; a temporary signal mask.
pub fn io_uring_enter(
    t: &mut Thread,
    fd: Fd,
    to_submit: Uint,
    min_complete: Uint,
    flags: Hex,
    arg: Addr,
    size: Size,
) -> SysResult {
    if flags.0 & !IORING_ENTER_FLAGS != 0 {
        return Err(Errno::EINVAL);
    }
    let ring = find(t, fd.0, flags.0 & IORING_ENTER_REGISTERED_RING != 0)?;
    let host_flags = flags.0 & !(IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT);
    let host_flags = if ring.polled { host_flags } else { flags.0 };
    let fd = i64::from(fd.0).cast_unsigned();
    if ring.polled {
        submit_all(t, &ring, fd, host_flags)?;
    } else if to_submit.0 > 0 {
        let submitted = submit(t, &ring, fd, to_submit.0, host_flags)?;
        if submitted != u64::from(to_submit.0) {
            return Ok(submitted);
        }
    }
    let submitted = u64::from(to_submit.0);
    if host_flags & IORING_ENTER_GETEVENTS == 0 && to_submit.0 > 0 {
        return Ok(submitted);
    }
    let waited = wait(t, [fd, 0, u64::from(min_complete.0), u64::from(host_flags)], arg, size);
    // As in the kernel, what was submitted outweighs the waiting's error. What is made again after
    // a signal submits nothing twice: it is told as submitted.
    if submitted > 0 { Ok(submitted) } else { waited }
}

/// The part of io_uring_enter that hands entries over. It does not wait.
fn submit(t: &mut Thread, ring: &Ring, fd: u64, count: u32, flags: u32) -> SysResult {
    let flags = u64::from(flags & IORING_ENTER_REGISTERED_RING);
    let mut guard = Some(ring.submitting.lock().unwrap_or_else(PoisonError::into_inner));
    let mut changes = Changes::default();
    for entry in ring.queue.waiting()? {
        changes.add(t, entry)?;
    }
    if !changes.list.is_empty() {
        ring.changes.store(true, Ordering::Relaxed);
    } else if !ring.changes.load(Ordering::Relaxed) {
        guard.take();
    }
    changes.make()?;
    let result = t.blocking(nr::IO_URING_ENTER, [fd, u64::from(count), 0, flags, 0, 0]);
    changes.undo()?;
    result
}

/// What the polling thread would do.
fn submit_all(t: &mut Thread, ring: &Ring, fd: u64, flags: u32) -> Result<(), Errno> {
    let count = ring.queue.waiting()?.len() as u32;
    if count > 0 {
        submit(t, ring, fd, count, flags)?;
    }
    Ok(())
}

/// The part that waits, under the mask.
fn wait(t: &mut Thread, fixed: [u64; 4], arg: Addr, size: Size) -> SysResult {
    let [fd, none, min, flags] = fixed;
    let with = |t: &mut Thread, arg: u64, size: u64| {
        t.blocking(nr::IO_URING_ENTER, [fd, none, min, flags, arg, size])
    };
    let has = |flag: u32| flags & u64::from(flag) != 0;
    if !has(IORING_ENTER_GETEVENTS) || has(IORING_ENTER_EXT_ARG_REG) {
        return with(t, arg.0, size.0);
    }
    if !has(IORING_ENTER_EXT_ARG) {
        return under_optional_mask(t, arg.0, size.0, |t, mask| with(t, mask, size.0));
    }
    if size.0 != GetEventsArg::SIZE as u64 {
        return Err(Errno::EINVAL);
    }
    let extended: GetEventsArg = mem::read_wire(arg.0)?;
    let size = u64::from(extended.sigmask_sz);
    under_optional_mask(t, extended.sigmask, size, |t, mask| {
        let host = GetEventsArg { sigmask: mask, ..extended }.to_vec();
        with(t, host.as_ptr() as u64, GetEventsArg::SIZE as u64)
    })
}

/// io_uring_register: knows which ring has which index.
pub fn io_uring_register(
    t: &mut Thread,
    fd: Fd,
    opcode: Uint,
    arg: Addr,
    count: Uint,
) -> SysResult {
    let operation = opcode.0 & !IORING_REGISTER_USE_REGISTERED_RING;
    if operation == IORING_REGISTER_RESIZE_RINGS {
        // As a kernel before 6.13.
        return Err(Errno::EINVAL);
    }
    let word = i64::from(fd.0).cast_unsigned();
    let args = [word, u64::from(opcode.0), arg.0, u64::from(count.0), 0, 0];
    let result = t.blocking(nr::IO_URING_REGISTER, args)?;
    let registers = operation == IORING_REGISTER_RING_FDS;
    if !registers && operation != IORING_UNREGISTER_RING_FDS {
        return Ok(result);
    }
    for i in 0..result {
        let update: RsrcUpdate = mem::read_wire(arg.0 + i * RsrcUpdate::SIZE as u64)?;
        let ring = if registers { t.process.rings.find(update.data as i32) } else { None };
        if let Some(slot) = t.registered_rings.get_mut(update.offset as usize) {
            *slot = ring;
        }
    }
    Ok(result)
}
