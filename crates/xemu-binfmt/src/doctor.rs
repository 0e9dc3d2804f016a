//! `binfmt doctor`: why arm64 programs do not run, each cause in one sentence with what mends it.
//!
//! The truth is what the program of `probe` shows; everything else is looked at to explain it. In a
//! container the table is often invisible and programs run all the same.

use std::fs;
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::geteuid;

use crate::entry::Entry;
use crate::probe::{self, ARGV0, Outcome, Run, identity};
use crate::registration::has_namespaces;
use crate::status::winner;
use crate::table::{Table, is_executable, kernel_has_it, mount_option};
use crate::{DEFAULT_NAME, json, lsm};

/// Something the doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A name that stays, for programs.
    pub id: &'static str,
    /// Whether arm64 programs fail because of it, here or in containers.
    pub fault: bool,
    /// The sentence.
    pub text: String,
    /// The command that mends it.
    pub fix: String,
}

fn fault(id: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { id, fault: true, text: text.into(), fix: fix.into() }
}

fn hint(id: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { fault: false, ..fault(id, text, fix) }
}

/// What the doctor says.
pub struct Diagnosis {
    /// The program that runs arm64 programs, if they run.
    pub runs_by: Option<String>,
    /// What was found, most important first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Whether something has to be mended.
    pub fn is_ill(&self) -> bool {
        self.findings.iter().any(|finding| finding.fault)
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = match &self.runs_by {
            Some(path) => format!("arm64 programs run: {path}\n"),
            None => "arm64 programs do not run\n".to_owned(),
        };
        for finding in &self.findings {
            let kind = if finding.fault { "fault" } else { "hint" };
            out += &format!("{kind}: {}\n  fix: {}\n", finding.text, finding.fix);
        }
        out
    }

    /// For programs.
    pub fn json_text(&self) -> String {
        let row = |f: &Finding| {
            format!(
                "    {{\"id\": {}, \"fault\": {}, \"text\": {}, \"fix\": {}}}",
                json::string(f.id),
                f.fault,
                json::string(&f.text),
                json::string(&f.fix)
            )
        };
        let rows: Vec<String> = self.findings.iter().map(row).collect();
        let rows =
            if rows.is_empty() { "[]".into() } else { format!("[\n{}\n  ]", rows.join(",\n")) };
        let by = self.runs_by.as_deref().map_or_else(|| "null".to_owned(), json::string);
        format!("{{\n  \"runs_by\": {by},\n  \"findings\": {rows}\n}}\n")
    }
}

/// Examines the machine, the container or the namespace that this process is in.
pub fn diagnose(table: &Table) -> Diagnosis {
    if !Path::new("/proc/self/exe").exists() {
        let text = "/proc is not mounted here: neither this command nor the kernel's table of \
                    interpreters can work";
        let findings = vec![fault("no-proc", text, "mount -t proc proc /proc")];
        return Diagnosis { runs_by: None, findings };
    }
    let outcome = probe::arm64();
    let entries = table.entries_or_none();
    let findings = match &outcome {
        Outcome::NoFile(error) => {
            let text = format!("no executable file can be made in memory: {error}");
            vec![fault("no-memory-file", text, "sysctl vm.memfd_noexec=0")]
        }
        Outcome::Refused(errno) => vec![refused(table, &entries, *errno)],
        Outcome::Started(run) if outcome.is_success() => healthy(table, &entries, run),
        Outcome::Started(run) => vec![broken(&entries, run, table)],
    };
    let runs_by = match &outcome {
        Outcome::Started(run) if outcome.is_success() => {
            Some(run.emulator.as_ref().map_or_else(String::new, |path| path.display().to_string()))
        }
        _ => None,
    };
    Diagnosis { runs_by, findings }
}

fn install(table: &Table) -> String {
    format!("xemu-aarch64 binfmt install{}", mount_option(table.folder()))
}

fn replace(table: &Table) -> String {
    format!("xemu-aarch64 binfmt install --replace{}", mount_option(table.folder()))
}

/// The kernel would not execute the program: from the first cause to the last.
fn refused(table: &Table, entries: &[Entry], errno: Errno) -> Finding {
    if !table.is_mounted() {
        return not_mounted(table);
    }
    let folder = table.folder().display();
    if !table.is_enabled() {
        let text = "all of binfmt_misc is switched off";
        return fault("all-disabled", text, format!("echo 1 > {folder}/status"));
    }
    match winner(entries) {
        None => nobody(table, entries),
        Some(entry) => interpreter_fails(table, entry, errno),
    }
}

