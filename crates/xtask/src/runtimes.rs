//! `cargo xtask runtimes`: programs of language runtimes, databases and servers, run over and over.
//!
//! The programs are the scripts of `tests/runtimes/`. A script names the Debian packages it needs
//! on its line `# packages:`; each set of packages is fetched once into a tree of its own. What a
//! script prints must be what `--bless` recorded under QEMU in `tests/runtimes/expected/`. Errors
//! of rare schedules show only when a program runs often: hence `--repeat`.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lexopt::prelude::*;

use crate::{Outcome, bench, cargo, repository};

const USAGE: &str = "\
usage: cargo xtask runtimes [OPTIONS] [NAME...]
Runs the scripts of tests/runtimes whose names begin with a NAME, or all of them.
  --repeat N       run each N times (1)
  --limit SECONDS  end a run after so long and count it as a failure (600)
  --emulator FILE  run this file instead of a new release build
  --keep FOLDER    write what failing runs printed into FOLDER
  --bless          record what QEMU makes of the scripts
  --list           print the names";

/// What every tree has besides the packages that a script asks for.
const BASE: &[&str] = &[
    "base-files",
    "base-passwd",
    "bash",
    "coreutils",
    "dash",
    "debianutils",
    "grep",
    "mawk",
    "sed",
    "util-linux",
];

struct Options {
    names: Vec<String>,
    repeat: usize,
    limit: Duration,
    emulator: Option<PathBuf>,
    keep: Option<PathBuf>,
    bless: bool,
    list: bool,
}

fn parse(arguments: Vec<OsString>) -> Result<Options, lexopt::Error> {
    let mut options = Options {
        names: Vec::new(),
        repeat: 1,
        limit: Duration::from_secs(600),
        emulator: None,
        keep: None,
        bless: false,
        list: false,
    };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("repeat") => options.repeat = parser.value()?.parse()?,
            Long("limit") => options.limit = Duration::from_secs(parser.value()?.parse()?),
            Long("emulator") => options.emulator = Some(parser.value()?.into()),
            Long("keep") => options.keep = Some(parser.value()?.into()),
            Long("bless") => options.bless = true,
            Long("list") => options.list = true,
            Value(name) => options.names.push(name.string()?),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(options)
}

/// A script of `tests/runtimes/`.
struct Program {
    name: String,
    script: String,
}

impl Program {
    /// The value of a line `# KEY: VALUE` in the script's head.
    fn header(&self, key: &str) -> Option<&str> {
        let prefix = format!("# {key}: ");
        self.script.lines().find_map(|line| line.strip_prefix(prefix.as_str()))
    }

    /// The packages that it asks for.
    fn packages(&self) -> Vec<&str> {
        self.header("packages").unwrap_or_default().split_whitespace().collect()
    }

    /// Whether it needs more users than the one that an unprivileged namespace has.
    fn needs_users(&self) -> bool {
        self.header("users").is_some()
    }

    fn expected(&self) -> PathBuf {
        folder().join("expected").join(&self.name)
    }
}

fn folder() -> PathBuf {
    repository::root().join("tests/runtimes")
}

