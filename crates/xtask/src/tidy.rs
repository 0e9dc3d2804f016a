//! The rules of the code base that no compiler checks.
//!
//! `cargo xtask tidy` prints each breach as `FILE:LINE: what is wrong`; the same runs as a test.
//! The rules are in the modules below, one for each kind of thing they look at.

mod arrows;
mod docs;
mod rust;
mod text;

use crate::repository;
#[cfg(test)]
use crate::repository::Source;
use crate::{Outcome, lexer};

/// Collects breaches of the rules.
#[derive(Default)]
pub struct Report(Vec<String>);

impl Report {
    /// Notes that a line breaks a rule.
    pub fn add(&mut self, path: &str, line: usize, problem: impl AsRef<str>) {
        self.0.push(format!("{path}:{line}: {}", problem.as_ref()));
    }
}

fn check() -> Vec<String> {
    let sources = repository::sources();
    let mut report = Report::default();
    for source in &sources {
        text::check(source, &mut report);
        if source.path.ends_with(".rs") {
            rust::check(source, &lexer::split(&source.text), &mut report);
        }
    }
    arrows::check(&repository::root(), &mut report);
    docs::check(&sources, &mut report);
    report.0
}

/// `cargo xtask tidy`.
///
/// # Errors
/// When a rule is broken.
pub fn command() -> Outcome {
    let problems = check();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// A source made up for a test.
#[cfg(test)]
pub fn example(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let problems = super::check();
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }
}
