//! System V IPC and message queues.

use xemu_abi::Wire;
use xemu_abi::fcntl::swap_open_flags;
use xemu_abi::ipc::{HostSemidDs, IPC_SET, IPC_STAT, SEM_STAT, SEM_STAT_ANY, SemidDs};

use crate::args::*;
use crate::host::{self, nr};
use crate::mem;
use crate::table::SysResult;
use crate::thread::Thread;

/// mq_open: open flags.
pub fn mq_open(t: &mut Thread, name: Str, oflag: OpenFlags, mode: Mode, attr: Addr) -> SysResult {
    let flags = swap_open_flags(oflag.0);
    t.blocking(nr::MQ_OPEN, [name.0, flags, u64::from(mode.0), attr.0, 0, 0])
}

/// semctl: `struct semid64_ds`.
pub fn semctl(t: &mut Thread, semid: Int, semnum: Int, cmd: Int, arg: Word) -> SysResult {
    let words = [semid.0, semnum.0, cmd.0].map(|word| i64::from(word).cast_unsigned());
    let mut host = [0u8; HostSemidDs::SIZE];
    let call = |t: &mut Thread, arg: u64| {
        t.blocking(nr::SEMCTL, [words[0], words[1], words[2], arg, 0, 0])
    };
    match cmd.0.cast_unsigned() {
        IPC_SET => {
            HostSemidDs::from(mem::read_wire::<SemidDs>(arg.0)?).encode(&mut host);
            call(t, host.as_ptr() as u64)
        }
        IPC_STAT | SEM_STAT | SEM_STAT_ANY => {
            let result = call(t, host.as_mut_ptr() as u64)?;
            mem::write_wire(arg.0, &SemidDs::from(HostSemidDs::decode(&host)))?;
            Ok(result)
        }
        _ => call(t, arg.0),
    }
}

/// shmat: at a place in the guest's address space.
pub fn shmat(t: &mut Thread, shmid: Int, shmaddr: Addr, shmflg: Hex) -> SysResult {
    let space = t.process.space;
    xemu_host::delegate(|| space.shmat(shmid.0, shmaddr.0, shmflg.0)).map_err(host::errno)
}

/// shmdt.
pub fn shmdt(t: &mut Thread, shmaddr: Addr) -> SysResult {
    xemu_host::delegate(|| t.process.space.shmdt(shmaddr.0)).map_err(host::errno)?;
    Ok(0)
}
