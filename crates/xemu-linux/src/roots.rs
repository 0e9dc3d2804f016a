//! Calls after which `/` is another folder, or /proc gone: chroot, pivot_root, setns, umount2.
//!
//! execve of an arm64 program starts the emulator again, by the name /proc/self/exe. Behind a new
//! root there may be no /proc, so before the first such call the emulator's own file is opened, and
//! from then on it is started by that descriptor.

use std::sync::atomic::{AtomicI32, Ordering};

use crate::args::*;
use crate::fd;
use crate::host::{self, nr};
use crate::process::Process;
use crate::table::SysResult;
use crate::thread::Thread;

/// The emulator's own file, or -1. Children of fork have it too.
static KEPT: AtomicI32 = AtomicI32::new(-1);

/// The descriptor by which the emulator is to be started, if not by its name.
pub fn emulator(process: &Process) -> Option<i32> {
    let kept = KEPT.load(Ordering::Relaxed);
    if kept >= 0 { Some(kept) } else { process.config.emulator_fd }
}

fn keep_emulator(process: &Process) {
    if emulator(process).is_some() {
        return;
    }
    let name = c"/proc/self/exe".as_ptr() as u64;
    const HOST_O_PATH_CLOEXEC: u64 = 0o10_000_000 | 0o2_000_000;
    let args = [AT_FDCWD_WORD, name, HOST_O_PATH_CLOEXEC, 0, 0, 0];
    let Ok(low) = host::syscall(nr::OPENAT, args) else { return };
    take_emulator(low as i32);
}

/// Takes over a descriptor of the emulator's own file.
pub fn take_emulator(low: i32) {
    let kept = fd::move_up(low, fd::HIGH);
    let won = KEPT.compare_exchange(-1, kept, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if !(won && fd::reserve(kept)) {
        KEPT.compare_exchange(kept, -1, Ordering::Relaxed, Ordering::Relaxed).ok();
        fd::close_own(kept);
    }
}

/// The descriptor has another number now, because the program wants the old one.
pub fn moved(process: &Process, old: i32, new: i32) {
    if emulator(process) == Some(old) {
        KEPT.store(new, Ordering::Relaxed);
    }
}

const AT_FDCWD_WORD: u64 = xemu_abi::fcntl::AT_FDCWD as u64;

/// chroot.
pub fn chroot(t: &mut Thread, path: Path) -> SysResult {
    keep_emulator(t.process);
    t.blocking(nr::CHROOT, [path.0, 0, 0, 0, 0, 0])
}

/// pivot_root.
pub fn pivot_root(t: &mut Thread, new_root: Path, put_old: Path) -> SysResult {
    keep_emulator(t.process);
    t.blocking(nr::PIVOT_ROOT, [new_root.0, put_old.0, 0, 0, 0, 0])
}

/// umount2: perhaps of /proc.
pub fn umount2(t: &mut Thread, path: Path, flags: UmountFlags) -> SysResult {
    keep_emulator(t.process);
    t.blocking(nr::UMOUNT2, [path.0, u64::from(flags.0), 0, 0, 0, 0])
}

/// setns: into another mount namespace, among others.
pub fn setns(t: &mut Thread, fd: Fd, nstype: CloneFlags) -> SysResult {
    keep_emulator(t.process);
    t.blocking(nr::SETNS, [i64::from(fd.0).cast_unsigned(), nstype.0, 0, 0, 0, 0])
}
