//! The command line of installer images.
//!
//! Two such images are in wide use, and scripts, CI actions and DaemonSets are written for them:
//! tonistiigi/binfmt (`--install arm64`, `--uninstall qemu-aarch64`, `--version`, and JSON on
//! standard output at the end) and multiarch/qemu-user-static (`--reset -p yes`). Both are
//! understood here, so that only the image's name has to change. The entry is called
//! `qemu-aarch64`, as those scripts expect, and the sentences go to standard error.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use lexopt::{Arg, ValueExt};
use nix::errno::Errno;
use nix::mount::{MntFlags, umount2};
use nix::sys::signal::{SigSet, Signal};

use crate::entry::Entry;
use crate::install::own_path;
use crate::registration::{Flags, Registration, tells_preserved_argv0};
use crate::status::winner;
use crate::table::Table;
use crate::{DEFAULT_MOUNT, Failure, json, platforms};

/// The name of the entry for arm64.
const NAME: &str = "qemu-aarch64";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    mount: PathBuf,
    install: Vec<String>,
    uninstall: Vec<String>,
    /// multiarch's `--reset`: remove the entries for arm64 and register.
    reset: bool,
    /// multiarch's way of registering, without `--reset`.
    register: bool,
    credentials: bool,
    replace: bool,
    version: bool,
    /// Stay until a signal asks for the end, as the only process of a pod.
    stay: bool,
}

fn parse(args: Vec<OsString>) -> Result<Request, Failure> {
    let mut request = Request {
        mount: DEFAULT_MOUNT.into(),
        install: Vec::new(),
        uninstall: Vec::new(),
        reset: false,
        register: false,
        // Set-user-ID programs such as sudo work in images only with the flag C.
        credentials: true,
        replace: false,
        version: false,
        stay: false,
    };
    // Go's flags may have one dash or two; multiarch's single letters stay what they are.
    let args = args.into_iter().map(|arg| match arg.to_str() {
        Some(text) if text.starts_with('-') && !text.starts_with("--") && text.len() > 2 => {
            OsString::from(format!("-{text}"))
        }
        _ => arg,
    });
    let mut parser = lexopt::Parser::from_args(args);
    let usage = |error: lexopt::Error| Failure::new(error.to_string());
    while let Some(arg) = parser.next().map_err(usage)? {
        match arg {
            Arg::Long("install") => request.install = list(&text(&mut parser)?),
            Arg::Long("uninstall") => request.uninstall = list(&text(&mut parser)?),
            Arg::Long("mount") => request.mount = text(&mut parser)?.into(),
            Arg::Long("version") => request.version = true,
            Arg::Long("replace") => request.replace = true,
            Arg::Long("reset") => request.reset = true,
            Arg::Long("stay") => request.stay = true,
            Arg::Short('p') | Arg::Long("persistent") => {
                // The flag F is always set: nothing else works in containers.
                text(&mut parser)?;
                request.register = true;
            }
            Arg::Short('c') | Arg::Long("credential") => {
                request.credentials = text(&mut parser)? == "yes";
                request.register = true;
            }
            other => return Err(usage(other.unexpected())),
        }
    }
    Ok(request)
}

fn text(parser: &mut lexopt::Parser) -> Result<String, Failure> {
    parser.value().and_then(ValueExt::string).map_err(|error| Failure::new(error.to_string()))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The architecture of a platform such as `linux/arm64/v8`, in Go's words.
fn architecture(text: &str) -> &str {
    let text = text.strip_prefix("linux/").unwrap_or(text);
    match text.split('/').next().unwrap_or_default() {
        // The only one that there is here.
        "aarch64" | "arm64" | "all" => "arm64",
        "x86_64" | "x86-64" => "amd64",
        other => other,
    }
}

/// Runs the command line; gives the exit status.
pub fn run(args: Vec<OsString>) -> i32 {
    match parse(args).and_then(|request| act(&request)) {
        Ok(()) => 0,
        Err(failure) => {
            eprintln!("error: {failure}");
            1
        }
    }
}

fn act(request: &Request) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if request.version {
        eprintln!("binfmt/{version} xemu-aarch64/{version}");
        return Ok(());
    }
    let table = Table::at(&request.mount);
    let mounted = table.ensure_mounted()?;
    for name in selected(&request.uninstall, &table.entries_or_none()) {
        match table.remove(&name) {
            Ok(()) => eprintln!("uninstalling: {name} OK"),
            Err(Errno::ENOENT) => eprintln!("uninstalling: {name} not found"),
            Err(errno) => eprintln!("uninstalling: {name} {}", errno.desc()),
        }
    }
    for wanted in &request.install {
        match install(request, &table, architecture(wanted)) {
            Ok(()) => eprintln!("installing: {} OK", architecture(wanted)),
            Err(failure) => eprintln!("installing: {} {failure}", architecture(wanted)),
        }
    }
    if request.reset || request.register {
        return reset(request, &table, mounted);
    }
    if !request.install.is_empty() {
        outlives_its_mount(&table, mounted)?;
    }
    print!("{}", status(&table));
    if request.stay {
        stay()?;
    }
    Ok(())
}

