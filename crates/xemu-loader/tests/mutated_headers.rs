//! Damaged ELF headers and program headers: each file loads or is refused, nothing else.

mod common;

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use common::*;
use xemu_loader::LoadRequest;
use xemu_mem::AddressSpace;

const SIZE: usize = 0x3000;

fn original() -> Vec<u8> {
    let text = load(R | X, 0, 0x6_7800_0000, 0x1400, 0x1400);
    let data = load(R | W, 0x1800, 0x6_7801_1800, 0x600, 0x2c00);
    let interp = Phdr { kind: PT_INTERP, offset: 0x2000, filesz: 15, ..Default::default() };
    let stack = Phdr { kind: PT_GNU_STACK, flags: R | W, ..Default::default() };
    let property = Phdr { kind: PT_GNU_PROPERTY, offset: 0x2100, filesz: 32, ..Default::default() };
    let mut bytes = elf(ET_EXEC, text.vaddr, &[text, data, interp, stack, property], SIZE);
    bytes[0x2000..0x200f].copy_from_slice(b"/no/such/ld.so\0");
    bytes
}

/// Xorshift: the same sequence on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// Values that headers are likely to be compared with.
const VALUES: [u64; 20] = [
    0,
    1,
    7,
    0xfff,
    0x1000,
    0x1001,
    0x2fff,
    0x3000,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_e000,
    0x7fff_ffff_f000,
    1 << 47,
    1 << 56,
    i64::MAX as u64,
    1 << 63,
    u64::MAX - 0xfff,
    u64::MAX - 1,
    u64::MAX,
];

/// Every 8-byte field of header and program headers with every telling value, every byte changed
/// in three ways, and files with several random changes.
fn mutations(original: &[u8]) -> Vec<Vec<u8>> {
    let end = 64 + 5 * 56;
    let mut all = Vec::new();
    for at in (16..end).step_by(8) {
        for value in VALUES {
            let mut bytes = original.to_vec();
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
            all.push(bytes);
        }
    }
    for at in 0..end {
        for change in [0xff, 0x80, 0x01] {
            let mut bytes = original.to_vec();
            bytes[at] ^= change;
            all.push(bytes);
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..1000 {
        let mut bytes = original.to_vec();
        for _ in 0..1 + random.below(6) {
            let at = random.below(end as u64 - 8) as usize;
            match random.below(3) {
                0 => bytes[at] = random.below(256) as u8,
                1 => {
                    let value = VALUES[random.below(VALUES.len() as u64) as usize];
                    bytes[at & !7..][..8].copy_from_slice(&value.to_le_bytes());
                }
                _ => bytes.truncate(bytes.len().saturating_sub(random.below(64) as usize * 256)),
            }
            bytes.resize(bytes.len().max(end), 0);
        }
        all.push(bytes);
    }
    for len in (0..end).step_by(3) {
        all.push(original[..len].to_vec());
    }
    all
}

#[test]
fn damaged_headers_load_or_are_refused() {
    xemu_mem::install_fault_handlers().unwrap();
    let mut whole = original();
    // Without the interpreter, which does not exist, most changes get as far as mapping.
    whole[64 + 2 * 56..64 + 2 * 56 + 4].copy_from_slice(&4u32.to_le_bytes());
    let path = write("mutated", "prog", &whole);
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let space = AddressSpace::new(0);
    let try_load = |bytes: &[u8]| {
        file.set_len(0).unwrap();
        file.write_all_at(bytes, 0).unwrap();
        let request = LoadRequest {
            path: path.clone(),
            file: Some(file.try_clone().unwrap()),
            stack_size: Some(1 << 20),
            ..Default::default()
        };
        let loaded = xemu_loader::load(&space, request);
        space.clear();
        assert_eq!(space.mapping_count(), 0);
        loaded.map_err(|error| assert!((126..=127).contains(&error.exit_status()))).is_ok()
    };
    assert!(try_load(&whole), "the original loads");
    let (mut loaded, mut refused) = (0, 0);
    for bytes in mutations(&original()).into_iter().chain(mutations(&whole)) {
        *(if try_load(&bytes) { &mut loaded } else { &mut refused }) += 1;
    }
    println!("{loaded} loaded, {refused} refused");
    assert!(loaded > 200 && refused > 200, "{loaded} loaded, {refused} refused");
}
