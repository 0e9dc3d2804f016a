//! `cargo xtask fuzz elf`: the loader, fed with broken program files.
//!
//! Each file is one of the test programs with some changes: fields of the ELF header and of the
//! program headers get values near their edges, headers are exchanged, repeated and given other
//! types, notes and the interpreter's path are made up, the file is cut or continued. Loading it
//! must end with a program or with a sentence: without a panic, without hanging, and without
//! touching what is the process's own.

use std::fs::{self, File};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xemu_loader::{LoadRequest, load};
use xemu_mem::AddressSpace;

use super::campaign::Budget;
use super::local::install_handlers;
use super::random::Random;

/// The programs that are changed; small ones, so that headers are much of them.
const SEEDS: [&str; 6] = ["hello", "start", "start-pie", "launch", "true", "guarded"];
/// Bytes of the ELF header.
const HEADER: usize = 64;
/// Bytes of a program header.
const PHENT: usize = 56;
/// The fields of the ELF header: offset and bytes.
const HEADER_FIELDS: [(usize, usize); 12] = [
    (16, 2),
    (18, 2),
    (20, 4),
    (24, 8),
    (32, 8),
    (40, 8),
    (48, 4),
    (52, 2),
    (54, 2),
    (56, 2),
    (58, 2),
    (60, 2),
];
/// The fields of a program header: type, flags, offset, addresses, sizes, alignment.
const PROGRAM_FIELDS: [(usize, usize); 8] =
    [(0, 4), (4, 4), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8)];
/// PT_NULL to PT_TLS, PT_GNU_STACK, PT_GNU_PROPERTY.
const TYPES: [u32; 10] = [0, 1, 1, 2, 3, 4, 6, 7, 0x6474_e551, 0x6474_e553];
/// Whatever is loaded, it takes no longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A broken file's outcome that must not be.
pub struct Problem {
    /// Which case, by its number from the seed on.
    pub case: u64,
    /// The file.
    pub bytes: Vec<u8>,
    /// What happened.
    pub text: String,
}

/// What a campaign did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were loaded.
    pub loaded: u64,
    /// Files that were refused.
    pub refused: u64,
}

/// Reads the programs of `folder`.
///
/// # Errors
/// A sentence with the file that cannot be read.
pub fn seeds(folder: &Path) -> Result<Vec<Vec<u8>>, String> {
    let read = |name: &&str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))
    };
    SEEDS.iter().map(read).collect()
}

/// Loads broken files until the budget is used up, or one of them is a problem.
///
/// # Errors
/// When the host has no room for the files or their handlers.
pub fn run(seeds: &[Vec<u8>], budget: Budget) -> Result<(Counts, Option<Problem>), String> {
    let _stack = install_handlers()?;
    let start = Instant::now();
    let mut counts = Counts::default();
    let own = own_mappings();
    for case in 0..budget.cases {
        if start.elapsed() > budget.time {
            break;
        }
        let mut random = Random::new(budget.seed.wrapping_mul(0x1_0000_0001).wrapping_add(case));
        let mut bytes = seeds[random.below(seeds.len() as u64) as usize].clone();
        (0..=random.below(6)).for_each(|_| change(&mut bytes, &mut random));
        let file = memory_file(&bytes)?;
        let result = attempt(file, &mut random);
        let text = match result {
            Ok(loaded) => {
                if loaded {
                    counts.loaded += 1
                } else {
                    counts.refused += 1
                }
                match own_mappings() == own {
                    true => continue,
                    false => "the emulator's own mappings have changed".to_owned(),
                }
            }
            Err(text) => text,
        };
        return Ok((counts, Some(Problem { case, bytes, text })));
    }
    Ok((counts, None))
}

/// Loads one file; whether that succeeded.
fn attempt(file: File, random: &mut Random) -> Result<bool, String> {
    let entropy = if random.one_in(2) { 0 } else { random.next() };
    let hwcap = [random.next(), random.next(), 0];
    let start = Instant::now();
    let loading = AssertUnwindSafe(|| {
        let space = AddressSpace::new(entropy);
        let request = LoadRequest {
            path: PathBuf::from("/broken"),
            file: Some(file),
            argv: vec![b"broken".to_vec()],
            stack_size: Some(1 << 20),
            hwcap,
            ..Default::default()
        };
        match load(&space, request) {
            Ok(program) => is_consistent(&space, program.sp).map(|()| true),
            Err(_) if space.mapping_count() != 0 => Err("something stays mapped".to_owned()),
            Err(error) if error.to_string().is_empty() => Err("refused without a word".to_owned()),
            Err(_) => Ok(false),
        }
    });
    let result = catch_unwind(loading).unwrap_or_else(|_| Err("a panic".to_owned()));
    if start.elapsed() > PATIENCE {
        return Err(format!("it took {:?}", start.elapsed()));
    }
    result
}

/// Whether the list of mappings is in order and the stack is there.
fn is_consistent(space: &AddressSpace, sp: u64) -> Result<(), String> {
    let list = space.mappings();
    if list.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err("mappings overlap".to_owned());
    }
    xemu_mem::read::<u64>(sp).map(drop).map_err(|fault| format!("no stack: {fault:?}"))
}

