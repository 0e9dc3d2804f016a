//! The vdso: an ELF image of our own, see the folder `vdso` beside `src`.

use std::ops::Range;

use xemu_mem::{AddressSpace, RegionName};

use crate::image;

/// The image's bytes.
pub const VDSO_IMAGE: &[u8] = include_bytes!("../vdso/vdso.so");

/// Where `__kernel_rt_sigreturn` is in the image; a test compares it with the symbol table.
const RT_SIGRETURN: u64 = 0x4f4;
/// Where the two words are for the resolutions of clocks; they end before a NOP, which comes before
/// `__kernel_rt_sigreturn`.
const RESOLUTIONS: usize = RT_SIGRETURN as usize - 20;

/// The mapped vdso.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vdso {
    /// Its pages; the first holds the ELF header.
    pub range: Range<u64>,
    /// Where signal handlers without a restorer return to.
    pub rt_sigreturn: u64,
}

/// Maps the vdso.
pub(crate) fn map(space: &AddressSpace) -> Result<Vdso, i32> {
    let mut image = VDSO_IMAGE.to_vec();
    let [exact, coarse] = xemu_host::clock_resolutions().map(u64::to_le_bytes);
    image[RESOLUTIONS..RESOLUTIONS + 8].copy_from_slice(&exact);
    image[RESOLUTIONS + 8..RESOLUTIONS + 16].copy_from_slice(&coarse);
    let range = image::map_bytes(space, &image, &RegionName::Vdso)?;
    let rt_sigreturn = range.start + RT_SIGRETURN;
    Ok(Vdso { range, rt_sigreturn })
}

#[cfg(test)]
mod tests {
    use goblin::elf::Elf;

    use super::*;

    #[test]
    fn the_image_has_the_kernels_symbols() {
        let elf = Elf::parse(VDSO_IMAGE).unwrap();
        assert_eq!(elf.soname, Some("linux-vdso.so.1"));
        let find = |name: &str| {
            let symbol = elf.dynsyms.iter().find(|s| elf.dynstrtab.get_at(s.st_name) == Some(name));
            symbol.unwrap_or_else(|| panic!("no symbol {name}")).st_value
        };
        assert_eq!(find("__kernel_rt_sigreturn"), RT_SIGRETURN);
        for name in ["clock_gettime", "gettimeofday", "clock_getres", "getrandom"] {
            find(&format!("__kernel_{name}"));
        }
        let versions: Vec<_> = elf
            .verdef
            .iter()
            .flatten()
            .flat_map(|d| {
                d.iter().filter_map(|a| elf.dynstrtab.get_at(a.vda_name)).collect::<Vec<_>>()
            })
            .collect();
        assert!(versions.contains(&"LINUX_2.6.39"));
    }

    #[test]
    fn the_image_is_one_segment_without_relocations() {
        let elf = Elf::parse(VDSO_IMAGE).unwrap();
        let loads: Vec<_> = elf.program_headers.iter().filter(|h| h.p_type == 1).collect();
        assert_eq!(loads.len(), 1);
        assert_eq!((loads[0].p_vaddr, loads[0].p_offset, loads[0].p_flags), (0, 0, 5));
        assert!(loads[0].p_filesz <= VDSO_IMAGE.len() as u64);
        assert_eq!(elf.dynrelas.len() + elf.dynrels.len() + elf.pltrelocs.len(), 0);
    }

    #[test]
    fn unwinders_know_the_return_code_by_its_words() {
        let at = RT_SIGRETURN as usize;
        let word = |i: usize| {
            u32::from_le_bytes(VDSO_IMAGE[at + 4 * i..at + 4 * i + 4].try_into().unwrap())
        };
        assert_eq!([word(0), word(1)], [0xd280_1168, 0xd400_0001]);
        // Behind the resolutions, so that the byte before the return code is nobody's.
        assert_eq!(VDSO_IMAGE[RESOLUTIONS..at - 4], [0; 16]);
        assert_eq!(VDSO_IMAGE[at - 4..at], 0xd503_201f_u32.to_le_bytes());
    }
}
