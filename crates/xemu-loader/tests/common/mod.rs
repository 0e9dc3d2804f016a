//! Makes small arm64 ELF files.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub const PT_LOAD: u32 = 1;
pub const PT_INTERP: u32 = 3;
pub const PT_GNU_STACK: u32 = 0x6474_e551;
pub const PT_GNU_PROPERTY: u32 = 0x6474_e553;
pub const ET_EXEC: u16 = 2;
pub const ET_DYN: u16 = 3;
pub const R: u32 = 4;
pub const W: u32 = 2;
pub const X: u32 = 1;

/// A program header and its content's place.
#[derive(Clone, Copy, Default)]
pub struct Phdr {
    pub kind: u32,
    pub flags: u32,
    pub offset: u64,
    pub vaddr: u64,
    pub filesz: u64,
    pub memsz: u64,
    pub align: u64,
}

pub fn load(flags: u32, offset: u64, vaddr: u64, filesz: u64, memsz: u64) -> Phdr {
    Phdr { kind: PT_LOAD, flags, offset, vaddr, filesz, memsz, align: 0x1000 }
}

/// An ELF file of `size` bytes; byte `i` behind the headers is `i % 251`.
pub fn elf(kind: u16, entry: u64, phdrs: &[Phdr], size: usize) -> Vec<u8> {
    let mut out = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let put16 = |out: &mut Vec<u8>, v: u16| out.extend(v.to_le_bytes());
    put16(&mut out, kind);
    put16(&mut out, 183);
    out.extend(1u32.to_le_bytes());
    for v in [entry, 64, 0] {
        out.extend(v.to_le_bytes());
    }
    out.extend(0u32.to_le_bytes());
    for v in [64, 56, phdrs.len() as u16, 64, 0, 0] {
        put16(&mut out, v);
    }
    for p in phdrs {
        out.extend(p.kind.to_le_bytes());
        out.extend(p.flags.to_le_bytes());
        for v in [p.offset, p.vaddr, p.vaddr, p.filesz, p.memsz, p.align] {
            out.extend(v.to_le_bytes());
        }
    }
    out.extend((out.len()..size).map(|i| (i % 251) as u8));
    out
}

/// Writes an executable file into a folder of the test's own.
pub fn write(test: &str, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder(test).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = File::create(&path).unwrap();
    file.write_all(bytes).unwrap();
    set_mode(&path, 0o755);
    path
}

pub fn folder(test: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()))
}

pub fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