/// Waits for SIGTERM or SIGINT. They are waited for, not handled: the first process of a container
/// is not ended by signals that it does nothing about.
fn stay() -> Result<(), Failure> {
    let failed = |errno: Errno| Failure::new(format!("cannot wait for signals: {}", errno.desc()));
    let signals: SigSet = [Signal::SIGTERM, Signal::SIGINT].into_iter().collect();
    signals.thread_block().map_err(failed)?;
    // What is in a pipe is seen before the end.
    let _ = std::io::stdout().flush();
    signals.wait().map(drop).map_err(failed)
}

/// The entries that the arguments of `--uninstall` mean: names, patterns, platforms.
fn selected(wanted: &[String], entries: &[Entry]) -> Vec<String> {
    let mut names = Vec::new();
    for pattern in wanted {
        let pattern = if architecture(pattern) == "arm64" { "aarch64" } else { pattern };
        let suffix = format!("-{pattern}");
        let is_meant = |e: &&Entry| matches(pattern, &e.name) || e.name.ends_with(&suffix);
        let found: Vec<String> = entries.iter().filter(is_meant).map(|e| e.name.clone()).collect();
        if found.is_empty() {
            names.push(pattern.to_owned());
        }
        names.extend(found);
    }
    names
}

/// Whether a name fits a pattern with `*` and `?`.
fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            matches(&pattern[1..], name)
                || name.chars().next().is_some_and(|c| matches(pattern, &name[c.len_utf8()..]))
        }
        (Some('?'), Some(c)) => matches(&pattern[1..], &name[c.len_utf8()..]),
        (Some(p), Some(c)) if p == c => matches(&pattern[p.len_utf8()..], &name[c.len_utf8()..]),
        _ => false,
    }
}

/// The entry's name: an image may be told a prefix for it.
fn entry_name() -> Result<String, Failure> {
    let prefix = env::var("QEMU_BINARY_PREFIX").unwrap_or_default();
    if prefix.contains('/') {
        return Err(Failure::new("QEMU_BINARY_PREFIX must not contain a slash"));
    }
    Ok(format!("{prefix}{NAME}"))
}

fn install(request: &Request, table: &Table, wanted: &str) -> Result<(), Failure> {
    if wanted != "arm64" {
        return Err(Failure::new(format!("unsupported architecture: {wanted}")));
    }
    let name = entry_name()?;
    let preserve_argv0 = tells_preserved_argv0();
    let flags = Flags { preserve_argv0, open_binary: false, credentials: request.credentials };
    let registration = Registration { name: name.clone(), interpreter: own_path()?, flags };
    let entries = table.entries_or_none();
    if request.replace {
        for entry in entries.iter().filter(|e| e.takes_arm64() && e.enabled || e.name == name) {
            // What cannot be removed shows when the new entry is made.
            let _ = table.remove(&entry.name);
        }
    } else if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
        let path = entry.interpreter.display();
        let what = format!("{name} already registered ({path})");
        return Err(Failure::with_fix(what, "add --replace, or --uninstall it before"));
    } else if let Some(entry) = winner(&entries) {
        let (other, path) = (&entry.name, entry.interpreter.display());
        let what = format!("{other} runs arm64 programs already ({path})");
        return Err(Failure::with_fix(what, "add --replace, or --uninstall it before"));
    }
    table.register(&registration)
}