fn programs(names: &[String]) -> Result<Vec<Program>, String> {
    let folder = folder();
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_none_or(|extension| extension != "sh") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let script = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        if names.is_empty() || names.iter().any(|wanted| name.starts_with(wanted.as_str())) {
            found.push(Program { name, script });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Fetches a program's packages, unless they are there, and gives the tree.
fn fetch(program: &Program) -> Result<PathBuf, String> {
    let packages = program.packages();
    let tree = repository::cache().join("runtimes").join(packages.join("+"));
    let script = repository::root().join("tests/fetch-arm64-tree");
    let mut command = Command::new(script);
    command.arg(&tree).args(BASE).args(&packages).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("fetch-arm64-tree: {error}"))?;
    if output.status.success() {
        return Ok(tree);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(text.lines().last().unwrap_or("fetch-arm64-tree failed").to_owned())
}

/// How a run ended.
enum End {
    /// What it printed, with its status on a last line.
    Printed(String),
    /// It was still running at the limit.
    Late,
}

/// The command that runs a script in a tree, in a process group of its own.
fn command(mode: &str, emulator: &Path, tree: &Path, program: &Program) -> Command {
    let runner = repository::root().join("tests/in-tree");
    let mut command = if program.needs_users() {
        // Real root keeps all users; the runner makes no user namespace then.
        let mut command = Command::new("unshare");
        command.arg("--mount").arg(runner).env("XEMU_IN_TREE", "1");
        command
    } else {
        Command::new(runner)
    };
    command.arg(mode).arg(emulator).arg(tree).args(["/bin/bash", "-c", &program.script]);
    command.stdin(Stdio::null()).process_group(0);
    command
}

/// Runs a script once. Its output goes through files, so that no daemon it leaves can block us.
fn run(mut command: Command, limit: Duration) -> Result<(End, String), String> {
    let (out, err) = (scratch("out"), scratch("err"));
    let create = |path: &Path| fs::File::create(path).map_err(|error| error.to_string());
    let mut child = command
        .stdout(create(&out)?)
        .stderr(create(&err)?)
        .spawn()
        .map_err(|error| error.to_string())?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break Some(status);
        }
        if started.elapsed() > limit {
            let group = nix::unistd::Pid::from_raw(child.id().cast_signed());
            // It may have ended just now; either way it is waited for.
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
            child.wait().map_err(|error| error.to_string())?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let text = |path: &Path| {
        fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    };
    let (printed, errors) = (text(&out), text(&err));
    for path in [out, err] {
        // Nothing depends on its removal.
        let _ = fs::remove_file(path);
    }
    let end = status.map_or(End::Late, |status| End::Printed(format!("{printed}{status}\n")));
    Ok((end, errors))
}

fn scratch(kind: &str) -> PathBuf {
    std::env::temp_dir().join(format!("xemu-runtimes-{}-{kind}", std::process::id()))
}

/// The counts of one program.
#[derive(Default)]
struct Counts {
    runs: usize,
    failures: usize,
    late: usize,
    seconds: f64,
}

/// Runs one program as often as asked.
fn repeat(program: &Program, options: &Options, emulator: &Path) -> Result<Counts, String> {
    let expected = fs::read_to_string(program.expected())
        .map_err(|_| "nothing is recorded yet: --bless".to_owned())?;
    let tree = fetch(program)?;
    let mut counts = Counts::default();
    for round in 0..options.repeat {
        let started = Instant::now();
        let (end, errors) = run(command("direct", emulator, &tree, program), options.limit)?;
        counts.runs += 1;
        counts.seconds += started.elapsed().as_secs_f64();
        let printed = match end {
            End::Printed(printed) if printed == expected => continue,
            End::Printed(printed) => printed,
            End::Late => {
                counts.late += 1;
                "still running\n".to_owned()
            }
        };
        counts.failures += 1;
        if let Some(folder) = &options.keep {
            let file = folder.join(format!("{}.{round}", program.name));
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&file, format!("{printed}--- errors\n{errors}")))
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(counts)
}

/// Records what QEMU makes of a program.
fn bless(program: &Program, peer: &Path, limit: Duration) -> Outcome {
    let tree = fetch(program)?;
    let mut texts = Vec::new();
    for _ in 0..2 {
        match run(command("registered-argv", peer, &tree, program), limit)? {
            (End::Printed(text), _) => texts.push(text),
            (End::Late, _) => return Err("still running under QEMU".into()),
        }
    }
    if texts[0] != texts[1] {
        return Err("prints something else each time under QEMU".into());
    }
    let path = program.expected();
    fs::write(&path, &texts[0]).map_err(|error| format!("{}: {error}", path.display()))
}

/// `cargo xtask runtimes`.
///
/// # Errors
/// When an option is unknown, the emulator does not build, or a run fails.
pub fn main(arguments: Vec<OsString>) -> Outcome {
    let options = parse(arguments).map_err(|error| format!("{error}\n{USAGE}"))?;
    let programs = programs(&options.names)?;
    if options.list {
        for program in &programs {
            println!("{:<14} {}", program.name, program.packages().join(" "));
        }
        return Ok(());
    }
    if options.bless {
        let peer = bench::find_peer().ok_or("QEMU could not be fetched")?;
        for program in &programs {
            bless(program, &peer, options.limit)
                .map_err(|why| format!("{}: {why}", program.name))?;
        }
        return Ok(());
    }
    let emulator = match &options.emulator {
        Some(path) => path.clone(),
        None => cargo::release_build()?,
    };
    println!("{:<14} {:>5} {:>8} {:>5} {:>8}", "program", "runs", "failures", "late", "s a run");
    let mut failures = 0;
    for program in &programs {
        match repeat(program, &options, &emulator) {
            Ok(counts) => {
                failures += counts.failures;
                let each = counts.seconds / counts.runs.max(1) as f64;
                println!(
                    "{:<14} {:>5} {:>8} {:>5} {:>8.1}",
                    program.name, counts.runs, counts.failures, counts.late, each
                );
            }
            Err(why) => println!("{:<14} SKIPPED: {why}", program.name),
        }
    }
    if failures == 0 { Ok(()) } else { Err(format!("{failures} runs failed")) }
}
