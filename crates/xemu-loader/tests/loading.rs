//! What the loader maps, and what it says about files that it cannot load.

mod common;

use std::path::{Path, PathBuf};

use common::*;
use xemu_abi::Errno;
use xemu_abi::auxv::*;
use xemu_loader::{Cause, LoadRequest, LoadedProgram};
use xemu_mem::{AddressSpace, RegionName, read};

fn space() -> AddressSpace {
    xemu_mem::install_fault_handlers().unwrap();
    AddressSpace::new(0)
}

fn request(path: &Path) -> LoadRequest {
    LoadRequest {
        path: path.to_owned(),
        argv: vec![b"prog".to_vec()],
        stack_size: Some(1 << 20),
        ..Default::default()
    }
}

fn aux(loaded: &LoadedProgram, kind: u64) -> Option<u64> {
    loaded.auxv.iter().find(|(k, _)| *k == kind).map(|(_, v)| *v)
}

/// Text and data with bss, at a base.
fn two_segments(base: u64) -> [Phdr; 2] {
    [load(R | X, 0, base, 0x1400, 0x1400), load(R | W, 0x1800, base + 0x1_1800, 0x600, 0x2c00)]
}

fn content(offset: u64) -> u8 {
    (offset % 251) as u8
}

#[test]
fn a_fixed_program_is_mapped_where_it_says() {
    let base = 0x6_5400_0000;
    let bytes = elf(ET_EXEC, base + 0x200, &two_segments(base), 0x3000);
    let path = write("fixed", "prog", &bytes);
    let space = space();
    let loaded = xemu_loader::load(&space, request(&path)).unwrap();
    assert_eq!((loaded.pc, loaded.program.bias), (base + 0x200, 0));
    assert_eq!(aux(&loaded, AT_PHDR), Some(base + 64));
    assert_eq!(aux(&loaded, AT_ENTRY), Some(base + 0x200));
    assert_eq!(aux(&loaded, AT_BASE), Some(0));
    assert_eq!(read::<u8>(base + 0x13ff), Ok(content(0x13ff)));
    assert!(space.fetch(base + 0x200).is_ok());
    assert!(xemu_mem::write(base, 0u8).is_err());

    let data = base + 0x1_1800;
    assert_eq!(read::<u8>(data), Ok(content(0x1800)));
    assert_eq!(read::<u8>(data + 0x5ff), Ok(content(0x1dff)));
    for at in (data + 0x600..data + 0x2c00).step_by(64) {
        assert_eq!(read::<u8>(at), Ok(0), "bss is zero");
    }
    xemu_mem::write(data + 0x2bff, 1u8).unwrap();
    assert!(space.fetch(data).is_err());
    assert!(space.is_free(base + 0x2000, 0xf000), "holes stay free");

    let end = base + 0x1_5000;
    assert_eq!((loaded.brk_start, loaded.program.end), (end, end));
    assert_eq!(space.brk(end + 0x1_0000), end + 0x1_0000);
    assert_eq!(loaded.program.code, base..base + 0x1400);
    assert_eq!(loaded.program.data, data..data + 0x600);
}

#[test]
fn a_relocatable_program_goes_to_the_image_base_and_keeps_its_alignment() {
    let mut segments = two_segments(0);
    segments[1].align = 0x1_0000;
    segments[1].vaddr = 0x11800;
    let path = write("pie", "prog", &elf(ET_DYN, 0x200, &segments, 0x3000));
    let space = space();
    let loaded = xemu_loader::load(&space, request(&path)).unwrap();
    assert_eq!(loaded.program.bias % 0x1_0000, 0);
    assert_eq!(loaded.pc, loaded.program.bias + 0x200);
    assert_eq!(read::<u8>(loaded.program.bias + 0x11801), Ok(content(0x1801)));
    assert_eq!(aux(&loaded, AT_PHDR), Some(loaded.program.bias + 64));
}

