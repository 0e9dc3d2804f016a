//! The command line and the environment: QEMU's options and variables where they make sense.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use lexopt::Arg;

/// Which engine runs guest code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineChoice {
    /// Translate.
    Jit,
    /// Interpret.
    Interp,
    /// Translate and interpret, and compare.
    Verify,
}

/// Where a program without a slash in its name is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// In the working directory only, as the kernel does.
    Here,
    /// In the working directory, then in `PATH`.
    HereThenPath,
    /// In `PATH`, as a container's command: the emulator was put before it by BuildKit. Programs
    /// of this machine run natively then.
    Command,
}

/// What the user asked for.
#[derive(Debug)]
pub struct Options {
    /// Where absolute paths are looked up first (`-L`).
    pub prefix: Option<PathBuf>,
    /// Variables to set in the guest's environment (`-E`).
    pub set_env: Vec<OsString>,
    /// Variables to remove from it (`-U`).
    pub unset_env: Vec<OsString>,
    /// The guest's argv[0] (`-0`).
    pub argv0: Option<OsString>,
    /// Bytes of the first thread's stack (`-s`).
    pub stack_size: Option<u64>,
    /// The CPU model's name (`-cpu`).
    pub cpu: Option<String>,
    /// The kernel release that uname tells (`-r`).
    pub release: Option<String>,
    /// Items of the debug log (`-d`).
    pub log_items: Option<String>,
    /// The debug log's file (`-D`).
    pub log_file: Option<PathBuf>,
    /// Print system calls (`-strace`).
    pub strace: bool,
    /// Print counters at the end (`--stats`).
    pub stats: bool,
    /// The engine (`--engine`).
    pub engine: EngineChoice,
    /// Translate code before its first run (`--eager`).
    pub eager: bool,
    /// Bytes of translated code kept at most (`--cache-size`).
    pub cache_size: usize,
    /// Host level to emit code for (`--host`): v2, v3 or native.
    pub host: Option<String>,
    /// The program is open at this descriptor (AT_EXECFD of binfmt_misc's flag `O`, or `-execfd`
    /// between emulators).
    pub execfd: Option<i32>,
    /// Where the program is looked for.
    pub lookup: Lookup,
    /// The name that the program was executed by (`-execname`, between emulators).
    pub execname: Option<OsString>,
    /// What the process had set before an execve (`-kept`, between emulators).
    pub kept: Option<String>,
    /// The emulator's own file is open at this descriptor (`-emulatorfd`, between emulators).
    pub emulatorfd: Option<i32>,
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The options as they are handed on to emulators that execve starts.
    pub hand_on: Vec<CString>,
}

/// What the command line amounts to.
pub enum Request {
    /// Run a program.
    Run(Box<Options>),
    /// Print this and end with success.
    Print(String),
    /// A subcommand of the emulator's own: its name and arguments.
    Tool(String, Vec<OsString>),
}

/// The default of `--cache-size`.
const DEFAULT_CACHE: usize = 128 << 20;

/// The help text.
pub const HELP: &str = "\
usage: xemu-aarch64 [options] PROGRAM [arguments...]
Runs an AArch64 Linux program on this x86-64 machine.

  -L PATH          look absolute paths up under PATH first   (QEMU_LD_PREFIX, XEMU_LD_PREFIX)
  -E VAR=VALUE     set a variable in the program's environment (QEMU_SET_ENV)
  -U VAR           remove one                                (QEMU_UNSET_ENV)
  -0 ARGV0         the program's argv[0]                     (QEMU_ARGV0)
  -s SIZE          stack size in bytes, or with k, M, G      (QEMU_STACK_SIZE)
  -cpu MODEL       CPU model; `-cpu help` lists them         (QEMU_CPU)
  -r RELEASE       the kernel release that uname tells       (QEMU_UNAME)
  -d ITEMS         log in_asm,op,op_opt,out_asm,exec,int; `-d help` explains them (QEMU_LOG)
  -D FILE          write the log to FILE                     (QEMU_LOG_FILENAME)
  -strace          print system calls                        (QEMU_STRACE)
  --engine ENGINE  jit, interp or verify                     (XEMU_ENGINE)
  --eager          translate code before its first run, which is interpreted else (XEMU_EAGER)
  --cache-size N   bytes of translated code to keep          (XEMU_CACHE_SIZE)
  --host LEVEL     emit code for v2, v3 or native            (XEMU_HOST)
  --stats          print counters at the end                 (XEMU_STATS)
  -version, -h

  xemu-aarch64 binfmt install            let the kernel start arm64 programs (binfmt --help)
  xemu-aarch64 dump --insn WORD          decode, IR and host code of an instruction
  xemu-aarch64 --bench-translate FILE... measure translation of ELF files' code
