//! The arrows between the crates: who may use whom. They point down only, and
//! `docs/architecture.md` draws them.

use std::fs;
use std::path::Path;

use super::Report;

/// Each crate and the crates of this workspace it may use; tests may use any.
const ARROWS: &[(&str, &[&str])] = &[
    ("xemu-a64", &[]),
    ("xemu-guest", &[]),
    ("xemu-ir", &[]),
    ("xemu-abi", &[]),
    ("xemu-host", &[]),
    ("xemu-mem", &["xemu-guest", "xemu-host"]),
    ("xemu-lift", &["xemu-a64", "xemu-guest", "xemu-ir"]),
    ("xemu-interp", &["xemu-ir", "xemu-guest", "xemu-mem"]),
    ("xemu-x64", &["xemu-ir", "xemu-guest"]),
    (
        "xemu-jit",
        &[
            "xemu-lift",
            "xemu-x64",
            "xemu-mem",
            "xemu-interp",
            "xemu-host",
            "xemu-ir",
            "xemu-guest",
            "xemu-a64",
        ],
    ),
    ("xemu-loader", &["xemu-guest", "xemu-mem", "xemu-abi", "xemu-host"]),
    ("xemu-linux", &["xemu-abi", "xemu-mem", "xemu-host", "xemu-guest", "xemu-loader"]),
    ("xemu-binfmt", &[]),
];
/// The command wires everything together, and the project's tools look at any part of it.
const TOP: &[&str] = &["xemu-aarch64", "xtask"];

/// The crates of this workspace in the `[dependencies]` of a manifest, with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(manifest.lines()) {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && line.starts_with("xemu-") {
            let end = line.find(['.', ' ', '=']).unwrap_or(line.len());
            found.push((number, &line[..end]));
        }
    }
    found
}

/// Checks the manifests of all crates.
pub fn check(root: &Path, report: &mut Report) {
    let Ok(crates) = fs::read_dir(root.join("crates")) else { return };
    for entry in crates.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("crates/{name}/Cargo.toml");
        let Ok(manifest) = fs::read_to_string(root.join(&path)) else { continue };
        check_one(&name, &path, &manifest, report);
    }
}

fn check_one(name: &str, path: &str, manifest: &str, report: &mut Report) {
    if TOP.contains(&name) {
        return;
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(row, _)| *row == name) else {
        report.add(path, 1, format!("{name} has no row in the table of arrows"));
        return;
    };
    for (line, used) in dependencies(manifest) {
        if !allowed.contains(&used) {
            report.add(path, line, format!("{name} may not use {used}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dependencies_only() {
        let manifest = "[dependencies]\nxemu-ir.workspace = true\n\
                        [dev-dependencies]\nxemu-jit = {}\n";
        assert_eq!(dependencies(manifest), [(2, "xemu-ir")]);
    }

    #[test]
    fn finds_an_arrow_that_points_up() {
        let mut report = Report::default();
        check_one("xemu-ir", "m", "[dependencies]\nxemu-jit.workspace = true\n", &mut report);
        check_one("xemu-new", "m", "", &mut report);
        assert_eq!(
            report.0,
            [
                "m:2: xemu-ir may not use xemu-jit",
                "m:1: xemu-new has no row in the table of arrows"
            ]
        );
    }

    #[test]
    fn arrows_point_down_only() {
        for (at, (name, allowed)) in ARROWS.iter().enumerate() {
            for used in *allowed {
                assert!(ARROWS[..at].iter().any(|(row, _)| row == used), "{name} uses {used}");
            }
        }
    }
}
