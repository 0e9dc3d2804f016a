//! From options to a running guest.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use xemu_guest::CpuState;
use xemu_jit::{InterpEngine, JitConfig, JitEngine, StatsSnapshot, VerifyEngine};
use xemu_lift::{CpuModel, LiftConfig};
use xemu_linux::{Config, Engine, Process, ProgramInfo};
use xemu_loader::{Cause, Credentials, LoadError, LoadRequest, LoadedProgram};
use xemu_mem::{AddressSpace, CodeObserver};
use xemu_x64::HostFeatures;

use crate::engines::{Interpreter, Jit, SpaceGuest, Verifier};
use crate::options::{EngineChoice, Lookup, Options};
use crate::{crash, debug_log, native, stats};

/// Why the guest was not started.
pub struct Failure {
    /// One sentence for the user.
    pub message: String,
    /// The exit status: 126 for a program that cannot be run, 127 for one that is not there, 125
    /// for the emulator's own failure.
    pub status: i32,
}

impl Failure {
    fn own(message: impl core::fmt::Display) -> Self {
        Self { message: message.to_string(), status: 125 }
    }
}

impl From<LoadError> for Failure {
    fn from(e: LoadError) -> Self {
        Self { status: e.exit_status(), message: e.to_string() }
    }
}

/// How deep interpreters of scripts may nest, as in the kernel.
const SCRIPT_DEPTH: usize = 5;

type Counters = Box<dyn Fn() -> StatsSnapshot + Send + Sync>;

/// The engine's counters, if it has some.
static COUNTERS: OnceLock<Counters> = OnceLock::new();
static STATS: OnceLock<bool> = OnceLock::new();

/// Addresses kept back for the emulator at most, whatever the guest takes.
const MOST_RESERVED: u64 = 32 << 20;

/// Runs the program; comes back only when that was not possible.
pub fn run(options: Options, secure: bool) -> Failure {
    match prepare(options, secure) {
        Ok((process, cpu)) => {
            let errno = xemu_linux::run::first_thread(process, *cpu);
            Failure::own(format_args!("cannot install signal handlers: {errno}"))
        }
        Err(failure) => failure,
    }
}

fn prepare(options: Options, secure: bool) -> Result<(&'static Process, Box<CpuState>), Failure> {
    let limit = xemu_host::address_space_limit().unwrap_or(u64::MAX);
    xemu_host::reserve_addresses((limit / 8).min(MOST_RESERVED) as usize);
    let model = cpu_model(options.cpu.as_deref())?;
    let features = host_features(options.host.as_deref())?;
    let entropy = if xemu_host::has_fixed_addresses() { 0 } else { random() };
    let space: &'static AddressSpace = Box::leak(Box::new(AddressSpace::new(entropy)));
    xemu_mem::install_fault_handlers()
        .map_err(|errno| Failure::own(format_args!("cannot install fault handlers: {errno}")))?;
    let config = linux_config(&options, &model);
    space.set_extra_protections(config.extra_protections());
    let program = load(space, &options, &model, secure)?;
    let lift = LiftConfig { model: model.clone() };
    let engine = make_engine(&options, space, lift, features)?;
    let info = program_info(&options, &program);
    let _ = STATS.set(options.stats);
    if let Some(fd) = options.emulatorfd {
        xemu_linux::roots::take_emulator(fd);
    }
    let process = Process::init(config, engine, space, info);
    if let Some(text) = &options.kept {
        xemu_linux::process::take_kept(process, text);
    }
    let mut cpu = Box::new(CpuState { pc: program.loaded.pc, ..CpuState::default() });
    cpu.set_sp(program.loaded.sp);
    Ok((process, cpu))
}

fn random() -> u64 {
    xemu_host::random_u64().unwrap_or(0)
}

fn cpu_model(name: Option<&str>) -> Result<CpuModel, Failure> {
    let Some(name) = name else { return Ok(CpuModel::default()) };
    let names = || CpuModel::names().collect::<Vec<_>>().join(", ");
    CpuModel::by_name(name)
        .ok_or_else(|| Failure::own(format_args!("no CPU model `{name}`; there are {}", names())))
}

fn host_features(level: Option<&str>) -> Result<HostFeatures, Failure> {
    let native = HostFeatures::detect();
    match level {
        None | Some("native") => Ok(native),
        Some("v2") => Ok(HostFeatures::V2),
        Some("v3") if native.avx2 && native.fma && native.bmi2 => Ok(HostFeatures::V3),
        Some("v3") => Err(Failure::own("this processor is not x86-64-v3")),
        Some(other) => Err(Failure::own(format_args!("no host level `{other}`: v2, v3, native"))),
    }
}

/// What was loaded, and under which names.
struct Program {
    loaded: LoadedProgram,
    /// Where its file is.
    exe: PathBuf,
    argv: Vec<Vec<u8>>,
}

