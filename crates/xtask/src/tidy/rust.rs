//! Rules for Rust code: where unsafe may stand and what is said about it, how long a function may
//! be, and which calls have no place outside tests.

use super::Report;
use crate::lexer::{self, Parts};
use crate::repository::Source;
use crate::unsafe_count::words;

/// The only crates with unsafe code.
const ROOMS: &[&str] = &["xemu-host", "xemu-mem", "xemu-jit"];
/// The C entry point takes its arguments as pointers.
const ENTRY_POINT: &str = "crates/xemu-aarch64/src/main.rs";
/// A function is at most this long; a line that is one arm of a match does not count.
const FUNCTION_LINES: usize = 70;
/// Taken apart so that this file does not break its own rule.
const NOT_IN_PRODUCTION: &[&str] = &[
    concat!(".unw", "rap()"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
];
/// Comments that say nothing a stranger could check.
const EMPTY_PHRASES: &[&str] = &[
    "trivially",
    "plain old data",
    "valid parameters",
    "safe",
    "this is safe",
    "see above",
    "checked above",
];

/// Checks one Rust file.
pub fn check(source: &Source, parts: &Parts, report: &mut Report) {
    let in_tests = lexer::test_lines(&parts.code);
    check_unsafe(source, parts, report);
    check_safety_comments(source, &parts.comments, report);
    check_functions(source, &parts.code, report);
    if source.is_test() {
        return;
    }
    for (number, line) in (1..).zip(parts.code.lines()) {
        if in_tests.get(number) == Some(&true) {
            continue;
        }
        for call in NOT_IN_PRODUCTION.iter().filter(|call| line.contains(*call)) {
            report.add(&source.path, number, format!("{call} outside tests"));
        }
    }
}

fn check_unsafe(source: &Source, parts: &Parts, report: &mut Report) {
    let Some(name) = source.crate_name() else { return };
    if ROOMS.contains(&name) || source.is_test() || source.path == ENTRY_POINT {
        return;
    }
    for (number, line) in (1..).zip(parts.code.lines()) {
        if words(line).any(|word| word == "unsafe") {
            report.add(&source.path, number, "unsafe outside the crates made for it");
        }
    }
    let forbids = parts.code.contains("#![forbid(unsafe_code)]");
    if source.path.ends_with("src/lib.rs") && !forbids {
        report.add(&source.path, 1, "#![forbid(unsafe_code)] is missing");
    }
}

fn check_safety_comments(source: &Source, comments: &str, report: &mut Report) {
    let lines: Vec<&str> = comments.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some((_, text)) = line.split_once("SAFETY:") else { continue };
        let goes_on = lines.get(at + 1).is_some_and(|next| next.trim_start().starts_with("//"));
        let said = text.trim().trim_end_matches('.').to_lowercase();
        if !goes_on && (said.len() < 12 || EMPTY_PHRASES.contains(&said.as_str())) {
            report.add(&source.path, at + 1, "a SAFETY comment that nobody could check");
        }
    }
}

fn check_functions(source: &Source, code: &str, report: &mut Report) {
    let lines: Vec<&str> = code.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let length = body(&lines[start..]).iter().filter(|line| !is_arm(line)).count();
        if length > FUNCTION_LINES {
            let problem = format!("{name}: {length} lines, {FUNCTION_LINES} are allowed");
            report.add(&source.path, start + 1, problem);
        }
    }
}

fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let only_qualifiers = words(before).all(|word| {
        matches!(
            word,
            "pub" | "crate" | "super" | "in" | "const" | "unsafe" | "extern" | "async" | "C"
        )
    });
    let name = words(after).next()?;
    (only_qualifiers && after.starts_with(name)).then_some(name)
}

/// The lines from a function's first to its closing brace; empty for a declaration.
fn body<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let mut depth = 0;
    for (at, line) in lines.iter().enumerate() {
        for c in line.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ';' if depth == 0 => return &[],
                _ => continue,
            }
            if depth == 0 {
                return &lines[..=at];
            }
        }
    }
    &[]
}

fn is_arm(line: &str) -> bool {
    line.contains("=>") && line.trim_end().ends_with(',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::example;

    fn problems(path: &str, text: &str) -> Vec<String> {
        let mut report = Report::default();
        check(&example(path, text), &lexer::split(text), &mut report);
        report.0
    }

    #[test]
    fn finds_unsafe_outside_its_rooms() {
        assert_eq!(problems("crates/xemu-ir/src/a.rs", "fn a() { unsafe { b() } }").len(), 1);
        assert_eq!(problems("crates/xemu-jit/src/a.rs", "fn a() { unsafe { b() } }").len(), 0);
        assert_eq!(problems("crates/xemu-ir/src/lib.rs", "//! unsafe").len(), 1);
    }

    #[test]
    fn finds_empty_safety_comments() {
        assert_eq!(problems("crates/xemu-jit/src/a.rs", "// SAFETY: trivially.\n").len(), 1);
        assert_eq!(
            problems("crates/xemu-jit/src/a.rs", "// SAFETY: 1. p is not null: `new` checks.\n")
                .len(),
            0
        );
        assert_eq!(problems("crates/xemu-jit/src/a.rs", "// SAFETY:\n// 1. said here\n").len(), 0);
    }

    #[test]
    fn finds_panics_outside_tests() {
        let text = format!(
            "fn a() {{ b(){} }}\n#[cfg(test)]\nmod t {{\n fn c() {{ d(){} }}\n}}\n",
            NOT_IN_PRODUCTION[0], NOT_IN_PRODUCTION[0]
        );
        assert_eq!(problems("crates/xemu-ir/src/a.rs", &text).len(), 1);
        assert_eq!(problems("crates/xemu-ir/tests/a.rs", &text).len(), 0);
    }

    #[test]
    fn measures_functions_without_arms() {
        let long = format!("pub fn a() {{\n{}}}\n", "    b();\n".repeat(70));
        assert_eq!(problems("crates/xemu-ir/src/a.rs", &long).len(), 1);
        let table = format!("pub fn a() {{\n{}}}\n", "    X => y,\n".repeat(200));
        assert_eq!(problems("crates/xemu-ir/src/a.rs", &table).len(), 0);
        assert_eq!(problems("crates/xemu-ir/src/a.rs", "trait T {\n fn a();\n}\n").len(), 0);
    }
}
