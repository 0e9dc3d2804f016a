//! What the system says about itself.

use xemu_abi::process::{UTS_FIELD, UTS_MACHINE, UTS_RELEASE, UTS_SIZE};

use xemu_host::HostRandom;

use crate::args::{Out, OutData, RandomFlags, Size};
use crate::host::{self, nr};
use crate::strace::shown::Utsname;
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{mem, tagged};

/// uname: the machine is aarch64; the release may be given by option.
pub fn uname(t: &mut Thread, buf: Out<Utsname>) -> SysResult {
    let mut uts = [0u8; UTS_SIZE];
    host::syscall(nr::UNAME, [uts.as_mut_ptr() as u64, 0, 0, 0, 0, 0])?;
    set_field(&mut uts, UTS_MACHINE, b"aarch64");
    if let Some(release) = &t.process.config.release {
        set_field(&mut uts, UTS_RELEASE, release.as_bytes());
    }
    mem::write(buf.0, &uts)?;
    Ok(0)
}

fn set_field(uts: &mut [u8; UTS_SIZE], offset: usize, text: &[u8]) {
    let field = &mut uts[offset..offset + UTS_FIELD];
    let len = text.len().min(UTS_FIELD - 1);
    field.fill(0);
    field[..len].copy_from_slice(&text[..len]);
}

/// getrandom: what the host's vdso can answer needs no call of the kernel.
pub fn getrandom(t: &mut Thread, buf: OutData, buflen: Size, flags: RandomFlags) -> SysResult {
    const GRND_NONBLOCK: u32 = 1;
    let len = usize::try_from(buflen.0).unwrap_or(usize::MAX);
    if (1..=HostRandom::MOST).contains(&len) && flags.0 & !GRND_NONBLOCK == 0 {
        let random = t.random.get_or_insert_with(HostRandom::new);
        let mut bytes = [0; HostRandom::MOST];
        let filled = random.as_mut().is_some_and(|random| random.fill(&mut bytes[..len]));
        if filled && mem::write(buf.0, &bytes[..len]).is_ok() {
            return Ok(buflen.0);
        }
    }
    // The kernel says what is wrong, or how much of the buffer could be written.
    let args = [buf.0, buflen.0, flags.0.into(), 0, 0, 0];
    tagged::host_call(t, nr::GETRANDOM, args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_cut_and_padded() {
        let mut uts = [b'x'; UTS_SIZE];
        set_field(&mut uts, UTS_MACHINE, b"aarch64");
        assert_eq!(&uts[UTS_MACHINE..UTS_MACHINE + 8], b"aarch64\0");
        assert_eq!(uts[UTS_MACHINE - 1], b'x');
        set_field(&mut uts, UTS_RELEASE, &[b'9'; 100]);
        assert_eq!(uts[UTS_RELEASE + 63], b'9');
        assert_eq!(uts[UTS_RELEASE + 64], 0);
    }
}
