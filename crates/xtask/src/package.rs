//! `cargo xtask deb` and `cargo xtask image`: what users install.
//!
//! Both take the released command and the files of `crates/xemu-binfmt/packaging/`, and write below
//! `target/`. The same command gives the same bytes: files carry the time of the changelog, or of
//! the variable `SOURCE_DATE_EPOCH`, as reproducible-builds.org asks for.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::cargo::{release_build, run};
use crate::{Outcome, repository};

const NAME: &str = "xemu-aarch64";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Files of the package: their source below `packaging/`, where they go, their mode, and whether
/// they are compressed.
const FILES: &[(&str, &str, u32, bool)] = &[
    ("xemu-aarch64.1", "usr/share/man/man1/xemu-aarch64.1", 0o644, true),
    (
        "completions/xemu-aarch64.bash",
        "usr/share/bash-completion/completions/xemu-aarch64",
        0o644,
        false,
    ),
    ("completions/_xemu-aarch64", "usr/share/zsh/vendor-completions/_xemu-aarch64", 0o644, false),
    (
        "completions/xemu-aarch64.fish",
        "usr/share/fish/vendor_completions.d/xemu-aarch64.fish",
        0o644,
        false,
    ),
    ("debian/copyright", "usr/share/doc/xemu-aarch64/copyright", 0o644, false),
    ("debian/changelog", "usr/share/doc/xemu-aarch64/changelog", 0o644, true),
    ("debian/lintian-overrides", "usr/share/lintian/overrides/xemu-aarch64", 0o644, false),
    ("debian/postinst", "DEBIAN/postinst", 0o755, false),
    ("debian/prerm", "DEBIAN/prerm", 0o755, false),
];

fn packaging() -> PathBuf {
    repository::root().join("crates/xemu-binfmt/packaging")
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.display().to_string();
    move |error| format!("{path}: {error}")
}

/// Writes a file and the folders above it, whatever the umask.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(failed(folder))?;
    fs::write(path, bytes).map_err(failed(path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(failed(path))
}

/// Seconds since 1970 that everything in a package is from.
fn epoch() -> Result<u64, String> {
    let number = |text: &str| text.trim().parse().map_err(|_| format!("no time: {text}"));
    if let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") {
        return number(&text.to_string_lossy());
    }
    let from = packaging().join("debian/changelog");
    let text = fs::read_to_string(&from).map_err(failed(&from))?;
    // ` -- NAME <ADDRESS>  DATE`
    let date = text.lines().find_map(|line| line.strip_prefix(" -- ")?.split_once(">  "));
    let (_, date) = date.ok_or_else(|| format!("{}: no entry has a date", from.display()))?;
    let output = Command::new("date").args(["+%s", "--date", date]).output();
    let output = output.map_err(|error| format!("date: {error}"))?;
    number(&String::from_utf8_lossy(&output.stdout))
}

/// Opens the folders to all users and makes everything as old as `epoch` says.
fn settle(path: &Path, epoch: u64) -> Outcome {
    if path.is_dir() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(failed(path))?;
        for entry in fs::read_dir(path).map_err(failed(path))?.flatten() {
            settle(&entry.path(), epoch)?;
        }
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(epoch);
    let file = fs::File::open(path).map_err(failed(path))?;
    file.set_modified(time).map_err(failed(path))
}

/// An empty folder below `target/`.
fn fresh(name: &str) -> Result<PathBuf, String> {
    let folder = repository::root().join("target").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed(&folder))?;
    }
    fs::create_dir_all(&folder).map_err(failed(&folder))?;
    Ok(folder)
}

/// The command, stripped, as a file: a new release build, unless there is one already.
fn place_command(to: &Path, built: Option<PathBuf>) -> Outcome {
    let built = built.map_or_else(release_build, Ok)?;
    let bytes = fs::read(&built).map_err(failed(&built))?;
    write(to, &bytes, 0o755)?;
    run(Command::new("strip").args(["--remove-section=.comment", "--strip-all"]).arg(to))
}