";

fn defaults() -> Options {
    Options {
        prefix: None,
        set_env: Vec::new(),
        unset_env: Vec::new(),
        argv0: None,
        stack_size: None,
        cpu: None,
        release: None,
        log_items: None,
        log_file: None,
        strace: false,
        stats: false,
        engine: EngineChoice::Jit,
        eager: false,
        cache_size: DEFAULT_CACHE,
        host: None,
        execfd: None,
        lookup: Lookup::Here,
        execname: None,
        kept: None,
        emulatorfd: None,
        program: OsString::new(),
        args: Vec::new(),
        hand_on: Vec::new(),
    }
}

/// How the kernel started the emulator.
#[derive(Clone, Copy, Debug, Default)]
pub struct StartedBy {
    /// AT_SECURE: the environment is not looked at.
    pub secure: bool,
    /// AT_FLAGS_PRESERVE_ARGV0: binfmt_misc (flag `P`) put the program's path and its own argv[0]
    /// before the other arguments, so there are no options among them.
    pub binfmt_argv0: bool,
    /// AT_EXECFD: binfmt_misc (flags `O` and `C`) opened the program, so there are no options.
    pub execfd: Option<i32>,
}

/// Reads environment and command line.
///
/// # Errors
/// One sentence for the user.
pub fn parse(args: Vec<OsString>, started: StartedBy) -> Result<Request, String> {
    let mut o = defaults();
    if !started.secure {
        from_environment(&mut o, &|name| std::env::var_os(name))?;
    }
    o.execfd = started.execfd;
    // Who runs a set-user-ID program must not choose the emulator's options by its name.
    let by_kernel = started.binfmt_argv0 || started.secure || started.execfd.is_some();
    if by_kernel { from_binfmt(o, args, started.binfmt_argv0) } else { from_command_line(o, args) }
}

/// What binfmt_misc hands over: emulator, path, argv[0] with the flag `P`, arguments.
fn from_binfmt(mut o: Options, args: Vec<OsString>, has_argv0: bool) -> Result<Request, String> {
    let mut args = args.into_iter().skip(1);
    o.program = args.next().ok_or("binfmt_misc gave no program")?;
    if has_argv0 {
        o.argv0 = Some(args.next().unwrap_or_default());
    }
    o.args = args.collect();
    Ok(Request::Run(Box::new(o)))
}

/// Whether BuildKit started the emulator, by the names that it knows it by.
fn is_buildkit(name: &OsStr) -> bool {
    let name = Path::new(name).file_name().unwrap_or_default().as_bytes();
    name == b".buildkit_qemu_emulator" || name.starts_with(b"buildkit-qemu-")
}

type Variable<'a> = &'a dyn Fn(&str) -> Option<OsString>;

fn from_environment(o: &mut Options, var: Variable<'_>) -> Result<(), String> {
    let either = |name: &str| var(&format!("XEMU_{name}")).or_else(|| var(&format!("QEMU_{name}")));
    let text = |name: &str| either(name).map(|v| v.to_string_lossy().into_owned());
    o.prefix = either("LD_PREFIX").map(PathBuf::from);
    for (name, list) in [("SET_ENV", &mut o.set_env), ("UNSET_ENV", &mut o.unset_env)] {
        if let Some(value) = either(name) {
            let parts = value.as_bytes().split(|b| *b == b',');
            list.extend(parts.map(|p| OsString::from_vec(p.to_vec())));
        }
    }
    o.argv0 = either("ARGV0");
    o.stack_size = text("STACK_SIZE").map(|v| parse_size("QEMU_STACK_SIZE", &v)).transpose()?;
    o.cpu = text("CPU");
    o.release = text("UNAME");
    o.log_items = text("LOG");
    o.log_file = either("LOG_FILENAME").map(PathBuf::from);
    o.strace = either("STRACE").is_some();
    o.stats = var("XEMU_STATS").is_some();
    o.eager = var("XEMU_EAGER").is_some();
    if let Some(engine) = var("XEMU_ENGINE") {
        o.engine = parse_engine(&engine.to_string_lossy())?;
    }
    if let Some(size) = var("XEMU_CACHE_SIZE") {
        o.cache_size = parse_size("XEMU_CACHE_SIZE", &size.to_string_lossy())? as usize;
    }
    o.host = var("XEMU_HOST").map(|v| v.to_string_lossy().into_owned());
    Ok(())
}