fn load(
    space: &'static AddressSpace,
    options: &Options,
    model: &CpuModel,
    secure: bool,
) -> Result<Program, Failure> {
    let mut path = look_up(options);
    let mut argv = vec![options.argv0.as_ref().unwrap_or(&options.program).as_bytes().to_vec()];
    argv.extend(options.args.iter().map(|a| a.as_bytes().to_vec()));
    let mut file = options.execfd.map(xemu_host::inherited_file);
    let mut exe = file.is_some().then(|| path_of_descriptor(options.execfd)).flatten();
    for depth in 0..=SCRIPT_DEPTH {
        let request = LoadRequest {
            path: path.clone(),
            file: file.take(),
            argv: argv.clone(),
            envp: environment(options),
            prefix: options.prefix.clone(),
            execfn: execname(options, depth),
            stack_size: options.stack_size,
            hwcap: model.hwcaps(),
            flags: 0,
            credentials: Credentials { secure, ..Credentials::of_process() },
            execfd: None,
            random: random_bytes(),
        };
        match xemu_loader::load(space, request) {
            Ok(loaded) => {
                let exe = exe.unwrap_or_else(|| resolved(&path));
                return Ok(Program { loaded, exe, argv });
            }
            Err(LoadError { cause: Cause::Script { interpreter, argument }, .. }) => {
                argv[0] = path.as_os_str().as_bytes().to_vec();
                argv.splice(0..0, core::iter::once(interpreter.clone()).chain(argument));
                path = find_program(OsStr::from_bytes(&interpreter), options);
                exe = None;
            }
            Err(LoadError { cause: Cause::OtherMachine(machine), .. })
                if native::knows(machine) && (depth > 0 || options.lookup == Lookup::Command) =>
            {
                return Err(native::exec(&path, &argv, &environment(options)));
            }
            Err(e) => return Err(e.into()),
        }
    }
    let message = format!("{}: too many nested script interpreters", options.program.display());
    Err(Failure { message, status: 126 })
}

/// The file of the program that the command line names.
fn look_up(options: &Options) -> PathBuf {
    let here = find_program(&options.program, options);
    let by_path = match options.lookup {
        _ if options.program.as_bytes().contains(&b'/') => false,
        Lookup::Here => false,
        Lookup::HereThenPath => !is_program(&here),
        Lookup::Command => true,
    };
    let found = if by_path { in_path(options) } else { None };
    found.unwrap_or(here)
}

/// The first executable file of the program's name in the folders of `PATH`.
fn in_path(options: &Options) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    std::env::split_paths(&path)
        .map(|folder| find_program(folder.join(&options.program).as_os_str(), options))
        .find(|file| is_program(file))
}

fn is_program(path: &Path) -> bool {
    let metadata = std::fs::metadata(path);
    metadata.is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// AT_EXECFN, if it is not the path: the name that was executed; of a script too.
fn execname(options: &Options, depth: usize) -> Option<Vec<u8>> {
    let of_script = (depth > 0).then_some(&options.program);
    options.execname.as_ref().or(of_script).map(|name| name.as_bytes().to_vec())
}

/// Where a file is that an emulator handed over; nothing where there is no /proc.
fn path_of_descriptor(fd: Option<i32>) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", fd?)).ok()
}

/// The path without symbolic links, as far as it can be found.
fn resolved(path: &Path) -> PathBuf {
    std::fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// The file of a program: below the `-L` prefix if it is there, else as named.
fn find_program(name: &OsStr, options: &Options) -> PathBuf {
    let path = Path::new(name);
    if let (Some(prefix), Ok(relative)) = (&options.prefix, path.strip_prefix("/")) {
        let below = prefix.join(relative);
        if below.exists() {
            return below;
        }
    }
    path.to_owned()
}

fn environment(options: &Options) -> Vec<Vec<u8>> {
    let mut list: Vec<Vec<u8>> = std::env::vars_os()
        .map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat())
        .collect();
    let name_of = |entry: &[u8]| entry.split(|b| *b == b'=').next().map(<[u8]>::to_vec);
    for unset in &options.unset_env {
        list.retain(|e| name_of(e).as_deref() != Some(unset.as_bytes()));
    }
    for set in &options.set_env {
        let name = name_of(set.as_bytes());
        list.retain(|e| name_of(e) != name);
        list.push(set.clone().into_vec());
    }
    list
}

fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    for half in bytes.chunks_exact_mut(8) {
        half.copy_from_slice(&xemu_host::random_u64().unwrap_or(0x9e37_79b9).to_le_bytes());
    }
    bytes
}

