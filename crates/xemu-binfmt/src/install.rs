//! Registering and taking it back.
//!
//! Other entries for arm64 programs are left alone unless the user says `--replace`. Then they are
//! disabled, not removed, and a note under /run says which, so that `uninstall` enables exactly
//! these again. Only an entry that has the name of the new one has to be removed; the note keeps
//! the line that makes it again.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::entry::Entry;
use crate::registration::{Flags, Registration, tells_preserved_argv0};
use crate::table::{Table, is_executable, mount_option};
use crate::{DEFAULT_NAME, Failure, persistent};

/// The note of what was put aside, below the root.
const NOTE: &str = "run/xemu-aarch64/put-aside";

/// What to install.
#[derive(Clone, Debug)]
pub struct Request {
    /// The entry's name.
    pub name: String,
    /// The emulator, this program when not given.
    pub interpreter: Option<PathBuf>,
    /// The flags asked for.
    pub flags: Flags,
    /// Put other entries for arm64 programs aside.
    pub replace: bool,
    /// Do it at each boot as well.
    pub persistent: bool,
    /// Where binfmt_misc is mounted.
    pub mount: PathBuf,
    /// The folder that stands for `/` where files are written.
    pub root: PathBuf,
}

/// The path of this program.
///
/// # Errors
/// When /proc does not tell, or the file is gone.
pub fn own_path() -> Result<PathBuf, Failure> {
    let path = fs::read_link("/proc/self/exe").map_err(|_| {
        Failure::with_fix(
            "/proc is not mounted, so the emulator does not know its own path",
            "xemu-aarch64 binfmt install --interpreter PATH",
        )
    })?;
    if path.as_os_str().as_bytes().ends_with(b" (deleted)") && !path.exists() {
        return Err(Failure::new("the emulator's own file was deleted: start it again"));
    }
    Ok(path)
}

/// Registers the emulator. Gives sentences that tell what was done.
///
/// # Errors
/// Why it was not.
pub fn install(request: &Request) -> Result<Vec<String>, Failure> {
    let registration = plan(request)?;
    let table = Table::at(&request.mount);
    let mut said = Vec::new();
    if request.persistent {
        said.extend(persistent::write(&request.root, &registration)?);
    }
    if table.ensure_mounted()? {
        said.push(format!("mounted binfmt_misc on {}", request.mount.display()));
    }
    let entries = table
        .entries()
        .map_err(|e| Failure::new(format!("cannot read {}: {e}", request.mount.display())))?;
    let others = others(&entries, &registration.name);
    if !request.replace {
        refuse_if_taken(&others, request)?;
    }
    let undo = put_aside(&table, &others, &registration.name)?;
    if let Err(failure) = table.register(&registration) {
        put_back(&table, &undo);
        return Err(failure);
    }
    said.extend(undo.iter().map(|step| format!("put {} aside", step.name())));
    if !undo.is_empty() && write_note(&request.root, &undo).is_err() {
        said.push(format!(
            "no note could be written below {}: uninstall will enable all arm64 entries again",
            request.root.join("run").display()
        ));
    }
    let flags = registration.entry().flags;
    let path = registration.interpreter.display();
    said.push(format!(
        "registered {} for arm64 programs: {path}, flags {flags}",
        registration.name
    ));
    Ok(said)
}

fn plan(request: &Request) -> Result<Registration, Failure> {
    let interpreter = match &request.interpreter {
        Some(path) => path.clone(),
        None => own_path()?,
    };
    if !interpreter.exists() {
        return Err(Failure::new(format!("there is no {}", interpreter.display())));
    }
    if !is_executable(&interpreter) {
        let path = interpreter.display();
        let fix = format!("chmod 755 {path}");
        return Err(Failure::with_fix(format!("{path} is not executable"), fix));
    }
    let mut flags = request.flags;
    // Without the kernel's word the emulator could not tell shifted arguments from others.
    flags.preserve_argv0 &= tells_preserved_argv0();
    let registration = Registration { name: request.name.clone(), interpreter, flags };
    registration.check()?;
    Ok(registration)
}

/// Other entries that take arm64 programs, and one that is in the way by its name.
fn others<'a>(entries: &'a [Entry], name: &str) -> Vec<&'a Entry> {
    entries
        .iter()
        .filter(
            |entry| if entry.name == name { true } else { entry.enabled && entry.takes_arm64() },
        )
        .collect()
}

/// Whether an entry was made by this program: then it may be made anew without asking.
fn is_ours(entry: &Entry) -> bool {
    let file = entry.interpreter.file_name().unwrap_or_default();
    entry.name == DEFAULT_NAME || file.as_bytes().starts_with(b"xemu-aarch64")
}

fn refuse_if_taken(others: &[&Entry], request: &Request) -> Result<(), Failure> {
    let Some(other) = others.iter().find(|entry| !is_ours(entry)) else { return Ok(()) };
    let (name, path) = (&other.name, other.interpreter.display());
    let what = format!("arm64 programs are {name}'s already ({path})");
    let mount = mount_option(&request.mount);
    Err(Failure::with_fix(what, format!("xemu-aarch64 binfmt install --replace{mount}")))
}

/// How something that was put aside comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Undo {
    Enable(String),
    Register { name: String, line: Vec<u8> },
}

impl Undo {
    fn name(&self) -> &str {
        match self {
            Undo::Enable(name) | Undo::Register { name, .. } => name,
        }
    }
}