/// `cargo xtask deb [FILE]`: builds the package and says where it is. `FILE` goes into it in place
/// of a new release build.
///
/// # Errors
/// When a tool is missing or fails.
pub fn deb(arguments: &[OsString]) -> Outcome {
    let package = build_deb(&fresh("deb")?, arguments.first().map(PathBuf::from))?;
    println!("{}", package.display());
    Ok(())
}

fn build_deb(work: &Path, command: Option<PathBuf>) -> Result<PathBuf, String> {
    let root = work.join("root");
    place_command(&root.join("usr/bin").join(NAME), command)?;
    for &(from, to, mode, compressed) in FILES {
        let from = packaging().join(from);
        let bytes = fs::read(&from).map_err(failed(&from))?;
        write(&root.join(to), &bytes, mode)?;
        if compressed {
            run(Command::new("gzip").args(["-9n"]).arg(root.join(to)))?;
        }
    }
    write(&root.join("usr/lib/binfmt.d/xemu-aarch64.conf"), &registration(&root)?, 0o644)?;
    write_sums(&root)?;
    write_control(&root)?;
    let epoch = epoch()?;
    settle(&root, epoch)?;
    let package = work.join(format!("{NAME}_{VERSION}_amd64.deb"));
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "-Zxz", "--build"]).arg(&root).arg(&package);
    build.env("SOURCE_DATE_EPOCH", epoch.to_string());
    run(build.stdout(Stdio::null()))?;
    Ok(package)
}