fn parse_engine(name: &str) -> Result<EngineChoice, String> {
    match name {
        "jit" => Ok(EngineChoice::Jit),
        "interp" => Ok(EngineChoice::Interp),
        "verify" => Ok(EngineChoice::Verify),
        _ => Err(format!("unknown engine `{name}`: jit, interp or verify")),
    }
}

fn parse_size(what: &str, text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.parse::<u64>(),
    };
    let bytes = number.ok().and_then(|n| n.checked_mul(1 << shift)).filter(|n| *n < 1 << 47);
    bytes.ok_or_else(|| format!("{what}: `{text}` is not a size"))
}

/// QEMU's options are words behind one dash; the emulator's own have two.
fn from_command_line(mut o: Options, args: Vec<OsString>) -> Result<Request, String> {
    o.lookup = Lookup::HereThenPath;
    let by_buildkit = args.first().is_some_and(|name| is_buildkit(name));
    let mut args = args.into_iter().skip(1).peekable();
    let tools = ["dump", "binfmt", "--bench-translate"];
    if !by_buildkit && args.peek().is_some_and(|a| tools.iter().any(|tool| a == tool)) {
        let name = args.next().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Request::Tool(name.trim_start_matches('-').to_owned(), args.collect()));
    }
    while let Some(word) = args.peek() {
        let Some(name) = option_name(word) else { break };
        let word = args.next().unwrap_or_default();
        if name == "--" {
            break;
        }
        let (name, attached) = match name.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.into())),
            _ => (name, None),
        };
        let mut value = |what: &str| {
            let value: Option<OsString> = attached.clone().or_else(|| args.next());
            value.ok_or_else(|| format!("option {what} needs a value"))
        };
        match name.trim_start_matches('-') {
            "h" | "help" => return Ok(Request::Print(HELP.to_owned())),
            "version" | "v" | "V" => return Ok(Request::Print(version())),
            "strace" => o.strace = true,
            "stats" => o.stats = true,
            "eager" => o.eager = true,
            other => {
                let what = name.clone();
                let value = value(&what)?;
                set_option(&mut o, other, &what, value.clone())?;
                keep(&mut o.hand_on, &word, Some(&value), &what);
                continue;
            }
        }
        keep(&mut o.hand_on, &word, None, &name);
    }
    if o.log_items.as_deref() == Some("help") {
        return Ok(Request::Print(crate::debug_log::help()));
    }
    if o.cpu.as_deref() == Some("help") {
        let names: Vec<&str> = xemu_lift::CpuModel::names().collect();
        return Ok(Request::Print(names.join("\n") + "\n"));
    }
    // An emulator that another one started was given the program's path and its argv[0].
    if by_buildkit && o.argv0.is_none() {
        o.lookup = Lookup::Command;
    }
    o.program = args.next().ok_or("no program given; xemu-aarch64 -h shows the options")?;
    o.args = args.collect();
    Ok(Request::Run(Box::new(o)))
}

/// The word as an option, unless it is the program.
fn option_name(word: &OsString) -> Option<String> {
    // lexopt's own view of what is an option, so that `-` and values keep their usual meaning.
    let mut parser = lexopt::Parser::from_args([word]);
    match parser.next() {
        Ok(Some(Arg::Value(_)) | None) if word != "--" => None,
        _ => Some(word.to_string_lossy().into_owned()),
    }
}

fn set_option(o: &mut Options, name: &str, what: &str, value: OsString) -> Result<(), String> {
    let text = || value.to_string_lossy().into_owned();
    match name {
        "L" => o.prefix = Some(PathBuf::from(value)),
        "E" => o.set_env.push(value),
        "U" => o.unset_env.push(value),
        "0" => o.argv0 = Some(value),
        "s" => o.stack_size = Some(parse_size(what, &text())?),
        "cpu" => o.cpu = Some(text()),
        "r" => o.release = Some(text()),
        "d" => o.log_items = Some(text()),
        "D" => o.log_file = Some(PathBuf::from(value)),
        "engine" => o.engine = parse_engine(&text())?,
        "cache-size" => o.cache_size = parse_size(what, &text())? as usize,
        "host" => o.host = Some(text()),
        "execfd" => o.execfd = Some(parse_descriptor(what, &text())?),
        "execname" => o.execname = Some(value),
        "kept" => o.kept = Some(text()),
        "emulatorfd" => o.emulatorfd = Some(parse_descriptor(what, &text())?),
        _ => return Err(format!("unknown option `{what}`; xemu-aarch64 -h shows the options")),
    }
    Ok(())
}

fn parse_descriptor(what: &str, text: &str) -> Result<i32, String> {
    let fd = text.parse().ok().filter(|fd| *fd >= 0);
    fd.ok_or_else(|| format!("{what}: not a descriptor"))
}

