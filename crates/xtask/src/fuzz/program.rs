//! The arm64 program that executes cases, as an ELF file.

/// Where the file is loaded.
const BASE: u64 = 0x40_0000;
/// The offset of the code in the file and behind [`BASE`].
const CODE: u64 = 0x100;
/// How much memory the program has: code, slots, variables, cases, signal stack.
const MEMORY: u64 = 0x6_0000;
/// The first slot.
const SLOTS: u64 = 0x41_0000;
/// The bytes of a slot, of which the second word is the instruction.
const SLOT: u64 = 32;

/// The address at which the instruction of a batch's case `index` runs.
pub fn pc_of(index: usize) -> u64 {
    SLOTS + SLOT * index as u64 + 4
}

/// The ELF file: one segment, readable, writable and executable. (System V ABI, chapters 4 and 5)
pub fn elf() -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    let mut put = |bytes: &[u8]| out.extend(bytes);
    // ET_EXEC, EM_AARCH64, version
    put(&[2, 0, 183, 0, 1, 0, 0, 0]);
    put(&(BASE + CODE).to_le_bytes());
    // Program headers behind this header, no section headers
    put(&64u64.to_le_bytes());
    put(&0u64.to_le_bytes());
    put(&[0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 64, 0, 0, 0, 0, 0]);
    // PT_LOAD, all rights
    put(&[1, 0, 0, 0, 7, 0, 0, 0]);
    let size = CODE + 4 * PROGRAM.len() as u64;
    for field in [0, BASE, BASE, size, MEMORY, 0x1_0000] {
        put(&field.to_le_bytes());
    }
    out.resize(CODE as usize, 0);
    out.extend(PROGRAM.iter().flat_map(|word| word.to_le_bytes()));
    out
}

/// `guest.s`, assembled.
#[rustfmt::skip]
static PROGRAM: [u32; 194] = [
    0x10001680, 0xd2800001, 0xd2801088, 0xd4000001, 0xd2800080, 0x100016a1, 0xd2800002, 0xd2800103,
    0xd28010c8, 0xd4000001, 0x58001454, 0x58001477, 0xd2800015, 0xd2800000, 0x8b150281, 0xcb1502e2,
    0xd28007e8, 0xd4000001, 0xf100001f, 0x5400118d, 0x8b0002b5, 0xeb1702bf, 0x54fffee1, 0x58001338,
    0xaa1803f9, 0x8b17029a, 0x18001204, 0x10000885, 0x52a28006, 0xb9431a80, 0xf9407a81, 0x91002322,
    0xcb0200a2, 0xd3426c42, 0x2a060042, 0x29000324, 0xb9000b22, 0xf9000b21, 0xd50b7b39, 0xd5033b9f,
    0xd50b7539, 0x91008339, 0x910c8294, 0xeb1a029f, 0x54fffe21, 0xd5033b9f, 0xd5033fdf, 0x58000fbe,
    0x5800101d, 0x5800103c, 0xa900779e, 0xaa1d03fc, 0xf94183c0, 0xd51b4200, 0xf94187c0, 0xd51b4400,
    0xf9418bc0, 0xd51b4420, 0xf9407fc0, 0x9100001f, 0x910403c0, 0xacc10400, 0xacc10c02, 0xacc11404,
    0xacc11c06, 0xacc12408, 0xacc12c0a, 0xacc1340c, 0xacc13c0e, 0xacc14410, 0xacc14c12, 0xacc15414,
    0xacc15c16, 0xacc16418, 0xacc16c1a, 0xacc1741c, 0xacc17c1e, 0xa94007c0, 0xa9410fc2, 0xa94217c4,
    0xa9431fc6, 0xa94427c8, 0xa9452fca, 0xa94637cc, 0xa9473fce, 0xa94847d0, 0xa9494fd2, 0xa94a57d4,
    0xa94b5fd6, 0xa94c67d8, 0xa94d6fda, 0xd51bd05c, 0xa94e77dc, 0xd53bd05e, 0xd61f03c0, 0xd51bd05e,
    0x58000a5e, 0xf94003de, 0xa90007c0, 0xa9010fc2, 0xa90217c4, 0xa9031fc6, 0xa90427c8, 0xa9052fca,
    0xa90637cc, 0xa9073fce, 0xa90847d0, 0xa9094fd2, 0xa90a57d4, 0xa90b5fd6, 0xa90c67d8, 0xa90d6fda,
    0xa90e77dc, 0xd53bd040, 0x910003e1, 0xa90f07c0, 0xd53b4200, 0xf90183c0, 0xd53b4400, 0xf90187c0,
    0xd53b4420, 0xf9018bc0, 0x910403c0, 0xac810400, 0xac810c02, 0xac811404, 0xac811c06, 0xac812408,
    0xac812c0a, 0xac81340c, 0xac813c0e, 0xac814410, 0xac814c12, 0xac815414, 0xac815c16, 0xac816418,
    0xac816c1a, 0xac81741c, 0xac817c1e, 0x580004fc, 0xa940779e, 0x910c83de, 0x910083bd, 0x580003b4,
    0x580003d7, 0x8b170295, 0xeb1503df, 0x54fff3c1, 0xd2800020, 0xaa1403e1, 0xcb1402a2, 0xd2800808,
    0xd4000001, 0xf100001f, 0x540000ad, 0x8b000294, 0xeb15029f, 0x54fffee1, 0x17ffff6c, 0xd2800000,
    0xd2800bc8, 0xd4000001, 0xf940dc43, 0x91001063, 0xf900dc43, 0x580001a4, 0xf9400084, 0x52800025,
    0xb9031c85, 0xd65f03c0, 0x5800009e, 0x00000000, 0x00421000, 0x00000000, 0x0000c800, 0x00000000,
    0x00410000, 0x00000000, 0x00420000, 0x00000000, 0x00440000, 0x00000000, 0x00000000, 0x00000000,
    0x00010000, 0x00000000, 0x00400388, 0x00000000, 0x08000004, 0x00000000, 0x00000000, 0x00000000,
    0x00000000, 0x00000000,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    /// Runs a tool of the cross compiler; false if there is none.
    fn tool(name: &str, args: &[&str]) -> bool {
        let name = format!("aarch64-linux-gnu-{name}");
        match Command::new(&name).args(args).stdin(Stdio::null()).status() {
            Ok(status) => {
                assert!(status.success(), "{name} failed");
                true
            }
            Err(_) => {
                eprintln!("skipped: {name} is not installed");
                false
            }
        }
    }

    #[test]
    fn program_is_what_the_assembler_makes_of_its_source() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fuzz/guest.s");
        let dir = std::env::temp_dir().join(format!("xtask-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("the folder can be made");
        let path = |name: &str| dir.join(name).to_str().expect("an ordinary path").to_owned();
        let (object, linked, binary) = (path("guest.o"), path("guest.elf"), path("guest.bin"));
        if tool("as", &[source, "-o", &object]) {
            let text = format!("-Ttext={:#x}", BASE + CODE);
            tool("ld", &[&text, &object, "-o", &linked]);
            tool("objcopy", &["-O", "binary", "-j", ".text", &linked, &binary]);
            let want = std::fs::read(&binary).expect("objcopy wrote it");
            assert!(elf()[CODE as usize..] == want);
        }
        std::fs::remove_dir_all(&dir).expect("the folder can be removed");
    }
}
