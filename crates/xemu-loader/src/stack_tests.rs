use super::*;

const TOP: u64 = 0x3ff_ffff_f000;
const SIZE: u64 = 8 << 20;

fn strings(list: &[&str]) -> Vec<Vec<u8>> {
    list.iter().map(|s| s.as_bytes().to_vec()).collect()
}

struct View(FirstStack);

impl View {
    fn word(&self, addr: u64) -> u64 {
        let at = (addr - self.0.sp) as usize;
        u64::from_le_bytes(self.0.bytes[at..at + 8].try_into().unwrap())
    }
    fn text(&self, addr: u64) -> &str {
        let bytes = &self.0.bytes[(addr - self.0.sp) as usize..];
        let end = bytes.iter().position(|&b| b == 0).unwrap();
        std::str::from_utf8(&bytes[..end]).unwrap()
    }
    fn aux(&self, kind: u64) -> u64 {
        let found = self.0.auxv.iter().find(|(k, _)| *k == kind);
        found.unwrap_or_else(|| panic!("no {}", xemu_abi::auxv::name(kind))).1
    }
}

#[test]
fn vectors_and_strings_are_where_a_program_looks() {
    for extra in 0..4 {
        let argv = strings(&["prog", "one", "", "three"][..1 + extra]);
        let envp = strings(&["A=1", "LONGER=value"]);
        let request = StackRequest {
            argv: &argv,
            envp: &envp,
            execfn: b"/bin/prog",
            hwcap: [7, 8, 9],
            random: [0x5a; 16],
            vdso: 0x1234_5000,
            ..Default::default()
        };
        let view = View(build_stack(&request, TOP, SIZE).unwrap());
        let sp = view.0.sp;
        assert_eq!(sp % 16, 0);
        assert_eq!(view.0.bytes.len() as u64, TOP - sp);
        assert_eq!(view.word(sp), argv.len() as u64);
        for (i, arg) in argv.iter().enumerate() {
            let at = view.word(sp + 8 + 8 * i as u64);
            assert_eq!(view.text(at).as_bytes(), arg);
        }
        let env = sp + 8 + 8 * (argv.len() as u64 + 1);
        assert_eq!(view.word(env - 8), 0);
        assert_eq!(view.text(view.word(env)), "A=1");
        assert_eq!(view.text(view.word(env + 8)), "LONGER=value");
        assert_eq!(view.word(env + 16), 0);
        assert_eq!(view.0.auxv_addr, env + 24);
        assert_eq!(view.word(env + 24), AT_SYSINFO_EHDR);
        assert_eq!(view.text(view.aux(AT_EXECFN)), "/bin/prog");
        assert_eq!(view.text(view.aux(AT_PLATFORM)), "aarch64");
        assert_eq!(view.word(view.aux(AT_RANDOM)), 0x5a5a_5a5a_5a5a_5a5a);
        assert_eq!((view.aux(AT_HWCAP), view.aux(AT_HWCAP2), view.aux(AT_HWCAP3)), (7, 8, 9));
        assert_eq!(view.aux(AT_PAGESZ), 4096);
        assert_eq!(view.0.auxv.last(), Some(&(AT_NULL, 0)));
        assert_eq!(view.0.arg_range.end, view.0.env_range.start);
    }
}

#[test]
fn a_program_without_arguments_gets_an_empty_one() {
    let view = View(build_stack(&StackRequest::default(), TOP, SIZE).unwrap());
    assert_eq!(view.word(view.0.sp), 1);
    assert_eq!(view.text(view.word(view.0.sp + 8)), "");
}

#[test]
fn the_kernels_limits_hold() {
    let check = |argv: &[Vec<u8>], size| {
        let request = StackRequest { argv, execfn: b"x", ..Default::default() };
        build_stack(&request, TOP, size).map(|s| s.sp)
    };
    let long = |len| vec![b'a'; len];
    assert!(check(&[long(MAX_STRING - 1)], SIZE).is_ok());
    assert_eq!(check(&[long(MAX_STRING)], SIZE), Err(Cause::ArgumentsTooLong));
    let many = |n: usize| vec![long(100_000); n];
    assert!(check(&many(20), SIZE).is_ok());
    assert_eq!(check(&many(21), SIZE), Err(Cause::ArgumentsTooLong), "a quarter of the stack");
    assert!(check(&many(62), 1 << 30).is_ok());
    assert_eq!(check(&many(63), 1 << 30), Err(Cause::ArgumentsTooLong), "six MiB");
    assert!(check(&many(1), 4096).is_ok(), "at least 128 KiB");
    assert_eq!(check(&vec![Vec::new(); 300_000], SIZE), Err(Cause::ArgumentsTooLong), "pointers");
}
