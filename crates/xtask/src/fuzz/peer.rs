//! QEMU, or another command that runs arm64 programs: it runs `test-binaries/fuzz-peer`, which runs
//! the programs that it reads.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::area::{Area, SLOTS};
use super::state::{LINE, Line, Outcome, Program, SIZE, State};

static PROGRAM: &[u8] = include_bytes!("../../../../test-binaries/fuzz-peer");

/// The arm64 program, running.
pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Peer {
    /// Starts `command` with the arm64 program, which maps the same areas.
    ///
    /// # Errors
    /// When the command cannot be run.
    pub fn start(command: &[String], area: &Area) -> Result<Self, String> {
        let (name, args) = command.split_first().ok_or("the peer's command is empty")?;
        let path = write_program()?;
        let child = Command::new(name)
            .args(args)
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|e| {
            // The file is of no use to anybody.
            drop(std::fs::remove_file(&path));
            format!("cannot run {name}: {e}")
        })?;
        let input = child.stdin.take().ok_or("the peer has no standard input")?;
        let output = child.stdout.take().ok_or("the peer has no standard output")?;
        let mut peer = Self { child, input, output, path, bytes: Vec::new() };
        for field in [area.code_start(), SLOTS as u64, area.data()] {
            peer.bytes.extend(field.to_le_bytes());
        }
        peer.flush()?;
        Ok(peer)
    }

    fn flush(&mut self) -> Result<(), String> {
        let result = self.input.write_all(&self.bytes);
        self.bytes.clear();
        result.map_err(|e| format!("the peer does not read: {e}"))
    }

    /// Sends a batch.
    ///
    /// # Errors
    /// When the peer has ended.
    pub fn send(&mut self, programs: &[Program], image: &[u8]) -> Result<(), String> {
        let out = &mut self.bytes;
        out.extend((programs.len() as u32).to_le_bytes());
        out.extend([0; 4]);
        out.extend(image);
        for program in programs {
            let touches = u32::from(program.touches);
            let states = asked(program);
            for n in [program.words.len() as u32, states.len() as u32, touches, 0] {
                out.extend(n.to_le_bytes());
            }
            out.extend(program.words.iter().flat_map(|w| w.to_le_bytes()));
            out.resize(out.len().next_multiple_of(8), 0);
            states.iter().for_each(|state| state.write(out));
        }
        let size = out.len() as u32 - 8;
        out[4..8].copy_from_slice(&size.to_le_bytes());
        self.flush()
    }

    fn take(&mut self, bytes: &mut [u8]) -> Result<(), String> {
        self.output.read_exact(bytes).map_err(|e| {
            let status = self.child.try_wait();
            format!("the peer ended early: {e}, status {status:?}")
        })
    }

    /// The outcomes of a batch, program by program.
    ///
    /// # Errors
    /// When the peer has ended, or talks nonsense.
    pub fn receive(&mut self, programs: &[Program]) -> Result<Vec<Vec<Outcome>>, String> {
        let mut size = [0; 8];
        self.take(&mut size)?;
        let mut bytes = core::mem::take(&mut self.bytes);
        bytes.resize(u64::from_le_bytes(size) as usize, 0);
        self.take(&mut bytes)?;
        let mut at = Cursor(&bytes);
        let all = programs
            .iter()
            .map(|program| asked(program).iter().map(|_| at.outcome()).collect())
            .collect::<Option<_>>()
            .ok_or("the peer's answer is too short")?;
        bytes.clear();
        self.bytes = bytes;
        Ok(all)
    }
}

/// The states that the peer is asked about.
fn asked(program: &Program) -> &[State] {
    if program.peer { &program.states } else { &[] }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Option<&[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(first)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn outcome(&mut self) -> Option<Outcome> {
        let mut outcome = Outcome::read(self.take::<SIZE>()?);
        for _ in 0..self.number()? {
            let number = self.number()?;
            outcome.lines.push(Line { number, bytes: *self.take::<LINE>()? });
        }
        Some(outcome)
    }
}

/// Writes the arm64 program where it can be run.
fn write_program() -> Result<PathBuf, String> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("xtask-fuzz-peer-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o700).open(&path);
    let write = |mut file: std::fs::File| file.write_all(PROGRAM);
    file.and_then(write).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    Ok(path)
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The peer may have ended itself, and a file that cannot be removed is left to the system.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.path));
    }
}