fn not_mounted(table: &Table) -> Finding {
    let folder = table.folder();
    if !kernel_has_it() && !folder.exists() {
        let text = "this kernel has no binfmt_misc: the module is not loaded, or it was built \
                    without CONFIG_BINFMT_MISC";
        return fault("no-kernel-support", text, "sudo modprobe binfmt_misc");
    }
    if !folder.exists() {
        let text = format!("the folder {} is missing: /proc is not the kernel's", folder.display());
        return fault("no-folder", text, "mount -t proc proc /proc");
    }
    if !geteuid().is_root() {
        let text = "binfmt_misc is not mounted, so nothing is registered";
        return fault("not-mounted", text, format!("sudo {}", install(table)));
    }
    if !may_mount() {
        let text = "binfmt_misc is not mounted here, and this container may not mount it (no \
                    CAP_SYS_ADMIN)";
        return fault("no-privilege", text, NEEDS_PRIVILEGE);
    }
    if in_user_namespace() && !has_namespaces() {
        let text = "nothing is registered, and a kernel before 6.7 has no binfmt_misc for user \
                    namespaces";
        return fault("old-kernel", text, "sudo xemu-aarch64 binfmt install, outside");
    }
    fault("not-mounted", "binfmt_misc is not mounted, so nothing is registered", install(table))
}

const NEEDS_PRIVILEGE: &str = "docker run --privileged --rm IMAGE --install arm64, on the host";

/// Whether CAP_SYS_ADMIN is in force.
fn may_mount() -> bool {
    const CAP_SYS_ADMIN: u32 = 21;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let caps = line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    caps.is_none_or(|caps| caps >> CAP_SYS_ADMIN & 1 != 0)
}

fn in_user_namespace() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().last().is_some_and(|count| count != "4294967295")
}

/// Mounted and enabled, but no entry takes the program.
fn nobody(table: &Table, entries: &[Entry]) -> Finding {
    let folder = table.folder().display();
    if let Some(entry) = entries.iter().find(|entry| entry.takes_arm64()) {
        let name = &entry.name;
        let text = format!("{name} is registered but disabled");
        return fault("disabled", text, format!("echo 1 > {folder}/{name}"));
    }
    if let Some(entry) = entries.iter().find(|entry| entry.is_about_arm64()) {
        let text = format!("magic or mask of {} do not match arm64 programs", entry.name);
        let fix = format!("echo -1 > {folder}/{}; {}", entry.name, install(table));
        return fault("wrong-magic", text, fix);
    }
    match table.may_write() {
        Ok(()) => {
            fault("not-registered", "nothing is registered for arm64 programs", install(table))
        }
        Err(_) if !geteuid().is_root() => fault(
            "not-registered",
            "nothing is registered for arm64 programs",
            format!("sudo {}", install(table)),
        ),
        Err(errno) => {
            let text = format!(
                "nothing is registered for arm64 programs, and this container may not do it: {}",
                errno.desc()
            );
            fault("no-privilege", text, NEEDS_PRIVILEGE)
        }
    }
}

