//! execve's work: program, interpreter, vdso, stack.

use std::ffi::OsStr;
use std::fs::File;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use xemu_abi::Errno;
use xemu_abi::hwcap::HWCAP2_BTI;
use xemu_mem::AddressSpace;
use xemu_mem::consts::{PROT_EXEC, PROT_READ, PROT_WRITE};

use crate::elf::Program;
use crate::file::{self, Opened};
use crate::image::{self, Image, Place};
use crate::stack::{Credentials, FirstStack, StackRequest, build_stack};
use crate::vdso::{self, Vdso};
use crate::{Cause, LoadError};

/// The default stack when nothing else is known.
const DEFAULT_STACK: u64 = 8 << 20;
/// The stack for "unlimited", and the greatest one that is mapped.
const UNLIMITED_STACK: u64 = 256 << 20;
const MAX_STACK: u64 = 1 << 30;
const MIN_STACK: u64 = 128 << 10;

/// What to run, and how.
#[derive(Debug, Default)]
pub struct LoadRequest {
    /// The program's path; opened unless `file` is given, and named in errors.
    pub path: PathBuf,
    /// The program, already open: its execute permission was checked by whoever opened it.
    pub file: Option<File>,
    /// The arguments.
    pub argv: Vec<Vec<u8>>,
    /// The environment.
    pub envp: Vec<Vec<u8>>,
    /// Where the interpreter is looked up first: `-L`.
    pub prefix: Option<PathBuf>,
    /// AT_EXECFN, the path when not given.
    pub execfn: Option<Vec<u8>>,
    /// The stack's size in bytes, [`default_stack_size`] when not given.
    pub stack_size: Option<u64>,
    /// AT_HWCAP, AT_HWCAP2, AT_HWCAP3.
    pub hwcap: [u64; 3],
    /// AT_FLAGS.
    pub flags: u64,
    /// AT_UID and so on.
    pub credentials: Credentials,
    /// AT_EXECFD, if the program is to get one.
    pub execfd: Option<u64>,
    /// What AT_RANDOM points to.
    pub random: [u8; 16],
}

/// A program that is ready to run.
#[derive(Clone, Debug)]
pub struct LoadedProgram {
    /// Where to start: the interpreter's entry point, or the program's.
    pub pc: u64,
    /// The stack pointer to start with.
    pub sp: u64,
    /// The program.
    pub program: Image,
    /// The interpreter, if the program has one.
    pub interpreter: Option<Image>,
    /// The file that served as interpreter.
    pub interpreter_path: Option<PathBuf>,
    /// Where the heap begins.
    pub brk_start: u64,
    /// The stack's mapping.
    pub stack: Range<u64>,
    /// The vdso.
    pub vdso: Vdso,
    /// Where the argument strings are, for /proc/self/stat.
    pub arg_range: Range<u64>,
    /// Where the environment strings are, for /proc/self/stat.
    pub env_range: Range<u64>,
    /// The auxiliary vector, AT_NULL included.
    pub auxv: Vec<(u64, u64)>,
    /// Where the auxiliary vector is.
    pub auxv_addr: u64,
}

impl LoadedProgram {
    /// The auxiliary vector as /proc/self/auxv shows it.
    pub fn auxv_bytes(&self) -> Vec<u8> {
        self.auxv
            .iter()
            .flat_map(|&(kind, value)| [kind, value])
            .flat_map(u64::to_le_bytes)
            .collect()
    }
}

/// The stack size that the process's limit asks for, in bytes.
pub fn default_stack_size() -> u64 {
    const RLIMIT_STACK: u32 = 3;
    match xemu_host::soft_limit(RLIMIT_STACK) {
        Some(u64::MAX) => UNLIMITED_STACK,
        Some(size) => size,
        None => DEFAULT_STACK,
    }
}

/// Loads a program into an address space that holds none. A handler of SIGSEGV and SIGBUS must be
/// installed that calls [`xemu_mem::fixup`]. On an error the space is as it was.
pub fn load(space: &AddressSpace, mut request: LoadRequest) -> Result<LoadedProgram, LoadError> {
    let opened = match request.file.take() {
        Some(file) => file::from_file(file),
        None => file::open(&request.path, true),
    };
    let result = opened.and_then(|opened| load_opened(space, &opened, &request));
    result.map_err(|cause| {
        space.clear();
        cause.at(&request.path)
    })
}

