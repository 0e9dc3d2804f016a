//! Rules for every text file: no unfinished work, no path of one person's machine, no giant files.

use super::Report;
use crate::repository::Source;

/// No file is longer, so that it can be read in one sitting.
const LINES: usize = 1000;
/// Rust lines are at most this long, as rustfmt makes code but not strings and comments.
const COLUMNS: usize = 100;
/// Taken apart so that this file does not break its own rule.
const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
const MACHINE: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/."), concat!("/home/", "user")];

/// Checks one file.
pub fn check(source: &Source, report: &mut Report) {
    let is_code = [".rs", ".c", ".h", ".cc", ".S"].iter().any(|end| source.path.ends_with(end));
    let count = source.text.lines().count();
    if is_code && count > LINES {
        report.add(&source.path, count, format!("{count} lines, {LINES} are allowed"));
    }
    for (number, line) in (1..).zip(source.text.lines()) {
        let columns = line.chars().count();
        if source.path.ends_with(".rs") && columns > COLUMNS && !line.contains("://") {
            report.add(&source.path, number, format!("{columns} columns, {COLUMNS} are allowed"));
        }
        for word in UNFINISHED.iter().filter(|word| line.contains(*word)) {
            report.add(&source.path, number, format!("{word}: finish it or leave it out"));
        }
        for path in MACHINE.iter().filter(|path| line.contains(*path)) {
            report.add(&source.path, number, format!("{path} is a path of one machine"));
        }
        if line.ends_with([' ', '\t']) && is_code && !source.path.ends_with(".rs") {
            report.add(&source.path, number, "space at the end of the line");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::example;

    fn problems(path: &str, text: &str) -> usize {
        let mut report = Report::default();
        check(&example(path, text), &mut report);
        report.0.len()
    }

    #[test]
    fn finds_unfinished_and_long_lines() {
        assert_eq!(problems("a.rs", "fn a() {}\n"), 0);
        assert_eq!(problems("a.rs", &format!("// {}: later\n", UNFINISHED[0])), 1);
        assert_eq!(problems("a.rs", &"x".repeat(101)), 1);
        assert_eq!(problems("a.md", &"x".repeat(101)), 0);
        assert_eq!(problems("a.md", MACHINE[0]), 1);
        assert_eq!(problems("a.c", &"x\n".repeat(1001)), 1);
    }
}
