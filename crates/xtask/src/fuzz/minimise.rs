//! Makes a failing program as small as it can be while it still fails.

use super::engines::{Engines, Finding, PEER};
use super::state::{LINE, Program, State};

const NOP: u32 = 0xd503_201f;
/// How often a program is run in a row: tags are stripped after 64 traps, floating point goes out
/// of line after 16, and one engine interprets first.
pub const REPEATS: usize = 80;

/// A failing program with one state.
struct Failing<'e> {
    engines: &'e mut Engines,
    engine: &'static str,
    program: Program,
    image: Vec<u8>,
    finding: Finding,
}

impl Failing<'_> {
    /// Tries a change; keeps it if the program still fails.
    fn attempt(&mut self, change: impl FnOnce(&mut Program, &mut Vec<u8>)) -> Result<bool, String> {
        let (mut program, mut image) = (self.program.clone(), self.image.clone());
        change(&mut program, &mut image);
        match fails(self.engines, &program, &image, self.engine)? {
            Some(finding) => {
                (self.program, self.image, self.finding) = (program, image, finding);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn shorten(&mut self) -> Result<(), String> {
        let mut size = self.program.words.len().div_ceil(2);
        while size > 0 {
            for from in (0..self.program.words.len()).step_by(size) {
                self.attempt(|program, _| {
                    let to = program.words.len().min(from + size);
                    program.words[from..to].fill(NOP);
                })?;
            }
            size /= 2;
        }
        for at in (0..self.program.words.len()).rev() {
            if self.program.words[at] == NOP && self.program.words.len() > 1 {
                self.attempt(|program, _| {
                    program.words.remove(at);
                })?;
            }
        }
        Ok(())
    }

    fn simplify(&mut self, change: impl FnOnce(&mut State)) -> Result<(), String> {
        let mut state = self.program.states[0].clone();
        change(&mut state);
        if state != self.program.states[0] {
            self.attempt(|program, _| program.states.fill(state))?;
        }
        Ok(())
    }

    fn simplify_registers(&mut self) -> Result<(), String> {
        self.simplify(|state| state.v = [[0; 2]; 32])?;
        for i in 0..32 {
            self.simplify(|state| state.x[i] = 0)?;
            self.simplify(|state| state.v[i] = [0; 2])?;
        }
        self.simplify(|state| state.fpsr = 0)?;
        self.simplify(|state| state.fpcr = 0)?;
        self.simplify(|state| state.nzcv = 0)
    }

    fn simplify_data(&mut self) -> Result<(), String> {
        if self.attempt(|_, image| image.fill(0))? {
            return Ok(());
        }
        for line in 0..self.image.len() / LINE {
            self.attempt(|_, image| image[line * LINE..][..LINE].fill(0))?;
        }
        Ok(())
    }
}

/// Whether the program, in the first slot, fails in the engine, or in another that translates.
fn fails(
    engines: &mut Engines,
    program: &Program,
    image: &[u8],
    engine: &'static str,
) -> Result<Option<Finding>, String> {
    let mut programs = [program.clone()];
    let results = engines.compare(&mut programs, image)?;
    let same = |f: &Finding| (f.engine == PEER) == (engine == PEER);
    Ok(results.findings.into_iter().find(same))
}

/// The smallest program found that fails as the given one, with the data's image and how it fails.
/// `None` if it does not fail by itself.
///
/// # Errors
/// When an engine cannot go on.
pub fn minimise(
    engines: &mut Engines,
    program: &Program,
    image: &[u8],
    finding: &Finding,
) -> Result<Option<(Program, Vec<u8>, Finding)>, String> {
    let state = &program.states[finding.state];
    let (engine, image) = (finding.engine, image.to_vec());
    let mut repeated = program.clone();
    let mut found = None;
    for repeats in [1, 2, 20, REPEATS] {
        repeated.states = vec![state.clone(); repeats];
        found = fails(engines, &repeated, &image, engine)?;
        if found.is_some() {
            break;
        }
    }
    let Some(found) = found else { return Ok(None) };
    let mut failing = Failing { engines, engine, program: repeated, image, finding: found };
    failing.shorten()?;
    failing.simplify_data()?;
    failing.simplify_registers()?;
    failing.shorten()?;
    Ok(Some((failing.program, failing.image, failing.finding)))
}
