//! The manual page and the completions know every option and variable that the help texts know,
//! and no others.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, repository, run};

fn help(arguments: &[&str]) -> String {
    let outcome = run(Command::new(EMULATOR).args(arguments), Duration::from_secs(60));
    String::from_utf8(outcome.expect("it starts").stdout).expect("is text")
}

fn packaged(file: &str) -> String {
    let path = repository().join("crates/xemu-binfmt/packaging").join(file);
    fs::read_to_string(path).expect("a packaged file")
}

/// The words that are options, at word boundaries.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = text.split(|c: char| !is_part(c));
    words
        .map(|word| word.trim_end_matches('-'))
        .filter(|word| {
            let name = word.trim_start_matches('-');
            word.starts_with('-') && !name.is_empty() && word.len() - name.len() <= 2
        })
        .map(str::to_owned)
        .collect()
}

fn variables(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c: char| !is_part(c));
    let is_name =
        |word: &&str| word.len() > 5 && (word.starts_with("QEMU_") || word.starts_with("XEMU_"));
    words.filter(is_name).map(str::to_owned).collect()
}

/// The page as it reads: without roff's escapes and font letters.
fn page() -> String {
    packaged("xemu-aarch64.1").replace("\\-", "-")
}

fn helps() -> String {
    help(&["-h"]) + &help(&["binfmt", "--help"])
}

#[test]
fn the_page_has_every_option_and_no_other() {
    let (known, described) = (options(&helps()), options(&page()));
    let missing: Vec<_> = known.difference(&described).collect();
    assert!(missing.is_empty(), "not in the page: {missing:?}");
    let invented: Vec<_> = described.difference(&known).collect();
    assert!(invented.is_empty(), "in the page only: {invented:?}");
}

#[test]
fn the_page_has_every_variable_status_and_file() {
    let page = page();
    let missing: Vec<_> = variables(&helps()).difference(&variables(&page)).cloned().collect();
    assert!(missing.is_empty(), "not in the page: {missing:?}");
    for text in ["125", "126", "127", "/usr/lib/binfmt.d/", "/etc/binfmt.d/", "/run/xemu-aarch64/"]
    {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains(&format!("xemu-aarch64 {}", env!("CARGO_PKG_VERSION"))), "the version");
}

#[test]
fn completions_have_every_option() {
    // Those of multiarch's installer have one meaning only, and `dump` is for developers.
    let hidden = ["-p", "--insn", "-h"];
    for file in ["xemu-aarch64.bash", "_xemu-aarch64", "xemu-aarch64.fish"] {
        let text = packaged(&format!("completions/{file}"));
        for option in options(&helps()).iter().filter(|option| !hidden.contains(&option.as_str())) {
            let name = option.trim_start_matches('-');
            // fish names options without their dashes.
            let found = options(&text).contains(option)
                || [format!("-o {name} "), format!("-l {name} ")].iter().any(|o| text.contains(o));
            assert!(found, "{file}: {option}");
        }
    }
}
