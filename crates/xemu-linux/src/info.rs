//! What the system says about itself.

use xemu_abi::process::{UTS_FIELD, UTS_MACHINE, UTS_RELEASE, UTS_SIZE};

use crate::args::Out;
use crate::host::{self, nr};
use crate::mem;
use crate::strace::shown::Utsname;
use crate::table::SysResult;
use crate::thread::Thread;

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