/// multiarch's `--reset`: only entries for arm64 are removed, for others there is nothing here.
fn reset(request: &Request, table: &Table, mounted: bool) -> Result<(), Failure> {
    if request.reset {
        for entry in table.entries_or_none().iter().filter(|entry| entry.takes_arm64()) {
            // What cannot be removed shows when the new entry is made.
            let _ = table.remove(&entry.name);
        }
    }
    println!("Setting {} as binfmt interpreter for aarch64", own_path()?.display());
    install(request, table, "arm64")?;
    outlives_its_mount(table, mounted)
}

/// Newer kernels forget all entries with the last mount of binfmt_misc. The mount made here ends
/// with the container, so it is taken away once to see what would become of the entries.
fn outlives_its_mount(table: &Table, mounted_here: bool) -> Result<(), Failure> {
    let entries = table.entries_or_none();
    let (Some(own), true) = (winner(&entries), mounted_here) else { return Ok(()) };
    let failed = |errno: Errno| Failure::new(format!("cannot mount anew: {}", errno.desc()));
    umount2(table.folder(), MntFlags::empty()).map_err(failed)?;
    table.ensure_mounted()?;
    if winner(&table.entries_or_none()).is_some() {
        return Ok(());
    }
    // As it was, for as long as this container lives.
    table.register_line(&own.register_line()).map_err(failed)?;
    Err(Failure::with_fix(
        "the host has not mounted binfmt_misc itself, and its kernel forgets the registration \
         when this container ends",
        format!("on the host: mount -t binfmt_misc binfmt_misc {DEFAULT_MOUNT}, then again"),
    ))
}

fn status(table: &Table) -> String {
    let entries = table.entries_or_none();
    let mut names: Vec<String> =
        entries.iter().filter(|e| e.enabled).map(|e| e.name.clone()).collect();
    names.sort();
    let supported = platforms::supported(&entries);
    format!(
        "{{\n  \"supported\": {},\n  \"emulators\": {}\n}}\n",
        json::lines(&supported, "  ", false),
        json::lines(&names, "  ", true)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Request {
        parse(words.iter().map(OsString::from).collect()).expect("is understood")
    }

    #[test]
    fn command_lines_of_both_images() {
        assert_eq!(parsed(&["--install", "arm64,riscv64"]).install, ["arm64", "riscv64"]);
        assert_eq!(parsed(&["-install=all"]).install, ["all"]);
        assert_eq!(parsed(&["--uninstall", "qemu-*"]).uninstall, ["qemu-*"]);
        assert!(parsed(&["-version"]).version);
        let reset = parsed(&["--reset", "-p", "yes", "-c", "no"]);
        assert!(reset.reset && reset.register && !reset.credentials);
        assert!(parse(vec!["--bogus".into()]).is_err());
    }

    #[test]
    fn platforms_are_known_by_all_their_names() {
        for name in ["arm64", "aarch64", "all", "linux/arm64", "linux/arm64/v8", "arm64/v8"] {
            assert_eq!(architecture(name), "arm64", "{name}");
        }
        assert_eq!(architecture("riscv64"), "riscv64");
    }

    #[test]
    fn entries_are_selected_by_name_pattern_and_platform() {
        let entry = |name: &str| {
            let interpreter = "/q".into();
            Registration { name: name.into(), interpreter, flags: Flags::default() }.entry()
        };
        let entries = [entry("qemu-aarch64"), entry("qemu-arm"), entry("xemu-aarch64")];
        let chosen = |what: &str| selected(&[what.to_owned()], &entries);
        assert_eq!(chosen("qemu-*"), ["qemu-aarch64", "qemu-arm"]);
        assert_eq!(chosen("linux/arm64"), ["qemu-aarch64", "xemu-aarch64"]);
        assert_eq!(chosen("qemu-aarch64"), ["qemu-aarch64"]);
        assert_eq!(chosen("arm"), ["qemu-arm"]);
        assert_eq!(chosen("nothing-*"), ["nothing-*"]);
        assert!(matches("q?mu-*64", "qemu-aarch64") && !matches("qemu-", "qemu-arm"));
    }
}
