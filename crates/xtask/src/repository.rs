//! Where things are: the root of the repository, its source files, the folder for what was fetched.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    here.canonicalize().expect("invariant: this crate lies two folders below the root")
}

/// The folder for fetched trees and built benchmarks: `$XEMU_CACHE`, or `target/cache`.
pub fn cache() -> PathBuf {
    std::env::var_os("XEMU_CACHE").map_or_else(|| root().join("target/cache"), PathBuf::from)
}

/// One text file of the project.
pub struct Source {
    /// Its path from the root, with forward slashes.
    pub path: String,
    /// Its contents.
    pub text: String,
}

impl Source {
    /// The name of the crate whose sources or tests this file belongs to.
    pub fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether the whole file is test code.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }
}

const FOLDERS: &[&str] = &["crates", "tests", "test-binaries/src", "benches", "docs", ".ci"];
const TOP_FILES: &[&str] = &["README.md", "Cargo.toml", "test-binaries/Makefile"];
/// Golden texts and data are not prose or code of ours.
const SKIPPED: &[&str] = &["golden", "expected", "data", "target"];

/// Every text file that a person wrote, in a fixed order.
pub fn sources() -> Vec<Source> {
    let root = root();
    let mut files: Vec<PathBuf> = TOP_FILES.iter().map(|file| root.join(file)).collect();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let mut sources = Vec::new();
    for file in files {
        // A file that is not text is not for these checks.
        if let Ok(text) = fs::read_to_string(&file) {
            let path = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
            sources.push(Source { path, text });
        }
    }
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.contains(&name) {
                collect(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}
