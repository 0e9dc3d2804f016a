//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, ValueExt};

use crate::install::{Request, install, uninstall};
use crate::registration::Flags;
use crate::table::Table;
use crate::{DEFAULT_MOUNT, DEFAULT_NAME, Failure, doctor, image, status};

/// The help text.
pub const HELP: &str = "\
usage: xemu-aarch64 binfmt COMMAND [options]
Makes the kernel start arm64 programs with xemu-aarch64.

  install            register; mounts binfmt_misc if it is not
  uninstall          take it back, and enable again what --replace put aside
  status             show what is registered for arm64 programs
  doctor             run an arm64 program through the kernel and explain what fails

  --replace          put other entries for arm64 programs aside           (install)
  --persistent       register at each boot too: binfmt.d, update-binfmts  (install)
  --credentials      flag C: set-user-ID programs get their rights        (install)
  --open-binary      flag O: programs need not be readable for their user (install)
  --interpreter PATH the emulator to register, else this file             (install)
  --name NAME        the entry's name, else xemu-aarch64       (install, uninstall)
  --root DIR         stands for / where files are written      (install, uninstall)
  --mount DIR        where binfmt_misc is, else /proc/sys/fs/binfmt_misc
  --json             for programs                                 (status, doctor)
  -h, --help

  xemu-aarch64 binfmt [--install arm64|all] [--uninstall NAME|PATTERN|PLATFORM] [--version]
                      [--reset -p yes] [--replace] [--mount DIR] [--stay]
                     the command line of installer images; prints JSON
";

/// The exit status of a wrong command line.
const STATUS_USAGE: i32 = 125;

/// Runs `binfmt` with what follows it; gives the exit status: 0, 1 when something failed or is at
/// fault, 125 for a wrong command line.
pub fn command(args: Vec<OsString>) -> i32 {
    let mut words = args.iter().map(|arg| arg.to_string_lossy());
    match words.next().as_deref() {
        Some("-h" | "--help" | "help") => {
            print!("{HELP}");
            0
        }
        None => image::run(args),
        Some(word) if word.starts_with('-') => image::run(args),
        Some("install") => with_options(args, |o| changed(install(&o.request))),
        Some("uninstall") => with_options(args, |o| changed(uninstall(&o.request))),
        Some("status") => with_options(args, show_status),
        Some("doctor") => with_options(args, run_doctor),
        Some(other) => usage(&format!("unknown command `{other}`")),
    }
}

struct Options {
    request: Request,
    json: bool,
}

fn usage(what: &str) -> i32 {
    eprintln!("xemu-aarch64 binfmt: {what}; xemu-aarch64 binfmt --help shows the options");
    STATUS_USAGE
}

fn with_options(args: Vec<OsString>, run: impl FnOnce(&Options) -> i32) -> i32 {
    match parse(args) {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            print!("{HELP}");
            0
        }
        Err(error) => usage(&error.to_string()),
    }
}

/// The options behind the command's name; nothing when help is wanted.
fn parse(args: Vec<OsString>) -> Result<Option<Options>, lexopt::Error> {
    let request = Request {
        name: DEFAULT_NAME.to_owned(),
        interpreter: None,
        flags: Flags::default(),
        replace: false,
        persistent: false,
        mount: DEFAULT_MOUNT.into(),
        root: PathBuf::from("/"),
    };
    let mut options = Options { request, json: false };
    let mut parser = lexopt::Parser::from_args(args.into_iter().skip(1));
    let request = &mut options.request;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("replace") => request.replace = true,
            Arg::Long("persistent") => request.persistent = true,
            Arg::Long("credentials") => request.flags.credentials = true,
            Arg::Long("open-binary") => request.flags.open_binary = true,
            Arg::Long("interpreter") => request.interpreter = Some(parser.value()?.into()),
            Arg::Long("name") => request.name = parser.value()?.string()?,
            Arg::Long("root") => request.root = parser.value()?.into(),
            Arg::Long("mount") => request.mount = parser.value()?.into(),
            Arg::Long("json") => options.json = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

fn changed(result: Result<Vec<String>, Failure>) -> i32 {
    match result {
        Ok(said) => {
            said.iter().for_each(|line| println!("{line}"));
            0
        }
        Err(failure) => {
            eprintln!("xemu-aarch64 binfmt: {failure}");
            1
        }
    }
}

fn show_status(options: &Options) -> i32 {
    let table = Table::at(&options.request.mount);
    print!("{}", if options.json { status::json_text(&table) } else { status::text(&table) });
    i32::from(!status::is_active(&table))
}

fn run_doctor(options: &Options) -> i32 {
    let diagnosis = doctor::diagnose(&Table::at(&options.request.mount));
    print!("{}", if options.json { diagnosis.json_text() } else { diagnosis.text() });
    i32::from(diagnosis.is_ill())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Options {
        let args = words.iter().map(OsString::from).collect();
        parse(args).expect("is understood").expect("is not help")
    }

    #[test]
    fn options_are_read() {
        let o = parsed(&["install", "--replace", "--name", "a", "--interpreter=/b"]);
        assert!(o.request.replace && !o.request.persistent && o.request.flags.preserve_argv0);
        assert_eq!((o.request.name.as_str(), o.json), ("a", false));
        assert!(parsed(&["status", "--json"]).json);
        assert!(parse(vec!["install".into(), "--bogus".into()]).is_err());
    }

    #[test]
    fn every_option_is_in_the_help() {
        for option in [
            "replace",
            "persistent",
            "credentials",
            "open-binary",
            "interpreter",
            "name",
            "root",
            "mount",
            "json",
            "help",
        ] {
            assert!(HELP.contains(&format!("--{option}")), "--{option}");
        }
    }
}
