//! Calls pass through untouched only because both architectures agree on what they carry: both
//! compilers are asked for the same list of sizes, offsets and constants.

use std::process::Command;

/// The numbers of the list as `compiler` sees them; `None` when there is no such compiler.
fn numbers(compiler: &str) -> Option<Vec<String>> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/layouts.c");
    let output = Command::new(compiler).args(["-S", "-o", "-", source]).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let assembly = String::from_utf8(output.stdout).expect("assembly is text");
    let is_data = |line: &&str| {
        [".quad", ".xword", ".zero"].iter().any(|directive| line.starts_with(directive))
    };
    let lines = assembly.lines().map(str::trim).filter(is_data);
    Some(lines.map(|line| line.replace(".xword", ".quad")).collect())
}

#[test]
fn architectures_agree_on_what_passes_through() {
    let (Some(arm64), Some(host)) = (numbers("aarch64-linux-gnu-gcc"), numbers("gcc")) else {
        eprintln!("skipped: needs gcc and aarch64-linux-gnu-gcc");
        return;
    };
    assert!(arm64.len() > 300);
    for (i, (a, h)) in arm64.iter().zip(&host).enumerate() {
        assert_eq!(a, h, "number {i} of tests/layouts.c");
    }
    assert_eq!(arm64.len(), host.len());
}
