//! Calls after which `/` is another folder: chroot, pivot_root, setns.
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

/// Where the descriptor goes, if it can: away from the numbers that programs are given first.
const HIGH: u64 = 200;

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
    const F_DUPFD_CLOEXEC: u64 = 1030;
    let args = [AT_FDCWD_WORD, name, HOST_O_PATH_CLOEXEC, 0, 0, 0];
    let Ok(low) = host::syscall(nr::OPENAT, args) else { return };
    let kept = match host::syscall(nr::FCNTL, [low, F_DUPFD_CLOEXEC, HIGH, 0, 0, 0]) {
        Ok(high) => {
            // Closing a descriptor of our own does not fail.
            let _ = host::syscall(nr::CLOSE, [low, 0, 0, 0, 0, 0]);
            high
        }
        // The limit of descriptors is low.
        Err(_) => low,
    };
    let kept = kept as i32;
    let won = KEPT.compare_exchange(-1, kept, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if !(won && fd::reserve(kept)) {
        KEPT.compare_exchange(kept, -1, Ordering::Relaxed, Ordering::Relaxed).ok();
        let _ = host::syscall(nr::CLOSE, [i64::from(kept).cast_unsigned(), 0, 0, 0, 0, 0]);
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

/// setns: into another mount namespace, among others.
pub fn setns(t: &mut Thread, fd: Fd, nstype: CloneFlags) -> SysResult {
    keep_emulator(t.process);
    t.blocking(nr::SETNS, [i64::from(fd.0).cast_unsigned(), nstype.0, 0, 0, 0, 0])
}