/// The mappings of the program that runs, and what has stayed of broken ones.
fn own_mappings() -> Vec<String> {
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.to_string_lossy();
    let text = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mine = |line: &&str| line.ends_with(&*program) || line.contains("/memfd:broken");
    text.lines().filter(mine).map(str::to_owned).collect()
}

/// A file without a name.
fn memory_file(bytes: &[u8]) -> Result<File, String> {
    let text = |e: std::io::Error| format!("no file for a broken program: {e}");
    let fd = nix::sys::memfd::memfd_create(c"broken", nix::sys::memfd::MFdFlags::MFD_CLOEXEC);
    let mut file = File::from(fd.map_err(|e| text(e.into()))?);
    file.write_all(bytes).map_err(text)?;
    Ok(file)
}

/// One change.
fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    match random.below(12) {
        0 => {
            let (at, size) = random.pick(&HEADER_FIELDS);
            put_odd(bytes, at, size, random);
        }
        1..=5 => {
            let (at, size) = random.pick(&PROGRAM_FIELDS);
            let header = a_program_header(bytes, random);
            put_odd(bytes, header + at, size, random);
        }
        6 => {
            let (to, from) = (a_program_header(bytes, random), a_program_header(bytes, random));
            if let Some(copy) = bytes.get(from..from + PHENT).map(<[u8]>::to_vec) {
                put(bytes, to, &copy);
            }
        }
        7 => {
            let header = a_program_header(bytes, random);
            put(bytes, header, &random.pick(&TYPES).to_le_bytes());
        }
        8 => interpreter(bytes, random),
        9 => note(bytes, random),
        10 => {
            let len = random.below(bytes.len() as u64 + 64) as usize;
            bytes.resize(len, random.next() as u8);
        }
        _ => {
            let at = random.below(bytes.len().min(512) as u64 + 1) as usize;
            put(bytes, at, &[random.next() as u8]);
        }
    }
}

fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    if let Some(place) = at.checked_add(new.len()).and_then(|end| bytes.get_mut(at..end)) {
        place.copy_from_slice(new);
    }
}

/// Puts a value near an edge, or the old one moved a little.
fn put_odd(bytes: &mut [u8], at: usize, size: usize, random: &mut Random) {
    let Some(old) = bytes.get(at..at + size) else { return };
    let mut wide = [0; 8];
    wide[..size].copy_from_slice(old);
    let old = u64::from_le_bytes(wide);
    let value = match random.below(6) {
        0 => old.wrapping_add(random.pick(&[1, 8, 0x1000, 0x1_0000, u64::MAX, !0xfff])),
        1 => 1 << random.below(8 * size as u64),
        2 => (1u64 << 47).wrapping_sub(random.pick(&[0, 1, 0x1000, 0x2000, 0x10_0000])),
        3 => random.below(0x4000),
        _ => random.integer(8 * size as u32),
    };
    put(bytes, at, &value.to_le_bytes()[..size]);
}

/// The offset of one of the program headers as the file has them.
fn a_program_header(bytes: &[u8], random: &mut Random) -> usize {
    let count = bytes.get(56).map_or(1, |n| u64::from(*n).clamp(1, 16));
    HEADER + PHENT * random.below(count) as usize
}

/// Makes one of the headers name bytes that are added at the end.
fn append(bytes: &mut Vec<u8>, kind: u32, content: &[u8], random: &mut Random) {
    let (offset, size) = (bytes.len() as u64, content.len() as u64);
    bytes.extend_from_slice(content);
    let header = a_program_header(bytes, random);
    put(bytes, header, &kind.to_le_bytes());
    put(bytes, header + 8, &offset.to_le_bytes());
    put(bytes, header + 32, &size.to_le_bytes());
}

fn interpreter(bytes: &mut Vec<u8>, random: &mut Random) {
    const PT_INTERP: u32 = 3;
    let long = [b'a'; 5000];
    let path: &[u8] = match random.below(8) {
        0 => b"/nonexistent\0",
        1 => b"/proc/self/exe\0",
        2 => b"/dev/null\0",
        3 => b"\0\0",
        4 => b"/no/end",
        5 => b"/\0",
        6 => b"relative\0\xff\xff\0",
        _ => &long,
    };
    append(bytes, PT_INTERP, path, random);
}

fn note(bytes: &mut Vec<u8>, random: &mut Random) {
    const PT_GNU_PROPERTY: u32 = 0x6474_e553;
    let mut content = Vec::new();
    for word in [4, random.pick(&[16, 0, u32::MAX, 0xffff_fff8]), 5] {
        content.extend_from_slice(&u32::to_le_bytes(word));
    }
    content.extend_from_slice(b"GNU\0");
    for _ in 0..random.below(6) {
        let kind = random.pick(&[0xc000_0000, 0xc000_0001, 0, u32::MAX]);
        let size = random.pick(&[4, 0, 8, u32::MAX, 0xffff_fff9, 0x7fff_ffff]);
        for word in [kind, size, random.next() as u32, 0] {
            content.extend_from_slice(&word.to_le_bytes());
        }
    }
    append(bytes, PT_GNU_PROPERTY, &content, random);
}