#[test]
fn the_interpreter_is_found_below_the_prefix_and_started() {
    let mut segments = two_segments(0).to_vec();
    let name = b"/lib/ld-test.so.1\0";
    let interp =
        Phdr { kind: PT_INTERP, offset: 0x2000, filesz: name.len() as u64, ..Default::default() };
    segments.push(interp);
    let mut bytes = elf(ET_DYN, 0x200, &segments, 0x3000);
    bytes[0x2000..0x2000 + name.len()].copy_from_slice(name);
    let path = write("interp", "prog", &bytes);
    let ld = elf(ET_DYN, 0x80, &[load(R | X, 0, 0, 0x1000, 0x1000)], 0x1000);
    let file = write("interp", "root/usr/ld.so", &ld);
    // An absolute link stays below the prefix.
    let root = folder("interp").join("root");
    std::fs::create_dir_all(root.join("lib")).unwrap();
    let link = root.join("lib/ld-test.so.1");
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink("/usr/ld.so", link).unwrap();

    let space = space();
    let mut request = request(&path);
    request.prefix = Some(root);
    let loaded = xemu_loader::load(&space, request).unwrap();
    let interpreter = loaded.interpreter.clone().unwrap();
    assert_eq!(loaded.pc, interpreter.bias + 0x80);
    assert_eq!(aux(&loaded, AT_BASE), Some(interpreter.bias));
    assert_eq!(aux(&loaded, AT_ENTRY), Some(loaded.program.bias + 0x200));
    assert_eq!(loaded.interpreter_path, Some(file));
}

#[test]
fn stack_and_vdso_are_mapped_and_named() {
    let path = write("stack", "prog", &elf(ET_DYN, 0x200, &two_segments(0), 0x3000));
    let space = space();
    let loaded = xemu_loader::load(&space, request(&path)).unwrap();
    assert_eq!(loaded.stack.end - loaded.stack.start, 1 << 20);
    assert_eq!(loaded.sp % 16, 0);
    assert_eq!(read::<u64>(loaded.sp), Ok(1));
    let arg = read::<u64>(loaded.sp + 8).unwrap();
    assert_eq!(xemu_mem::read_cstr(arg, 100).unwrap(), b"prog");
    assert_eq!(loaded.arg_range, arg..arg + 5);
    let execfn = aux(&loaded, AT_EXECFN).unwrap();
    let expected = path.as_os_str().as_encoded_bytes();
    assert_eq!(xemu_mem::read_cstr(execfn, 4096).unwrap(), expected);
    assert_eq!(xemu_mem::read_bytes(loaded.auxv_addr, 16 * loaded.auxv.len()).unwrap(), {
        loaded.auxv_bytes()
    });
    let stack = space.lookup(loaded.sp).unwrap();
    assert_eq!((stack.name, stack.prot), (RegionName::Stack, 3));
    let vdso = aux(&loaded, AT_SYSINFO_EHDR).unwrap();
    assert_eq!(space.lookup(vdso).unwrap().name, RegionName::Vdso);
    assert_eq!(space.fetch(loaded.vdso.rt_sigreturn), Ok(0xd280_1168));
    assert!(space.maps_text().contains("[vdso]"));
}

#[test]
fn the_stack_is_executable_when_asked_for() {
    let stack = Phdr { kind: PT_GNU_STACK, flags: R | W | X, ..Default::default() };
    let segments = [two_segments(0)[0], stack];
    let path = write("execstack", "prog", &elf(ET_DYN, 0, &segments, 0x3000));
    let space = space();
    let loaded = xemu_loader::load(&space, request(&path)).unwrap();
    assert_eq!(space.lookup(loaded.sp).unwrap().prot, 7);
}