/// Makes room. Entries of the emulator's own just go.
fn put_aside(table: &Table, others: &[&Entry], name: &str) -> Result<Vec<Undo>, Failure> {
    let mut undo = Vec::new();
    for other in others {
        let result = if other.name == name || is_ours(other) {
            if !is_ours(other) {
                let line = other.register_line();
                undo.push(Undo::Register { name: other.name.clone(), line });
            }
            table.remove(&other.name)
        } else {
            undo.push(Undo::Enable(other.name.clone()));
            table.set_enabled(&other.name, false)
        };
        if let Err(errno) = result {
            undo.pop();
            put_back(table, &undo);
            return Err(refused(table, errno, &other.name));
        }
    }
    Ok(undo)
}

fn refused(table: &Table, errno: Errno, name: &str) -> Failure {
    let path = table.folder().join(name);
    let what = format!("cannot change {}: {}", path.display(), errno.desc());
    match errno {
        Errno::EACCES | Errno::EPERM | Errno::EROFS => {
            Failure::with_fix(what, "run it as root, in a container with --privileged")
        }
        _ => Failure::new(what),
    }
}

/// Brings back what can be brought back; gives the names.
fn put_back(table: &Table, undo: &[Undo]) -> Vec<String> {
    let done = |step: &Undo| match step {
        Undo::Enable(name) => table.set_enabled(name, true).is_ok(),
        Undo::Register { line, .. } => table.register_line(line).is_ok(),
    };
    undo.iter().rev().filter(|step| done(step)).map(|step| step.name().to_owned()).collect()
}

fn write_note(root: &Path, undo: &[Undo]) -> std::io::Result<()> {
    let path = root.join(NOTE);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut text = Vec::new();
    for step in read_note(root).iter().chain(undo) {
        match step {
            Undo::Enable(name) => text.extend([b"enable ", name.as_bytes()].concat()),
            Undo::Register { line, .. } => text.extend([b"register ", &line[..]].concat()),
        }
        text.push(b'\n');
    }
    fs::write(path, text)
}

fn read_note(root: &Path) -> Vec<Undo> {
    let text = fs::read(root.join(NOTE)).unwrap_or_default();
    text.split(|b| *b == b'\n').filter_map(read_step).collect()
}

fn read_step(line: &[u8]) -> Option<Undo> {
    if let Some(name) = line.strip_prefix(b"enable ") {
        return Some(Undo::Enable(String::from_utf8(name.to_vec()).ok()?));
    }
    let line = line.strip_prefix(b"register ")?;
    let delimiter = *line.first()?;
    let name = line[1..].split(|b| *b == delimiter).next()?;
    Some(Undo::Register { name: String::from_utf8(name.to_vec()).ok()?, line: line.to_vec() })
}

/// Takes the registration back, and what was put aside for it returns. Gives sentences.
///
/// # Errors
/// Why that is impossible.
pub fn uninstall(request: &Request) -> Result<Vec<String>, Failure> {
    let table = Table::at(&request.mount);
    let mut said = persistent::remove(&request.root, &request.name)?;
    if !table.is_mounted() {
        said.push("binfmt_misc is not mounted here, so nothing is registered".to_owned());
        return Ok(said);
    }
    match table.remove(&request.name) {
        Ok(()) => said.push(format!("removed {}", request.name)),
        Err(Errno::ENOENT) => said.push(format!("{} is not registered", request.name)),
        Err(errno) => return Err(refused(&table, errno, &request.name)),
    }
    let note = request.root.join(NOTE);
    let undo = if note.exists() { read_note(&request.root) } else { disabled_ones(&table) };
    let back = put_back(&table, &undo);
    said.extend(back.iter().map(|name| format!("{name} runs arm64 programs again")));
    // Without the note nothing is left to put back.
    let _ = fs::remove_file(note);
    Ok(said)
}

/// What is enabled again where no note could be kept, as in a container.
fn disabled_ones(table: &Table) -> Vec<Undo> {
    let entries = table.entries_or_none();
    let disabled = entries.into_iter().filter(|entry| !entry.enabled && entry.takes_arm64());
    disabled.map(|entry| Undo::Enable(entry.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let root = std::env::temp_dir().join(format!("xemu-note-{}", std::process::id()));
        let line = br":q:M:0:\x7f::/q\x3a:F".to_vec();
        let undo = [Undo::Enable("qemu-aarch64".into()), Undo::Register { name: "q".into(), line }];
        write_note(&root, &undo[..1]).expect("is written");
        write_note(&root, &undo[1..]).expect("is added to");
        assert_eq!(read_note(&root), undo);
        fs::remove_dir_all(root).expect("the test's own folder");
    }

    fn entry(name: &str, interpreter: &str, enabled: bool) -> Entry {
        let interpreter = interpreter.into();
        let registration = Registration { name: name.into(), interpreter, flags: Flags::default() };
        Entry { enabled, ..registration.entry() }
    }

    #[test]
    fn only_enabled_arm64_entries_and_the_namesake_are_in_the_way() {
        let entries = [
            entry("qemu-aarch64", "/usr/bin/qemu-aarch64", true),
            entry("old", "/usr/bin/old", false),
            entry("mine", "/usr/bin/mine", false),
        ];
        let names: Vec<_> = others(&entries, "mine").iter().map(|e| e.name.clone()).collect();
        assert_eq!(names, ["qemu-aarch64", "mine"]);
        assert!(is_ours(&entry("qemu-aarch64", "/usr/bin/xemu-aarch64", true)));
        assert!(!is_ours(&entries[0]));
    }
}