/// The line for binfmt.d, as the command itself writes it.
fn registration(root: &Path) -> Result<Vec<u8>, String> {
    let installed = PathBuf::from("/usr/bin").join(NAME);
    let registration = xemu_binfmt::Registration {
        name: NAME.to_owned(),
        interpreter: installed,
        flags: xemu_binfmt::Flags::default(),
    };
    registration.check().map_err(|failure| format!("{}: {failure}", root.display()))?;
    Ok([&b"# Lets the kernel start arm64 programs with xemu-aarch64.\n"[..], &registration.line()]
        .concat()
        .into_iter()
        .chain(*b"\n")
        .collect())
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn write_sums(root: &Path) -> Outcome {
    let mut files = Vec::new();
    files_below(&root.join("usr"), &mut files);
    files.sort();
    let names = files.iter().filter_map(|file| file.strip_prefix(root).ok());
    let output = Command::new("md5sum").current_dir(root).args(names).output();
    let output = output.map_err(|error| format!("md5sum: {error}"))?;
    write(&root.join("DEBIAN/md5sums"), &output.stdout, 0o644)
}

fn write_control(root: &Path) -> Outcome {
    let mut files = Vec::new();
    files_below(&root.join("usr"), &mut files);
    let bytes: u64 = files.iter().filter_map(|f| fs::metadata(f).ok()).map(|m| m.len()).sum();
    let from = packaging().join("debian/control");
    let text = fs::read_to_string(&from).map_err(failed(&from))?;
    let text = text.replace("@VERSION@", VERSION).replace("@SIZE@", &(bytes / 1024).to_string());
    write(&root.join("DEBIAN/control"), text.as_bytes(), 0o644)
}

/// `cargo xtask image`: makes the folder for `docker build`, and builds if there is an engine.
///
/// # Errors
/// When the emulator does not build or the image does not.
pub fn image(arguments: &[OsString]) -> Outcome {
    let folder = fresh("image")?;
    let root = folder.join("root");
    place_command(&root.join("usr/bin").join(NAME), None)?;
    settle(&root, epoch()?)?;
    let from = packaging().join("docker/Dockerfile");
    let text = fs::read(&from).map_err(failed(&from))?;
    write(&folder.join("Dockerfile"), &text, 0o644)?;
    println!("{}", folder.display());
    let tool = arguments.first().map_or_else(|| OsString::from("docker"), Clone::clone);
    let reachable = Command::new(&tool).arg("info").output().is_ok_and(|o| o.status.success());
    if !reachable {
        println!("no engine answers to `{} info`: the image was not built", tool.display());
        return Ok(());
    }
    run(Command::new(&tool).args(["build", "-t", NAME]).arg(&folder))?;
    let buildkit = ["build", "--target", "buildkit", "-t", "xemu-aarch64:buildkit"];
    run(Command::new(&tool).args(buildkit).arg(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(command: &mut Command) -> String {
        let output = command.output().expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{command:?}: {error}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The folder of a package, and the package. Any x86-64 program stands in for the command: what
    /// is judged is the package around it. `tests/containers/package` installs one that is whole.
    fn built(name: &str) -> Option<(PathBuf, PathBuf)> {
        let missing = ["dpkg-deb", "gzip", "strip", "md5sum"]
            .into_iter()
            .find(|tool| Command::new(tool).arg("--version").output().is_err());
        if let Some(tool) = missing {
            eprintln!("SKIPPED: {tool} is not installed");
            return None;
        }
        let work = std::env::temp_dir().join(format!("xemu-deb-{name}-{}", std::process::id()));
        fs::create_dir_all(&work).expect("a folder");
        let package = build_deb(&work, Some("/bin/true".into())).expect("a package");
        Some((work, package))
    }

    #[test]
    fn everything_in_the_package_has_the_time_of_the_changelog() {
        let Some((work, package)) = built("times") else { return };
        let epoch = epoch().expect("a time").to_string();
        let mut files = Vec::new();
        files_below(&work.join("root"), &mut files);
        files.push(work.join("root/usr"));
        let times = files.iter().map(|f| said(Command::new("stat").args(["-c", "%Y"]).arg(f)));
        let odd: Vec<_> = times.filter(|time| time.trim() != epoch).collect();
        let first = fs::read(&package).expect("a package");
        fs::remove_dir_all(work.join("root")).expect("removed");
        build_deb(&work, Some("/bin/true".into())).expect("a second package");
        let second = fs::read(&package).expect("a package");
        fs::remove_dir_all(&work).expect("removed");
        assert!(odd.is_empty(), "{odd:?}");
        assert!(first == second, "two builds differ");
    }

    #[test]
    fn the_package_has_what_debian_asks_for() {
        let Some((work, package)) = built("contents") else { return };
        let field = |name| said(Command::new("dpkg-deb").arg("--field").arg(&package).arg(name));
        let contents = said(Command::new("dpkg-deb").arg("--contents").arg(&package));
        let line = fs::read_to_string(work.join("root/usr/lib/binfmt.d/xemu-aarch64.conf"));
        let sums = said(
            Command::new("md5sum")
                .args(["--check", "DEBIAN/md5sums"])
                .current_dir(work.join("root")),
        );
        let scripts: Vec<_> = ["postinst", "prerm"]
            .map(|name| {
                Command::new("sh").arg("-n").arg(work.join("root/DEBIAN").join(name)).status()
            })
            .into_iter()
            .map(|status| status.expect("sh starts").success())
            .collect();
        let fields = ["Package", "Version", "Architecture", "Depends"].map(field);
        fs::remove_dir_all(&work).expect("removed");

        assert_eq!(
            fields,
            [format!("{NAME}\n"), format!("{VERSION}\n"), "amd64\n".into(), "\n".into()]
        );
        for (_, to, mode, compressed) in FILES.iter().filter(|file| !file.1.starts_with("DEBIAN")) {
            let suffix = if *compressed { ".gz" } else { "" };
            assert_eq!(*mode, 0o644, "{to}");
            let row = contents.lines().find(|row| row.ends_with(&format!(" ./{to}{suffix}")));
            assert!(
                row.is_some_and(|row| row.starts_with("-rw-r--r-- root/root")),
                "{to}: {row:?}"
            );
        }
        assert!(contents.contains("-rwxr-xr-x root/root"), "{contents}");
        let line = line.expect("a file for binfmt.d");
        assert!(line.lines().any(|l| l.starts_with(":xemu-aarch64:M:")), "{line}");
        assert!(line.contains(":/usr/bin/xemu-aarch64:"), "{line}");
        assert!(sums.lines().all(|row| row.ends_with(": OK")), "{sums}");
        assert_eq!(scripts, [true, true], "maintainer scripts");
    }
}