#[test]
fn guarded_pages_need_a_note_and_a_processor() {
    let note: [u32; 8] = [4, 16, 5, 0x0055_4e47, 0xc000_0000, 4, 1, 0];
    let property = Phdr { kind: PT_GNU_PROPERTY, offset: 0x2000, filesz: 32, ..Default::default() };
    let segments = [two_segments(0)[0], property];
    let mut bytes = elf(ET_DYN, 0, &segments, 0x3000);
    for (i, word) in note.iter().enumerate() {
        bytes[0x2000 + 4 * i..0x2004 + 4 * i].copy_from_slice(&word.to_le_bytes());
    }
    let path = write("bti", "prog", &bytes);
    for (hwcap2, guarded) in [(0, false), (xemu_abi::hwcap::HWCAP2_BTI, true)] {
        let space = space();
        if guarded {
            space.set_extra_protections(xemu_mem::consts::PROT_BTI);
        }
        let mut request = request(&path);
        request.hwcap[1] = hwcap2;
        let loaded = xemu_loader::load(&space, request).unwrap();
        assert_eq!(space.code_window(loaded.pc).unwrap().guarded, guarded);
    }
}

fn failure(path: &Path) -> (Cause, Errno, i32) {
    let space = space();
    let error = xemu_loader::load(&space, request(path)).unwrap_err();
    assert_eq!(error.to_string(), format!("{}: {}", path.display(), error.cause));
    assert_eq!(space.mapping_count(), 0, "nothing stays mapped");
    (error.cause.clone(), error.errno(), error.exit_status())
}

#[test]
fn files_that_are_no_programs_are_told_apart() {
    let test = "nofiles";
    let check = |name: &str, bytes: &[u8], cause: Cause| {
        assert_eq!(failure(&write(test, name, bytes)), (cause, Errno::ENOEXEC, 126));
    };
    check("empty", b"", Cause::Empty);
    check("text", b"echo hello\n", Cause::NotElf);
    check("short", b"\x7fELF\x02\x01", Cause::Malformed("its ELF header is cut off"));
    check(
        "script",
        b"#!/bin/sh -e\n",
        Cause::Script { interpreter: b"/bin/sh".to_vec(), argument: Some(b"-e".to_vec()) },
    );
    let good = elf(ET_DYN, 0, &two_segments(0), 0x3000);
    let patched = |at: usize, with: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    check("x86", &patched(18, &[62, 0]), Cause::OtherMachine("x86-64"));
    let mut arm = patched(4, &[1]);
    arm[18] = 40;
    check("arm", &arm, Cause::OtherMachine("32-bit Arm"));
    let mut big = patched(5, &[2]);
    big[18..20].copy_from_slice(&[0, 183]);
    check("big", &big, Cause::OtherMachine("big-endian Arm"));
    check("object", &patched(16, &[1, 0]), Cause::NotExecutable("an object file"));
    check("phent", &patched(54, &[32, 0]), {
        Cause::Malformed("its program headers have an unknown size")
    });
    check("phnum", &patched(56, &[0, 0]), {
        Cause::Malformed("it has no program headers, or too many")
    });
    check("phoff", &patched(32, &[0xff; 8]), {
        Cause::Malformed("its program headers lie beyond the end of the file")
    });
    check("cut", &good[..100], {
        Cause::Malformed("its program headers lie beyond the end of the file")
    });
}

#[test]
fn bad_segments_are_refused() {
    let check = |name: &str, phdrs: &[Phdr], cause: Cause| {
        let path = write("segments", name, &elf(ET_DYN, 0, phdrs, 0x3000));
        assert_eq!(failure(&path), (cause, Errno::EINVAL, 126));
    };
    let bad = Cause::BadSegment;
    let none = Phdr { kind: PT_GNU_STACK, ..Default::default() };
    check("none", &[none], bad("it has no loadable segments"));
    let [text, data] = two_segments(0);
    let overlap = Phdr { vaddr: 0x800, ..data };
    check("overlap", &[text, overlap], bad("its segments overlap"));
    let long = Phdr { filesz: data.memsz + 1, ..data };
    check("long", &[text, long], bad("a segment is longer in the file than in memory"));
    let skewed = Phdr { vaddr: data.vaddr + 8, ..data };
    check("skewed", &[text, skewed], bad("a segment's address does not fit its file offset"));
    let truncated = Phdr { filesz: 0x2000, memsz: 0x2000, ..data };
    check("truncated", &[text, truncated], bad("a segment reaches beyond the end of the file"));
    for vaddr in [u64::MAX - 0xfff, 1 << 47, (1 << 47) - 0x1000] {
        let high = load(R, 0, vaddr, 0x1000, 0x1000);
        check("high", &[text, high], bad("a segment reaches beyond user memory"));
    }
}

