//! Calls that wait under a temporary signal mask.

use xemu_abi::signal::{SIGINFO_SIZE, SigInfo, SigSet};
use xemu_abi::stat::{EpollEvent, HostEpollEvent, epoll_events_to_guest};
use xemu_abi::{Errno, Wire};

use crate::args::*;
use crate::host::nr;
use crate::mem;
use crate::pending;
use crate::signal::{FAULTS, host_mask};
use crate::strace::shown::Timespec;
use crate::table::SysResult;
use crate::thread::Thread;

/// Runs a host call that sets `mask` for its duration; `call` gets the address of the host's mask.
///
/// The kernel returns EINTR exactly when a handler is to run under the temporary mask. The
/// handler's frame then holds the old one. An interruption before the call began is
/// ERESTARTNOINTR and happens under the old mask.
fn under_mask(
    t: &mut Thread,
    mask: SigSet,
    call: impl FnOnce(&mut Thread, u64) -> SysResult,
) -> SysResult {
    let mask = mask.blockable();
    if pending::queued().without(mask) != SigSet::EMPTY {
        // A fault signal that was sent while the guest blocked it.
        t.saved_mask = Some(core::mem::replace(&mut t.mask, mask));
        t.poll_if_deliverable();
        return Err(Errno::EINTR);
    }
    let host = host_mask(mask).0;
    let result = call(t, (&raw const host) as u64);
    if result == Err(Errno::EINTR) {
        t.saved_mask = Some(core::mem::replace(&mut t.mask, mask));
        t.poll_if_deliverable();
    }
    result
}

/// The same for calls whose mask may be absent.
pub(crate) fn under_optional_mask(
    t: &mut Thread,
    addr: u64,
    size: u64,
    call: impl FnOnce(&mut Thread, u64) -> SysResult,
) -> SysResult {
    if addr == 0 {
        return call(t, 0);
    }
    if size != 8 {
        return Err(Errno::EINVAL);
    }
    let mask = SigSet(mem::read_as(addr)?);
    under_mask(t, mask, call)
}

/// rt_sigsuspend.
pub fn rt_sigsuspend(t: &mut Thread, mask: In<SigSet>, size: Size) -> SysResult {
    if size.0 != 8 {
        return Err(Errno::EINVAL);
    }
    let mask = SigSet(mem::read_as(mask.0)?);
    under_mask(t, mask, |t, mask| t.blocking(nr::RT_SIGSUSPEND, [mask, 8, 0, 0, 0, 0]))
}

/// ppoll.
pub fn ppoll(
    t: &mut Thread,
    fds: PollFds,
    nfds: Uint,
    timeout: In<Timespec>,
    sigmask: In<SigSet>,
    size: Size,
) -> SysResult {
    under_optional_mask(t, sigmask.0, size.0, |t, mask| {
        t.blocking(nr::PPOLL, [fds.0, u64::from(nfds.0), timeout.0, mask, 8, 0])
    })
}

/// pselect6: the mask comes with its size in a structure.
pub fn pselect6(
    t: &mut Thread,
    nfds: Int,
    readfds: Addr,
    writefds: Addr,
    exceptfds: Addr,
    timeout: In<Timespec>,
    sigmask: Addr,
) -> SysResult {
    let [addr, size] = if sigmask.0 == 0 { [0, 0] } else { mem::read_as(sigmask.0)? };
    let nfds = i64::from(nfds.0).cast_unsigned();
    under_optional_mask(t, addr, size, |t, mask| {
        let with_size = [mask, 8];
        let with_size = if mask == 0 { 0 } else { with_size.as_ptr() as u64 };
        let args = [nfds, readfds.0, writefds.0, exceptfds.0, timeout.0, with_size];
        t.blocking(nr::PSELECT6, args)
    })
}

