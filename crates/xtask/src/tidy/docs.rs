//! Rules for the documents: every path and every symbol of the code they name exists.

use std::collections::HashSet;

use super::Report;
use crate::repository::{self, Source};
use crate::unsafe_count::words;

const FOLDERS: &[&str] =
    &["crates/", "docs/", "tests/", "test-binaries/", "benches/", ".ci/", ".cargo/"];

/// Checks README.md and everything in docs/.
pub fn check(sources: &[Source], report: &mut Report) {
    let mut known: HashSet<&str> = HashSet::new();
    for source in sources.iter().filter(|source| source.path.starts_with("crates/")) {
        known.extend(words(&source.text));
    }
    for source in sources.iter().filter(|source| source.path.ends_with(".md")) {
        let mut fenced = false;
        for (number, line) in (1..).zip(source.text.lines()) {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced {
                check_line(source, number, line, &known, report);
            }
        }
    }
}

fn check_line(
    source: &Source,
    number: usize,
    line: &str,
    known: &HashSet<&str>,
    report: &mut Report,
) {
    for quoted in line.split('`').skip(1).step_by(2) {
        if let Some(path) = as_path(quoted) {
            if !exists(path) {
                report.add(&source.path, number, format!("{path} does not exist"));
            }
        } else if let Some(symbol) = as_symbol(quoted).filter(|symbol| !known.contains(symbol)) {
            report.add(&source.path, number, format!("{symbol} is nowhere in the code"));
        }
    }
    for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let file = target.split('#').next().unwrap_or_default();
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !file.is_empty()
            && !file.contains("://")
            && !repository::root().join(folder).join(file).exists()
        {
            report.add(&source.path, number, format!("the link to {file} leads nowhere"));
        }
    }
}

/// A quoted text that is a path of this repository, without a line number and an invented part.
fn as_path(quoted: &str) -> Option<&str> {
    let path = quoted.split([':', ' ']).next()?;
    let is_ours = FOLDERS.iter().any(|folder| path.starts_with(folder));
    (is_ours && !path.contains(['<', '*', '{', '…'])).then_some(path)
}

fn exists(path: &str) -> bool {
    repository::root().join(path).exists()
}

/// The last name of a quoted symbol: `a::b::C`, `name()`, or a type name with at least two
/// capitals.
fn as_symbol(quoted: &str) -> Option<&str> {
    let plain = quoted.strip_suffix("()").unwrap_or(quoted);
    let is_name = plain.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    if !is_name || plain.is_empty() {
        return None;
    }
    let last = plain.rsplit("::").next()?;
    let capitals = last.chars().filter(char::is_ascii_uppercase).count();
    let is_type = last.starts_with(|c: char| c.is_ascii_uppercase())
        && last.contains(|c: char| c.is_ascii_lowercase())
        && capitals >= 2;
    let is_call = quoted.ends_with("()");
    (plain.contains("::") || is_call || is_type).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::example;

    fn problems(text: &str) -> usize {
        let code = example("crates/a/src/lib.rs", "struct CpuState; fn run() {}");
        let mut report = Report::default();
        check(&[code, example("docs/a.md", text)], &mut report);
        report.0.len()
    }

    #[test]
    fn finds_paths_and_symbols_that_are_gone() {
        assert_eq!(
            problems(
                "`crates/xtask/src/main.rs` and `CpuState`, `x::run()`, `ldr x0, [x1]`, `NZCV`"
            ),
            0
        );
        assert_eq!(problems("`crates/none/src`"), 1);
        assert_eq!(problems("`GoneState` and `gone()`"), 2);
        assert_eq!(problems("[a](nowhere.md) and [b](https://example.org)"), 1);
        assert_eq!(problems("```\n`GoneState`\n```\n"), 0);
    }
}