#[test]
fn fixed_programs_cannot_lie_over_the_emulator() {
    let here = &raw const *Box::new(0u8) as u64 & !0xfff;
    let path = write("over", "prog", &elf(ET_EXEC, here, &two_segments(here), 0x3000));
    let (cause, errno, status) = failure(&path);
    assert!(matches!(cause, Cause::CannotMap { .. }), "{cause}");
    assert_eq!(status, 126);
    assert!(matches!(errno, Errno::EEXIST | Errno::ENOMEM), "{errno}");
}

#[test]
fn files_that_cannot_be_opened_are_told_apart() {
    let nothing = folder("open").join("nothing");
    assert_eq!(failure(&nothing), (Cause::Unreadable(Errno::ENOENT), Errno::ENOENT, 127));
    let path = write("open", "prog", &elf(ET_DYN, 0, &two_segments(0), 0x3000));
    assert_eq!(failure(&folder("open")), (Cause::Directory, Errno::EACCES, 126));
    set_mode(&path, 0o644);
    assert_eq!(failure(&path), (Cause::NotPermitted, Errno::EACCES, 126));
    let below = path.join("x");
    assert_eq!(failure(&below), (Cause::Unreadable(Errno::ENOTDIR), Errno::ENOTDIR, 126));
    let (cause, ..) = failure(Path::new("/dev/null"));
    assert_eq!(cause, Cause::NotRegular);
}

#[test]
fn interpreters_that_cannot_be_used_are_named() {
    let program = |name: &str, interpreter: &[u8]| {
        let interp = Phdr {
            kind: PT_INTERP,
            offset: 0x2000,
            filesz: interpreter.len() as u64,
            ..Default::default()
        };
        let mut bytes = elf(ET_DYN, 0, &[two_segments(0)[0], interp], 0x3000);
        bytes[0x2000..0x2000 + interpreter.len()].copy_from_slice(interpreter);
        write("badinterp", name, &bytes)
    };
    let wrapped = |path: &str, cause| Cause::Interpreter {
        path: PathBuf::from(path),
        cause: Box::new(cause),
    };
    let missing = program("missing", b"/no/such/ld.so\0");
    let cause = wrapped("/no/such/ld.so", Cause::Unreadable(Errno::ENOENT));
    assert_eq!(failure(&missing), (cause, Errno::ENOENT, 127));
    let host = program("host", b"/proc/self/exe\0");
    let cause = wrapped("/proc/self/exe", Cause::OtherMachine("x86-64"));
    assert_eq!(failure(&host), (cause, Errno::ELIBBAD, 126));
    let endless = program("endless", b"/no/such/ld.so");
    assert_eq!(failure(&endless).0, Cause::Malformed("its interpreter's path has no end"));
}

#[test]
fn too_many_arguments_are_refused() {
    let path = write("e2big", "prog", &elf(ET_DYN, 0, &two_segments(0), 0x3000));
    let space = space();
    let mut request = request(&path);
    request.argv = vec![vec![b'a'; 100_000]; 4];
    let error = xemu_loader::load(&space, request).unwrap_err();
    assert_eq!((error.errno(), error.exit_status()), (Errno::E2BIG, 126));
}
