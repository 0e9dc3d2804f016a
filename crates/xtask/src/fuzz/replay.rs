//! Runs `.ins` files on all engines.

use std::path::Path;

use super::engines::{Engines, Finding, PEER};
use super::ins::Case;
use super::minimise::REPEATS;
use super::state::{Outcome, Program};

/// The case that a finding is: the peer is right, or the interpreter where the peer is not asked.
pub fn case(program: &Program, image: Vec<u8>, finding: &Finding) -> Case {
    let expect = if finding.engine == PEER { &finding.theirs } else { &finding.mine };
    Case {
        notes: vec![format!("The interpreter and `{}` differ.", finding.engine)],
        words: program.words.clone(),
        start: program.states[0].clone(),
        image,
        expect: expect.clone(),
    }
}

/// Writes a file, and the folders above it.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    println!("written: {}", path.display());
    Ok(())
}

/// What is wrong with the outcomes of the file's program.
///
/// # Errors
/// When the file cannot be read, or an engine cannot go on.
pub fn file(engines: &mut Engines, path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let case = Case::parse(&text, &engines.area).map_err(|e| format!("{}: {e}", path.display()))?;
    run(engines, &case)
}

/// What is wrong with the outcomes of the case's program.
///
/// # Errors
/// When an engine cannot go on.
pub fn run(engines: &mut Engines, case: &Case) -> Result<Vec<String>, String> {
    let mut programs = [Program {
        words: case.words.clone(),
        states: vec![case.start.clone(); REPEATS],
        touches: true,
        peer: true,
        class: "file",
        name: "file",
    }];
    let results = engines.compare(&mut programs, &case.image)?;
    let mut problems = Vec::new();
    match &results.outcomes[0][0] {
        Some(outcome) => differences("interpreter", &case.expect, outcome, &mut problems),
        None => problems.push("the program does not end".into()),
    }
    // The others are compared with the interpreter, leniently where they need not be the same.
    for finding in results.findings.iter().take(1) {
        differences(finding.engine, &finding.mine, &finding.theirs, &mut problems);
    }
    Ok(problems)
}

fn differences(engine: &str, expect: &Outcome, found: &Outcome, problems: &mut Vec<String>) {
    for (name, expect, found) in expect.differences(found) {
        problems.push(format!("{engine}: {name} is {found}, should be {expect}"));
    }
}
