//! The first stack: strings, argument vectors, auxiliary vector. (create_elf_tables in the kernel)

use std::ops::Range;

use xemu_abi::auxv::*;

use crate::Cause;

/// The longest string, with its NUL: MAX_ARG_STRLEN.
const MAX_STRING: usize = 128 << 10;
/// What arguments and environment may take however small the stack is: ARG_MAX.
const MIN_TOTAL: u64 = 128 << 10;
/// And however large it is: three quarters of the kernel's default stack.
const MAX_TOTAL: u64 = 6 << 20;
/// The kernel's value for a frame with FPSIMD state only.
const MIN_SIGNAL_STACK: u64 = 4720;
const CLOCK_TICKS: u64 = 100;
const PAGE_SIZE: u64 = 4096;
const PHENT: u64 = 56;
const PLATFORM: &[u8] = b"aarch64";

/// Who the program runs as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Real user.
    pub uid: u32,
    /// Effective user.
    pub euid: u32,
    /// Real group.
    pub gid: u32,
    /// Effective group.
    pub egid: u32,
    /// AT_SECURE: whether the program got rights that its caller has not.
    pub secure: bool,
}

impl Credentials {
    /// Those that the kernel gave this process.
    pub fn of_process() -> Self {
        let value = |kind| xemu_host::getauxval(kind) as u32;
        Self {
            uid: value(AT_UID),
            euid: value(AT_EUID),
            gid: value(AT_GID),
            egid: value(AT_EGID),
            secure: value(AT_SECURE) != 0,
        }
    }
}

/// What goes on the first stack.
#[derive(Clone, Debug, Default)]
pub struct StackRequest<'a> {
    /// The arguments.
    pub argv: &'a [Vec<u8>],
    /// The environment.
    pub envp: &'a [Vec<u8>],
    /// AT_EXECFN.
    pub execfn: &'a [u8],
    /// AT_HWCAP, AT_HWCAP2, AT_HWCAP3.
    pub hwcap: [u64; 3],
    /// AT_PHDR.
    pub phdr: u64,
    /// AT_PHNUM.
    pub phnum: u16,
    /// AT_BASE: where the interpreter is, or 0.
    pub base: u64,
    /// AT_FLAGS.
    pub flags: u64,
    /// AT_ENTRY: the program's own entry point.
    pub entry: u64,
    /// AT_UID and so on.
    pub credentials: Credentials,
    /// What AT_RANDOM points to.
    pub random: [u8; 16],
    /// AT_EXECFD, if there is one.
    pub execfd: Option<u64>,
    /// AT_SYSINFO_EHDR.
    pub vdso: u64,
}

/// The first stack's content and what lies where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstStack {
    /// The stack pointer: the lowest address of `bytes`.
    pub sp: u64,
    /// The content, from `sp` to the stack's end.
    pub bytes: Vec<u8>,
    /// The auxiliary vector, AT_NULL included.
    pub auxv: Vec<(u64, u64)>,
    /// Where the argument strings are.
    pub arg_range: Range<u64>,
    /// Where the environment strings are.
    pub env_range: Range<u64>,
    /// Where the auxiliary vector is.
    pub auxv_addr: u64,
}

/// Strings laid out one behind the other; where each begins.
fn lay(strings: &[Vec<u8>], at: &mut u64, bytes: &mut Vec<u8>) -> (Vec<u64>, Range<u64>) {
    let start = *at;
    let mut places = Vec::with_capacity(strings.len());
    for string in strings {
        places.push(*at);
        bytes.extend_from_slice(string);
        bytes.push(0);
        *at += string.len() as u64 + 1;
    }
    (places, start..*at)
}

/// Checks the kernel's limits; gives the size of all strings. (bprm_stack_limits, copy_strings)
fn check_limits(request: &StackRequest<'_>, argv: &[Vec<u8>], size: u64) -> Result<u64, Cause> {
    let limit = (size / 4).clamp(MIN_TOTAL, MAX_TOTAL);
    let pointers = 8 * (argv.len().max(1) + request.envp.len()) as u64;
    let mut total = request.execfn.len() as u64 + 1;
    for string in argv.iter().chain(request.envp) {
        if string.len() >= MAX_STRING {
            return Err(Cause::ArgumentsTooLong);
        }
        total += string.len() as u64 + 1;
    }
    if total + pointers > limit { Err(Cause::ArgumentsTooLong) } else { Ok(total) }
}