fn make_engine(
    options: &Options,
    space: &'static AddressSpace,
    lift: LiftConfig,
    features: HostFeatures,
) -> Result<Arc<dyn Engine>, Failure> {
    let guest = Arc::new(SpaceGuest::new(space));
    let observer: Arc<dyn CodeObserver>;
    let engine: Arc<dyn Engine>;
    match options.engine {
        EngineChoice::Jit => {
            let config = jit_config(options, lift, features)?;
            let jit = Arc::new(JitEngine::new(guest, config).map_err(Failure::own)?);
            let jit: &'static Arc<JitEngine> = Box::leak(Box::new(jit));
            let _ = COUNTERS.set(Box::new(|| jit.stats().snapshot()));
            let both = Arc::new(Jit(jit));
            observer = both.clone();
            engine = both;
        }
        EngineChoice::Verify => {
            let config = jit_config(options, lift, features)?;
            let verify = Arc::new(VerifyEngine::new(guest, config).map_err(Failure::own)?);
            let verify: &'static Arc<VerifyEngine> = Box::leak(Box::new(verify));
            let _ = COUNTERS.set(Box::new(|| verify.stats().snapshot()));
            let both = Arc::new(Verifier(verify));
            observer = both.clone();
            engine = both;
        }
        EngineChoice::Interp => {
            let both = Arc::new(Interpreter(Arc::new(InterpEngine::new(guest, lift))));
            observer = both.clone();
            engine = both;
        }
    }
    space.set_code_observer(observer);
    Ok(engine)
}

fn jit_config(
    options: &Options,
    lift: LiftConfig,
    features: HostFeatures,
) -> Result<JitConfig, Failure> {
    let mut config = JitConfig {
        features,
        cache_size: options.cache_size,
        eager: options.eager,
        measure: options.stats,
        ..JitConfig::new(lift)
    };
    if let Some(items) = &options.log_items {
        let file = options.log_file.as_deref();
        let fd = debug_log::configure(items, file, &mut config).map_err(Failure::own)?;
        if let Some(fd) = fd {
            xemu_linux::fd::reserve(fd);
        }
    }
    Ok(config)
}

fn program_info(options: &Options, program: &Program) -> ProgramInfo {
    let prefix = options.prefix.as_deref().map(resolved);
    let path = xemu_linux::path::for_guest(prefix.as_deref(), &program.exe);
    ProgramInfo {
        name: command_name(options, &path),
        exe_path: path.into_os_string().into_vec(),
        cmdline: program.argv.iter().flat_map(|a| [&a[..], b"\0"].concat()).collect(),
        auxv: program.loaded.auxv_bytes(),
        stack_start: program.loaded.sp,
        image: shown_image(&program.loaded),
        sigreturn: program.loaded.vdso.rt_sigreturn,
    }
}

/// What /proc/self/comm shows: the last component of the name that was executed; of the file's,
/// when it was executed by a descriptor.
fn command_name(options: &Options, exe: &Path) -> Vec<u8> {
    let name = options.execname.as_ref().unwrap_or(&options.program);
    let by_descriptor = options.execfd.is_some() && name.as_bytes().starts_with(b"/dev/fd/");
    let path = if by_descriptor { exe } else { Path::new(name) };
    let name = path.file_name().unwrap_or_default().as_bytes();
    let name = if by_descriptor { name.strip_suffix(b" (deleted)").unwrap_or(name) } else { name };
    name.to_vec()
}

fn shown_image(loaded: &LoadedProgram) -> xemu_host::ShownImage {
    xemu_host::ShownImage {
        code: loaded.program.code.clone(),
        data: loaded.program.data.clone(),
        stack_start: loaded.sp,
        arguments: loaded.arg_range.clone(),
        environment: loaded.env_range.clone(),
        auxv: loaded.auxv_bytes(),
    }
}

fn linux_config(options: &Options, model: &CpuModel) -> Config {
    let emulator = std::env::args_os().next().unwrap_or_else(|| OsString::from("xemu-aarch64"));
    Config {
        strace: options.strace.then_some(trace as fn(&str)),
        signal_log: options.log_items.is_some().then_some(debug_log::signal as fn(&str)),
        prefix: options.prefix.clone(),
        release: options.release.clone(),
        hides_own_memory: true,
        exec_options: options.hand_on.clone(),
        crash_reporter: Some(crash::report),
        hwcap: model.hwcaps(),
        midr: model.midr() as u32,
        emulator_name: CString::new(emulator.as_bytes()).unwrap_or_default(),
        emulator_fd: if options.emulatorfd.is_some() { None } else { native::own_file() },
    }
}

/// Prints a line of trace as one write and without the standard library's lock, which another
/// thread could hold at a fork.
fn trace(line: &str) {
    const WRITE: u64 = 1;
    let text = format!("{line}\n");
    // Where nobody listens nothing is to be done about it.
    let _ = xemu_host::guest_syscall(WRITE, [2, text.as_ptr() as u64, text.len() as u64, 0, 0, 0]);
}

/// The guest ends in order.
pub fn at_exit() {
    if STATS.get() == Some(&true) {
        let counters = COUNTERS.get().map(|now| now());
        let unsupported = Process::get().map(Process::unsupported_calls).unwrap_or_default();
        stats::print_stats(counters.as_ref(), &unsupported);
    }
}
