//! Counts unsafe code, crate by crate, so that a rise is seen in review.

use std::collections::BTreeMap;

use crate::{Outcome, lexer, repository};

/// The number of unsafe blocks, functions and impls in Rust code without comments and literals.
pub fn count(code: &str) -> usize {
    words(code).filter(|&word| word == "unsafe").count()
}

/// The identifiers and keywords of a text.
pub fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// `cargo xtask unsafe-count`.
///
/// # Errors
/// Never; the type is that of every command.
pub fn command() -> Outcome {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for source in repository::sources() {
        let Some(name) = source.crate_name() else { continue };
        if !source.path.ends_with(".rs") {
            continue;
        }
        let entry = counts.entry(name.to_owned()).or_default();
        entry.0 += count(&lexer::split(&source.text).code);
        entry.1 += source.text.lines().count();
    }
    println!("{:<16} {:>7} {:>7}", "crate", "unsafe", "lines");
    for (name, (found, lines)) in &counts {
        println!("{name:<16} {found:>7} {lines:>7}");
    }
    println!("{:<16} {:>7}", "all", counts.values().map(|count| count.0).sum::<usize>());
    Ok(())
}
