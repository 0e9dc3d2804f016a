//! Registration with the kernel, and the ways to do without it.
//!
//! Each test is a shell script of `tests/binfmt/`, run in user and mount namespaces of its own with
//! a `binfmt_misc` of its own (Linux 6.7), so that neither root is needed nor the machine's
//! registrations are touched. In a script `$X` is the emulator, `$B` the mounted binfmt_misc, `$D`
//! an empty folder on a tmpfs, `$T` the test programs. What it prints must be the text behind its
//! line `# prints:`; with `# finds ID` in its first line, the doctor must find exactly that.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, Outcome, difference, repository, run, tail};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

const LIMIT: Duration = Duration::from_secs(300);
/// What a script ends with when the machine lacks something for it.
const CANNOT: i32 = 125;

const PRELUDE: &str = "\
set -u
mount --make-rprivate / 2>/dev/null
B=/proc/sys/fs/binfmt_misc
mount -t binfmt_misc none $B || exit 125
mount -t tmpfs -o mode=755,exec none \"$D\" || exit 125
cd \"$D\"
e='\\x7fELF\\x02\\x01\\x01' z='\\x00\\x00\\x00' f='\\xff\\xff\\xff'
magic=\"$e$z$z$z\\x02\\x00\\xb7\\x00\"
mask=\"$f$f\\xff\\x00$f$f\\xff\\xff\\xfe$f\"
# register NAME INTERPRETER FLAGS
register() { printf '%s' \":$1:M::$magic:$mask:$2:$3\" >$B/register; }
install() { $X binfmt install --root \"$D/root\" \"$@\" >/dev/null || exit 1; }
";

/// A folder of its own for one test, removed at its end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind harms nothing.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run_script(name: &str, script: &str) -> std::io::Result<Outcome> {
    let path = std::env::temp_dir().join(format!("xemu-binfmt-{name}-{}", std::process::id()));
    fs::create_dir_all(&path)?;
    let folder = Folder(path);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "/bin/bash", "-c"]);
    command.arg(format!("{PRELUDE}{script}"));
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
    command.env("X", EMULATOR).env("D", &folder.0).env("T", repository().join("test-binaries"));
    run(&mut command, LIMIT)
}

/// Whether namespaces have a binfmt_misc of their own here.
fn is_possible() -> bool {
    run_script("try", "true").is_ok_and(|outcome| outcome.status == 0)
}

fn check(name: &str, script: &str) -> Result<Completion, Failed> {
    let first = script.lines().next().unwrap_or_default();
    let (script, expected) = match first.strip_prefix("# finds ") {
        Some(id) => {
            let ask = "\n$X binfmt doctor --json | sed -n 's/.*\"id\": \"\\([^\"]*\\)\".*/\\1/p'\n";
            (format!("{script}{ask}"), format!("{id}\n"))
        }
        None => {
            let (script, text) = script.split_once("# prints:\n").unwrap_or((script, ""));
            let plain = |line: &str| {
                let line = line.strip_prefix('#').unwrap_or(line);
                line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n"
            };
            (script.to_owned(), text.lines().map(plain).collect())
        }
    };
    let outcome = run_script(name, &script)?;
    if outcome.status == CANNOT {
        let why = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
        return Ok(Completion::ignored_with(format!("not possible here: {why}")));
    }
    match difference(expected.as_bytes(), &outcome.stdout) {
        None if !outcome.timed_out => Ok(Completion::Completed),
        None => Err("it did not end".into()),
        Some(text) => Err(format!("standard output: {text}{}", tail(&outcome.stderr)).into()),
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let possible = arguments.list || is_possible();
    if !possible {
        eprintln!(
            "\nAll tests of binfmt_misc are SKIPPED: no user namespace with one of its own\n"
        );
    }
    let folder = repository().join("crates/xemu-aarch64/tests/binfmt");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("tests/binfmt").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let script = fs::read_to_string(&file).expect("a readable script");
        trials.push(Trial::ignorable_test(name.clone(), move || {
            if possible {
                check(&name, &script)
            } else {
                Ok(Completion::ignored_with("no binfmt_misc for namespaces"))
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