/// io_pgetevents: like pselect6.
pub fn io_pgetevents(
    t: &mut Thread,
    ctx: Word,
    min_nr: Long,
    count: Long,
    events: Addr,
    timeout: In<Timespec>,
    sigmask: Addr,
) -> SysResult {
    let [addr, size] = if sigmask.0 == 0 { [0, 0] } else { mem::read_as(sigmask.0)? };
    let (min_nr, count) = (min_nr.0.cast_unsigned(), count.0.cast_unsigned());
    under_optional_mask(t, addr, size, |t, mask| {
        let with_size = [mask, 8];
        let with_size = if mask == 0 { 0 } else { with_size.as_ptr() as u64 };
        let args = [ctx.0, min_nr, count, events.0, timeout.0, with_size];
        t.blocking(nr::IO_PGETEVENTS, args)
    })
}

/// The most events that are converted at once; the rest stays for the next call.
const MAX_EVENTS: usize = 4096;

fn epoll_wait(
    t: &mut Thread,
    number: u16,
    [epfd, timeout]: [u64; 2],
    events: u64,
    maxevents: i32,
    [sigmask, size]: [u64; 2],
) -> SysResult {
    // EP_MAX_EVENTS of fs/eventpoll.c, with the guest's size of an event.
    const LIMIT: usize = i32::MAX as usize / EpollEvent::SIZE;
    let max = usize::try_from(maxevents).ok().filter(|n| (1..=LIMIT).contains(n));
    let max = max.ok_or(Errno::EINVAL)?.min(MAX_EVENTS);
    let mut host = vec![0u8; max * HostEpollEvent::SIZE];
    let out = host.as_mut_ptr() as u64;
    let count = under_optional_mask(t, sigmask, size, |t, mask| {
        t.blocking(number, [epfd, out, max as u64, timeout, mask, 8])
    })?;
    let found = epoll_events_to_guest(&host, count as usize);
    debug_assert_eq!(found.len(), count as usize * EpollEvent::SIZE);
    mem::write(events, &found)?;
    Ok(count)
}

/// epoll_pwait: `struct epoll_event`, mask.
pub fn epoll_pwait(
    t: &mut Thread,
    epfd: Fd,
    events: Addr,
    maxevents: Int,
    timeout: Int,
    sigmask: In<SigSet>,
    size: Size,
) -> SysResult {
    let fixed = [epfd.0, timeout.0].map(|word| i64::from(word).cast_unsigned());
    let mask = [sigmask.0, size.0];
    epoll_wait(t, nr::EPOLL_PWAIT, fixed, events.0, maxevents.0, mask)
}

/// epoll_pwait2: the timeout is a structure.
pub fn epoll_pwait2(
    t: &mut Thread,
    epfd: Fd,
    events: Addr,
    maxevents: Int,
    timeout: In<Timespec>,
    sigmask: In<SigSet>,
    size: Size,
) -> SysResult {
    let fixed = [i64::from(epfd.0).cast_unsigned(), timeout.0];
    let mask = [sigmask.0, size.0];
    epoll_wait(t, nr::EPOLL_PWAIT2, fixed, events.0, maxevents.0, mask)
}

/// rt_sigtimedwait: what the emulator holds, then what the kernel holds.
pub fn rt_sigtimedwait(
    t: &mut Thread,
    set: In<SigSet>,
    info: Out<SigInfo>,
    timeout: In<Timespec>,
    size: Size,
) -> SysResult {
    if size.0 != 8 {
        return Err(Errno::EINVAL);
    }
    let set = SigSet(mem::read_as(set.0)?).blockable();
    if let Some(held) = pending::take(SigSet(set.0 & FAULTS.0)) {
        return found(&held, info.0);
    }
    let mut host_info = [0u8; SIGINFO_SIZE];
    let args = [(&raw const set.0) as u64, host_info.as_mut_ptr() as u64, timeout.0, 8, 0, 0];
    match t.blocking(nr::RT_SIGTIMEDWAIT, args) {
        Ok(_) => found(&SigInfo(host_info), info.0),
        Err(Errno::EINTR) => match pending::take(SigSet(set.0 & FAULTS.0)) {
            Some(held) => {
                t.poll_if_deliverable();
                // The host's handler has left all signals blocked.
                t.sync_host_mask();
                found(&held, info.0)
            }
            None => Err(Errno::EINTR),
        },
        Err(errno) => Err(errno),
    }
}

fn found(signal: &SigInfo, info: u64) -> SysResult {
    if info != 0 {
        mem::write(info, &signal.0)?;
    }
    Ok(signal.signo() as u64)
}