fn load_opened(
    space: &AddressSpace,
    opened: &Opened,
    request: &LoadRequest,
) -> Result<LoadedProgram, Cause> {
    let program = opened.program()?;
    let interpreter = open_interpreter(&program, request)?;
    let stack_size = request.stack_size.unwrap_or_else(default_stack_size);
    let stack_size = stack_size.clamp(MIN_STACK, MAX_STACK).next_multiple_of(4096);

    // Before anything that is placed below it.
    let exec = if program.exec_stack { PROT_EXEC } else { 0 };
    let stack = space
        .map_stack(stack_size, PROT_READ | PROT_WRITE | exec)
        .map_err(|errno| Cause::NoMemory { what: "stack", errno: Errno(errno as u16) })?;

    let has_bti = request.hwcap[1] & HWCAP2_BTI != 0;
    // The kernel guards the interpreter, which guards the rest.
    let guarded = has_bti && program.bti && interpreter.is_none();
    let near = Place::Near(space.layout().image_base);
    let image = image::map(space, &opened.file, &program, near, guarded)?;
    space.set_brk(image.end);
    let interpreter_image = match &interpreter {
        Some(i) => {
            let guarded = has_bti && i.program.bti;
            let mapped = image::map(space, &i.opened.file, &i.program, Place::Anywhere, guarded);
            Some(mapped.map_err(|cause| i.failed(cause))?)
        }
        None => None,
    };
    let vdso = vdso::map(space)
        .map_err(|errno| Cause::NoMemory { what: "vdso", errno: Errno(errno as u16) })?;
    let first = first_stack(request, &image, interpreter_image.as_ref(), &vdso, &stack)?;
    xemu_mem::copy_out(first.sp, &first.bytes)
        .map_err(|_| Cause::NoMemory { what: "stack", errno: Errno::EFAULT })?;
    Ok(LoadedProgram {
        pc: interpreter_image.as_ref().map_or(image.entry, |i| i.entry),
        sp: first.sp,
        brk_start: image.end,
        program: image,
        interpreter: interpreter_image,
        interpreter_path: interpreter.map(|i| i.path),
        stack,
        vdso,
        arg_range: first.arg_range,
        env_range: first.env_range,
        auxv: first.auxv,
        auxv_addr: first.auxv_addr,
    })
}

fn first_stack(
    request: &LoadRequest,
    program: &Image,
    interpreter: Option<&Image>,
    vdso: &Vdso,
    stack: &Range<u64>,
) -> Result<FirstStack, Cause> {
    let path = request.path.as_os_str().as_bytes();
    let what = StackRequest {
        argv: &request.argv,
        envp: &request.envp,
        execfn: request.execfn.as_deref().unwrap_or(path),
        hwcap: request.hwcap,
        phdr: program.phdr,
        phnum: program.phnum,
        base: interpreter.map_or(0, |i| i.bias),
        flags: request.flags,
        entry: program.entry,
        credentials: request.credentials,
        random: request.random,
        execfd: request.execfd,
        vdso: vdso.range.start,
    };
    build_stack(&what, stack.end, stack.end - stack.start)
}

/// An opened interpreter.
struct Interpreter {
    /// As the program names it.
    name: PathBuf,
    /// The file that was found.
    path: PathBuf,
    opened: Opened,
    program: Program,
}

impl Interpreter {
    fn failed(&self, cause: Cause) -> Cause {
        Cause::Interpreter { path: self.name.clone(), cause: Box::new(cause) }
    }
}

/// Finds the interpreter: below the prefix first, then as the program names it.
fn open_interpreter(
    program: &Program,
    request: &LoadRequest,
) -> Result<Option<Interpreter>, Cause> {
    let Some(name) = &program.interpreter else { return Ok(None) };
    let name = Path::new(OsStr::from_bytes(name));
    let failed = |cause| Cause::Interpreter { path: name.to_owned(), cause: Box::new(cause) };
    let below = request.prefix.as_ref().map(|prefix| resolve_below(prefix, name));
    let candidates = below.into_iter().chain([name.to_owned()]);
    let mut error = Cause::Unreadable(Errno::ENOENT);
    for path in candidates {
        match file::open(&path, false) {
            Ok(opened) => {
                let program = opened.program().map_err(failed)?;
                return Ok(Some(Interpreter { name: name.to_owned(), path, opened, program }));
            }
            Err(cause) => error = cause,
        }
    }
    Err(failed(error))
}

/// A path below a prefix. A symbolic link at its end that names an absolute path stays below.
fn resolve_below(prefix: &Path, name: &Path) -> PathBuf {
    const MAX_LINKS: usize = 40;
    // Joining an absolute path would drop the prefix.
    let below = |path: &Path| prefix.join(path.strip_prefix("/").unwrap_or(path));
    let mut path = below(name);
    for _ in 0..MAX_LINKS {
        match std::fs::read_link(&path) {
            Ok(target) if target.is_absolute() => path = below(&target),
            Ok(target) => path = path.parent().unwrap_or(prefix).join(target),
            Err(_) => break,
        }
    }
    path
}
