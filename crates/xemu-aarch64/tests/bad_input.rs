//! Files that cannot be run: one sentence on standard error that names the file and the cause, and
//! the status a shell gives: 127 for a file that is not there, 126 for one that cannot be executed.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, repository, run};

/// A folder of its own for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("xemu-bad-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("the test's file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind harms nothing.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn hello() -> Vec<u8> {
    fs::read(repository().join("test-binaries/hello")).expect("test-binaries/hello")
}

/// Runs `path` and checks the sentence: `xemu-aarch64: PATH: CAUSE` with one of `words` in the
/// cause.
fn check(path: &Path, status: i32, words: &[&str]) {
    let outcome =
        run(Command::new(EMULATOR).arg(path), Duration::from_secs(20)).expect("it starts");
    let text = String::from_utf8_lossy(&outcome.stderr).into_owned();
    let start = format!("xemu-aarch64: {}: ", path.display());
    assert_eq!(text.lines().count(), 1, "one line was expected: {text:?}");
    assert!(text.starts_with(&start), "{text:?} does not start with {start:?}");
    let cause = text[start.len()..].to_lowercase();
    assert!(words.iter().any(|word| cause.contains(word)), "none of {words:?} in {cause:?}");
    assert_eq!(outcome.status, status, "{text}");
    assert!(outcome.stdout.is_empty());
}

/// `hello` with some header bytes changed.
fn check_changed(name: &str, change: impl FnOnce(&mut Vec<u8>), words: &[&str]) {
    let folder = Folder::new(name);
    let mut bytes = hello();
    change(&mut bytes);
    check(&folder.file(name, &bytes, 0o755), 126, words);
}

#[test]
fn missing_file() {
    check(Path::new("/nonexistent/program"), 127, &["no such file"]);
}

#[test]
fn directory() {
    let folder = Folder::new("directory");
    check(&folder.0, 126, &["directory"]);
}

#[test]
fn empty_file() {
    check_changed("empty", Vec::clear, &["empty", "elf", "short", "truncated"]);
}

#[test]
fn not_an_elf_file() {
    let text =
        b"just a text, long enough to be read as a header, but without the magic number".to_vec();
    check_changed("text", |bytes| *bytes = text, &["elf"]);
}

#[test]
fn x86_64_program() {
    check_changed("x86", |bytes| bytes[18] = 62, &["x86-64", "x86_64"]);
}

#[test]
fn arm_32_bit_program() {
    let change = |bytes: &mut Vec<u8>| {
        bytes[4] = 1;
        bytes[18] = 40;
    };
    check_changed("arm32", change, &["32-bit"]);
}

#[test]
fn big_endian_program() {
    let change = |bytes: &mut Vec<u8>| {
        bytes[5] = 2;
        bytes.swap(18, 19);
    };
    check_changed("big-endian", change, &["big-endian", "big endian"]);
}

#[test]
fn relocatable_object() {
    check_changed("object", |bytes| bytes[16] = 1, &["executable", "object"]);
}

#[test]
fn truncated_header() {
    check_changed("header", |bytes| bytes.truncate(40), &["truncated", "short", "cut off"]);
}

#[test]
fn truncated_program_headers() {
    check_changed(
        "headers",
        |bytes| bytes.truncate(70),
        &["truncated", "cut off", "program header"],
    );
}

#[test]
fn truncated_segment() {
    let change = |bytes: &mut Vec<u8>| {
        let length = bytes.len() as u64;
        bytes[64 + 8..64 + 16].copy_from_slice(&(length * 16).to_le_bytes());
    };
    check_changed("segment", change, &["truncated", "cut off", "segment"]);
}

#[test]
fn missing_interpreter() {
    let folder = Folder::new("interpreter");
    let interpreter = b"/nonexistent/ld-linux-aarch64.so.1\0";
    let mut bytes = fs::read(repository().join("test-binaries/true-static")).expect("true-static");
    // The last program header becomes PT_INTERP and names bytes added at the end of the file.
    let (count, end) = (bytes[56], bytes.len() as u64);
    let header = 64 + 56 * usize::from(count - 1);
    bytes[header..header + 4].copy_from_slice(&3u32.to_le_bytes());
    bytes[header + 8..header + 16].copy_from_slice(&end.to_le_bytes());
    for at in [32, 40] {
        let size = interpreter.len() as u64;
        bytes[header + at..header + at + 8].copy_from_slice(&size.to_le_bytes());
    }
    bytes.extend_from_slice(interpreter);
    check(&folder.file("dynamic", &bytes, 0o755), 127, &["/nonexistent/ld-linux-aarch64.so.1"]);
}

#[test]
fn no_permission() {
    if nix::unistd::geteuid().is_root() {
        // Root may execute any file that has an execute bit for anybody: leave none.
        let folder = Folder::new("permission-root");
        check(&folder.file("program", &hello(), 0o644), 126, &["permission"]);
        return;
    }
    let folder = Folder::new("permission");
    check(&folder.file("program", &hello(), 0o200), 126, &["permission"]);
}

#[test]
fn no_arguments() {
    let outcome = run(&mut Command::new(EMULATOR), Duration::from_secs(20)).expect("it starts");
    assert_ne!(outcome.status, 0);
    assert!(!outcome.stderr.is_empty());
}