/// An entry takes the program, but its interpreter cannot be executed.
fn interpreter_fails(table: &Table, entry: &Entry, errno: Errno) -> Finding {
    let (name, path) = (&entry.name, entry.interpreter.display());
    let visible = !entry.has('F');
    if visible && !entry.interpreter.exists() {
        let text = format!("{name} names {path}, which is not there, and has not the flag F");
        return fault("interpreter-gone", text, replace(table));
    }
    if visible && !is_executable(&entry.interpreter) {
        let text = format!("{path}, which {name} names, has no permission to be executed");
        return fault("interpreter-not-executable", text, format!("chmod 755 {path}"));
    }
    match errno {
        Errno::ENOENT => fault(
            "interpreter-loader-gone",
            format!("{path}, which {name} names, is not static, and its loader is not here"),
            replace(table),
        ),
        Errno::ENOEXEC => fault(
            "interpreter-no-program",
            format!("{path}, which {name} names, is no program of this machine"),
            replace(table),
        ),
        Errno::ELOOP => fault(
            "interpreter-is-arm64",
            format!("{path}, which {name} names, is an arm64 program or a script itself"),
            replace(table),
        ),
        Errno::EACCES | Errno::EPERM => match lsm::suspect() {
            Some((text, fix)) => {
                fault("forbidden", format!("the kernel may not execute {path}: {text}"), fix)
            }
            None => fault(
                "forbidden",
                format!("the kernel may not execute {path}: permissions, or a noexec mount"),
                format!("findmnt -T {path}"),
            ),
        },
        other => fault(
            "kernel-refused",
            format!("the kernel does not execute {path}: {}", other.desc()),
            replace(table),
        ),
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_ours(entry: &Entry) -> bool {
    entry.name == DEFAULT_NAME || file_name(&entry.interpreter).starts_with("xemu-aarch64")
}

/// The program ran: what may go wrong elsewhere, and who ran it.
fn healthy(table: &Table, entries: &[Entry], run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(entry) = winner(entries) else {
        // The host's registration serves this container.
        return findings;
    };
    let (name, path) = (&entry.name, entry.interpreter.display());
    if !entry.has('F') {
        let text = format!("{name} has not the flag F: containers and chroots do not see {path}");
        findings.push(fault("no-fix-binary", text, replace(table)));
    }
    findings.extend(who(table, entries, entry, run));
    if run.argv0.as_deref() != Some(ARGV0.as_bytes()) {
        let text = format!("{name} has not the flag P: programs do not see their own argv[0]");
        findings.push(hint("no-argv0", text, replace(table)));
    }
    findings
}

/// Whether it was this emulator that ran the program.
fn who(table: &Table, entries: &[Entry], entry: &Entry, run: &Run) -> Option<Finding> {
    let own = identity("/proc/self/exe");
    if own.is_some() && own == run.identity {
        return None;
    }
    let (name, path) = (&entry.name, entry.interpreter.display());
    if is_ours(entry) {
        let text = format!("{name} runs another {path} than this one: it was replaced since");
        return Some(hint("stale", text, install(table)));
    }
    if let Some(ours) = entries.iter().find(|e| e.enabled && e.takes_arm64() && is_ours(e)) {
        let text = format!("{name} ({path}) stands before {} and runs all programs", ours.name);
        return Some(fault("shadowed", text, replace(table)));
    }
    let text = format!("it is {name} ({path}) that runs arm64 programs, not xemu-aarch64");
    Some(hint("other-emulator", text, replace(table)))
}

/// The interpreter started, but the program did not run to its end.
fn broken(entries: &[Entry], run: &Run, table: &Table) -> Finding {
    let path = match (&run.emulator, winner(entries)) {
        (_, Some(entry)) => entry.interpreter.display().to_string(),
        (Some(path), None) => path.display().to_string(),
        (None, None) => "the emulator".to_owned(),
    };
    let complaint = match run.complaint.as_str() {
        "" => String::new(),
        text => format!(": {text}"),
    };
    match run.status {
        None => {
            let text = format!("{path} started but the program did not end{complaint}");
            fault("emulator-hangs", text, replace(table))
        }
        Some(status) => {
            let text = format!("{path} started but failed with {status}{complaint}");
            fault("emulator-fails", text, replace(table))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flags, Registration};

    fn entry(interpreter: &str, letters: &str) -> Entry {
        let (name, interpreter) = ("e".to_owned(), interpreter.into());
        let registration = Registration { name, interpreter, flags: Flags::default() };
        Entry { flags: letters.into(), ..registration.entry() }
    }

    #[test]
    fn refusals_of_the_kernel_have_different_names() {
        let table = Table::at("/nonexistent");
        let id = |letters: &str, path: &str, errno| {
            interpreter_fails(&table, &entry(path, letters), errno).id
        };
        assert_eq!(id("", "/nonexistent/a", Errno::ENOENT), "interpreter-gone");
        assert_eq!(id("F", "/nonexistent/a", Errno::ENOENT), "interpreter-loader-gone");
        assert_eq!(id("", "/proc/version", Errno::EACCES), "interpreter-not-executable");
        assert_eq!(id("F", "/x", Errno::ENOEXEC), "interpreter-no-program");
        assert_eq!(id("F", "/x", Errno::ELOOP), "interpreter-is-arm64");
        assert_eq!(id("F", "/x", Errno::EACCES), "forbidden");
        assert_eq!(id("F", "/x", Errno::EIO), "kernel-refused");
    }

    #[test]
    fn the_texts_name_fault_and_cure() {
        let findings = vec![fault("a", "b \"c\"", "d")];
        let diagnosis = Diagnosis { runs_by: None, findings };
        assert_eq!(diagnosis.text(), "arm64 programs do not run\nfault: b \"c\"\n  fix: d\n");
        assert!(diagnosis.json_text().contains(r#""text": "b \"c\"", "fix": "d""#));
        assert!(diagnosis.is_ill());
    }
}