/// Notes an option for emulators that execve starts; what belongs to one program is left out.
fn keep(list: &mut Vec<CString>, word: &OsString, value: Option<&OsString>, what: &str) {
    if matches!(what, "-0" | "-execfd" | "-execname" | "-kept" | "-emulatorfd" | "-E" | "-U") {
        return;
    }
    let attached = word.as_bytes().contains(&b'=') && what.starts_with("--");
    let value = value.filter(|_| !attached);
    for word in [Some(word), value].into_iter().flatten() {
        if let Ok(word) = CString::new(word.as_bytes()) {
            list.push(word);
        }
    }
}

fn version() -> String {
    format!("xemu-aarch64 {}\n", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Box<Options>, String> {
        let args = ["xemu-aarch64"].iter().chain(words).map(OsString::from).collect();
        match from_command_line(defaults(), args)? {
            Request::Run(o) => Ok(o),
            _ => Err("not a run".to_owned()),
        }
    }

    #[test]
    fn options_end_at_the_program() {
        let o = parse_words(&["-L", "/tree", "-strace", "--engine=interp", "ls", "-l", "-L"])
            .expect("parses");
        assert_eq!(o.prefix.as_deref(), Some("/tree".as_ref()));
        assert!(o.strace);
        assert_eq!(o.engine, EngineChoice::Interp);
        assert_eq!(o.program, "ls");
        assert_eq!(o.args, ["-l", "-L"]);
        let kept: Vec<_> = o.hand_on.iter().map(|c| c.to_string_lossy().into_owned()).collect();
        assert_eq!(kept, ["-L", "/tree", "-strace", "--engine=interp"]);
    }

    #[test]
    fn what_belongs_to_one_program_is_not_handed_on() {
        let o = parse_words(&["-0", "sh", "-E", "A=1", "-s", "16M", "busybox"]).expect("parses");
        assert_eq!(o.argv0.as_deref(), Some("sh".as_ref()));
        assert_eq!(o.stack_size, Some(16 << 20));
        assert_eq!(o.hand_on.len(), 2);
    }

    #[test]
    fn binfmt_misc_hands_over_the_original_argv0() {
        let args = ["xemu-aarch64", "/bin/busybox", "-sh", "-c", "true"].map(OsString::from);
        let Ok(Request::Run(o)) = from_binfmt(defaults(), args.to_vec(), true) else {
            panic!("parses")
        };
        assert_eq!(o.program, "/bin/busybox");
        assert_eq!(o.argv0.as_deref(), Some("-sh".as_ref()));
        assert_eq!(o.args, ["-c", "true"]);
    }

    #[test]
    fn the_kernel_gives_no_options() {
        let words = ["emulator", "-strace", "-d"].map(OsString::from);
        for started in [
            StartedBy { secure: true, ..StartedBy::default() },
            StartedBy { execfd: Some(0), ..StartedBy::default() },
        ] {
            let Ok(Request::Run(o)) = parse(words.to_vec(), started) else { panic!("parses") };
            assert_eq!((o.program.as_bytes(), o.strace, o.argv0), (&b"-strace"[..], false, None));
            assert_eq!(
                (o.args, o.execfd, o.lookup),
                (vec!["-d".into()], started.execfd, Lookup::Here)
            );
        }
    }

    #[test]
    fn buildkit_is_known_by_the_emulators_name() {
        let lookup = |words: &[&str]| match from_command_line(
            defaults(),
            words.iter().map(OsString::from).collect(),
        ) {
            Ok(Request::Run(o)) => o.lookup,
            _ => panic!("not a run"),
        };
        assert_eq!(lookup(&["xemu-aarch64", "sh"]), Lookup::HereThenPath);
        assert_eq!(lookup(&["/dev/.buildkit_qemu_emulator", "sh"]), Lookup::Command);
        assert_eq!(lookup(&["buildkit-qemu-aarch64", "binfmt"]), Lookup::Command);
        assert_eq!(lookup(&["buildkit-qemu-aarch64", "-0", "sh", "sh"]), Lookup::HereThenPath);
    }

    #[test]
    fn errors_are_one_sentence() {
        for (words, expect) in [
            (&["-L"][..], "option -L needs a value"),
            (&["-bogus", "x", "y"], "unknown option `-bogus`; xemu-aarch64 -h shows the options"),
            (&["--engine", "fast", "x"], "unknown engine `fast`: jit, interp or verify"),
            (&["-s", "12q", "x"], "-s: `12q` is not a size"),
            (&[], "no program given; xemu-aarch64 -h shows the options"),
        ] {
            assert_eq!(parse_words(words).expect_err("is wrong"), expect);
        }
    }
}
