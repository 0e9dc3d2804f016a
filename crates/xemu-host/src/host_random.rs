//! Random numbers of the kernel's generator without entering the kernel: `getrandom` of the host's
//! vdso, Linux 6.11 and later. (Linux arch/x86/entry/vdso, vgetrandom)

use core::ffi::c_void;
use std::sync::OnceLock;

use goblin::elf::{Elf, ProgramHeader, Sym, program_header::PT_LOAD};

use crate::map::{Mapping, PAGE_SIZE};

/// `__vdso_getrandom(buffer, length, flags, state, state length)`.
type GetRandom = unsafe extern "C" fn(*mut c_void, usize, u32, *mut c_void, usize) -> isize;

/// As a state's length: what is asked for is [`Parameters`].
const ASK: usize = usize::MAX;

/// `struct vgetrandom_opaque_params`: how memory for states is mapped.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Parameters {
    size: u32,
    prot: u32,
    flags: u32,
    reserved: [u32; 13],
}

/// The host's function, if it has one that can be used.
#[derive(Clone, Copy)]
struct Found {
    call: GetRandom,
    parameters: Parameters,
}

static FOUND: OnceLock<Option<Found>> = OnceLock::new();

fn find() -> Option<Found> {
    let base = crate::auxval(libc::AT_SYSINFO_EHDR).filter(|&base| base != 0)?;
    let offset = symbol(image(base)?, "__vdso_getrandom")?;
    // SAFETY: the host's kernel mapped its vdso there, for good, and says that a function of this
    // name and type is at the offset.
    let call = unsafe { core::mem::transmute::<usize, GetRandom>((base + offset) as usize) };
    let mut parameters = Parameters::default();
    let out = (&raw mut parameters).cast();
    // SAFETY: with this length the function writes a `struct vgetrandom_opaque_params` to the
    // state, and does not look at the buffer.
    let result = unsafe { call(core::ptr::null_mut(), 0, 0, out, ASK) };
    let fits = (1..=PAGE_SIZE).contains(&(parameters.size as usize));
    (result == 0 && fits).then_some(Found { call, parameters })
}

/// The bytes of the ELF image that the kernel mapped at `base`.
fn image(base: u64) -> Option<&'static [u8]> {
    // SAFETY: the kernel maps the vdso by whole pages, and never takes it away.
    let first = unsafe { core::slice::from_raw_parts(base as *const u8, PAGE_SIZE) };
    let header = Elf::parse_header(first).ok()?;
    let (container, endianness) = (header.container().ok()?, header.endianness().ok()?);
    let context = goblin::container::Ctx::new(container, endianness);
    let (at, count) = (header.e_phoff as usize, usize::from(header.e_phnum));
    let headers = ProgramHeader::parse(first, at, count, context).ok()?;
    let loads = headers.iter().filter(|h| h.p_type == PT_LOAD);
    let end = loads.map(|h| h.p_offset.saturating_add(h.p_filesz)).max()?;
    // SAFETY: the kernel's image is one segment from its start, which is mapped as a whole.
    Some(unsafe { core::slice::from_raw_parts(base as *const u8, end as usize) })
}

/// Where in the image a function is.
fn symbol(image: &[u8], name: &str) -> Option<u64> {
    const SECTIONS: [core::ops::Range<usize>; 2] = [0x28..0x30, 0x3a..0x40];
    // The sections need not be in memory, and are not needed.
    let mut image = image.to_vec();
    SECTIONS.into_iter().for_each(|range| image[range].fill(0));
    let elf = Elf::parse(&image).ok()?;
    let is_it = |s: &Sym| elf.dynstrtab.get_at(s.st_name) == Some(name);
    elf.dynsyms.iter().find(|s| s.st_value != 0 && is_it(s)).map(|s| s.st_value)
}

/// A thread's state of the host's generator. The kernel zeroes it in forked processes, and sees to
/// it that no number is given twice.
#[derive(Debug)]
pub struct HostRandom {
    state: Mapping,
}

impl HostRandom {
    /// The most bytes that are asked for at once: the call cannot be interrupted.
    pub const MOST: usize = 256;

    /// `None` where the host's vdso has no such function, or gives no memory.
    pub fn new() -> Option<Self> {
        let Parameters { prot, flags, .. } = FOUND.get_or_init(find).as_ref()?.parameters;
        let state = Mapping::map(0, PAGE_SIZE, prot.into(), flags.into(), -1, 0).ok()?;
        Some(Self { state })
    }

    /// Fills the bytes, at most [`HostRandom::MOST`]; `false` if there are none without waiting.
    pub fn fill(&mut self, bytes: &mut [u8]) -> bool {
        let Some(Some(found)) = FOUND.get() else { return false };
        if bytes.len() > Self::MOST {
            return false;
        }
        let state = self.state.addr() as *mut c_void;
        let size = found.parameters.size as usize;
        // SAFETY: 1. the buffer is as long as it says; 2. the state is memory mapped as the
        // function asked for, of a page, which is no less than a state, and used by nobody else, as
        // `self` is borrowed mutably.
        let result = unsafe {
            (found.call)(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK, state, size)
        };
        usize::try_from(result) == Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_in_time_and_between_states() {
        let Some(mut one) = HostRandom::new() else {
            eprintln!("skipped: the host's vdso has no getrandom");
            return;
        };
        let mut other = HostRandom::new().expect("a second state");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let mut bytes = [[0; 16]; 2];
            assert!(one.fill(&mut bytes[0]) && other.fill(&mut bytes[1]));
            assert!(seen.insert(bytes[0]) && seen.insert(bytes[1]));
        }
        assert!(!one.fill(&mut [0; HostRandom::MOST + 1]));
        assert!(one.fill(&mut []));
    }

    #[test]
    fn what_is_no_image_has_no_symbol() {
        assert_eq!(symbol(&[0; 64], "__vdso_getrandom"), None);
    }
}