/// Builds the content of a stack of `size` bytes that ends at `top`.
pub fn build_stack(request: &StackRequest<'_>, top: u64, size: u64) -> Result<FirstStack, Cause> {
    // A program without arguments gets one, the empty string.
    let nothing = [Vec::new()];
    let argv = if request.argv.is_empty() { &nothing } else { request.argv };
    let total = check_limits(request, argv, size)?;

    // From the top: eight zero bytes, path, environment, arguments; below them platform and random
    // bytes; then the vectors, so that the stack pointer is a multiple of 16.
    let strings_start = top - 8 - total;
    let mut strings = Vec::with_capacity(total as usize + 8);
    let mut at = strings_start;
    let (arg_places, arg_range) = lay(argv, &mut at, &mut strings);
    let (env_places, env_range) = lay(request.envp, &mut at, &mut strings);
    let execfn = at;
    strings.extend_from_slice(request.execfn);
    strings.extend_from_slice(&[0; 9]);

    let platform = strings_start - (PLATFORM.len() as u64 + 1);
    let random = (platform - 16) & !15;
    let auxv = auxiliary_vector(request, execfn, platform, random);
    let words = 1 + argv.len() + 1 + request.envp.len() + 1 + 2 * auxv.len();
    let sp = (random - 8 * words as u64) & !15;

    let mut bytes = Vec::with_capacity((top - sp) as usize);
    let mut put = |word: u64| bytes.extend_from_slice(&word.to_le_bytes());
    put(argv.len() as u64);
    arg_places.into_iter().for_each(&mut put);
    put(0);
    env_places.into_iter().for_each(&mut put);
    put(0);
    let auxv_addr = sp + 8 * (words - 2 * auxv.len()) as u64;
    for &(kind, value) in &auxv {
        put(kind);
        put(value);
    }
    bytes.resize((random - sp) as usize, 0);
    bytes.extend_from_slice(&request.random);
    bytes.resize((platform - sp) as usize, 0);
    bytes.extend_from_slice(PLATFORM);
    bytes.push(0);
    bytes.extend_from_slice(&strings);
    debug_assert_eq!(bytes.len() as u64, top - sp);
    Ok(FirstStack { sp, bytes, auxv, arg_range, env_range, auxv_addr })
}

fn auxiliary_vector(
    request: &StackRequest<'_>,
    execfn: u64,
    platform: u64,
    random: u64,
) -> Vec<(u64, u64)> {
    let who = request.credentials;
    let mut auxv = vec![
        (AT_SYSINFO_EHDR, request.vdso),
        (AT_MINSIGSTKSZ, MIN_SIGNAL_STACK),
        (AT_HWCAP, request.hwcap[0]),
        (AT_PAGESZ, PAGE_SIZE),
        (AT_CLKTCK, CLOCK_TICKS),
        (AT_PHDR, request.phdr),
        (AT_PHENT, PHENT),
        (AT_PHNUM, u64::from(request.phnum)),
        (AT_BASE, request.base),
        (AT_FLAGS, request.flags),
        (AT_ENTRY, request.entry),
        (AT_UID, u64::from(who.uid)),
        (AT_EUID, u64::from(who.euid)),
        (AT_GID, u64::from(who.gid)),
        (AT_EGID, u64::from(who.egid)),
        (AT_SECURE, u64::from(who.secure)),
        (AT_RANDOM, random),
        (AT_HWCAP2, request.hwcap[1]),
        (AT_HWCAP3, request.hwcap[2]),
        (AT_EXECFN, execfn),
        (AT_PLATFORM, platform),
    ];
    auxv.extend(request.execfd.map(|fd| (AT_EXECFD, fd)));
    auxv.push((AT_NULL, 0));
    auxv
}

#[cfg(test)]
#[path = "stack_tests.rs"]
mod tests;
