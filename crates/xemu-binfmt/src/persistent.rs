//! The same at each boot: a file of binfmt.d for systemd, and a format of Debian's update-binfmts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::entry::Match;
use crate::registration::Registration;

/// Where systemd-binfmt looks for the administrator's own files.
const BINFMT_D: &str = "etc/binfmt.d";
/// Where update-binfmts looks for formats.
const FORMATS: &str = "usr/share/binfmts";
const UPDATE_BINFMTS: &str = "usr/sbin/update-binfmts";
/// By this line the files are known as written here.
const MARK: &str = "# Written by xemu-aarch64 binfmt install --persistent.";

fn binfmt_d(root: &Path, name: &str) -> PathBuf {
    root.join(BINFMT_D).join(format!("{name}.conf"))
}

/// The text of a file of binfmt.d.
pub fn binfmt_d_text(registration: &Registration) -> Vec<u8> {
    [MARK.as_bytes(), b"\n", &registration.line(), b"\n"].concat()
}

/// The text of a format of update-binfmts(8).
pub fn format_text(registration: &Registration) -> String {
    let entry = registration.entry();
    let Match::Magic { offset, magic, mask } = &entry.matches else { return String::new() };
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("\\x{b:02x}")).collect::<String>();
    let yes = |set: bool| if set { "yes" } else { "no" };
    format!(
        "package {}\ninterpreter {}\noffset {offset}\nmagic {}\nmask {}\ncredentials {}\n\
         preserve {}\nfix_binary {}\n",
        registration.name,
        registration.interpreter.display(),
        hex(magic),
        hex(mask),
        yes(entry.has('C')),
        yes(entry.has('P')),
        yes(entry.has('F')),
    )
}

fn write_file(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::new(format!("cannot write {}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}

/// Writes the files. Gives sentences.
///
/// # Errors
/// What could not be written.
pub fn write(root: &Path, registration: &Registration) -> Result<Vec<String>, Failure> {
    let path = binfmt_d(root, &registration.name);
    write_file(&path, &binfmt_d_text(registration))?;
    let mut said = vec![format!("wrote {}", path.display())];
    if root.join(UPDATE_BINFMTS).exists() {
        let path = root.join(FORMATS).join(&registration.name);
        write_file(&path, format_text(registration).as_bytes())?;
        said.push(format!("wrote {}", path.display()));
        said.extend(update_binfmts(root, &["--import", &registration.name]));
    }
    Ok(said)
}

/// Removes what [`write`] wrote; files of others stay. Gives sentences.
///
/// # Errors
/// What could not be removed.
pub fn remove(root: &Path, name: &str) -> Result<Vec<String>, Failure> {
    let path = binfmt_d(root, name);
    let text = fs::read(&path).unwrap_or_default();
    if !text.starts_with(MARK.as_bytes()) {
        return Ok(Vec::new());
    }
    let interpreter = text.split(|b| *b == b':').nth(6).unwrap_or_default();
    let interpreter = String::from_utf8_lossy(interpreter).into_owned();
    let failed = |path: &Path, e: std::io::Error| {
        Failure::new(format!("cannot remove {}: {e}", path.display()))
    };
    fs::remove_file(&path).map_err(|e| failed(&path, e))?;
    let mut said = vec![format!("removed {}", path.display())];
    let format = root.join(FORMATS).join(name);
    if format.exists() {
        said.extend(update_binfmts(root, &["--package", name, "--remove", name, &interpreter]));
        fs::remove_file(&format).map_err(|e| failed(&format, e))?;
        said.push(format!("removed {}", format.display()));
    }
    Ok(said)
}

/// Calls update-binfmts, which belongs to the running system: not for another root.
fn update_binfmts(root: &Path, arguments: &[&str]) -> Option<String> {
    if root != Path::new("/") {
        return None;
    }
    let program = root.join(UPDATE_BINFMTS);
    match Command::new(&program).args(arguments).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            let line = text.lines().last().unwrap_or("no reason given").to_owned();
            Some(format!("update-binfmts {}: {line}", arguments.join(" ")))
        }
        Err(error) => Some(format!("{}: {error}", program.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Flags;

    #[test]
    fn files_come_and_go() {
        let root = std::env::temp_dir().join(format!("xemu-persistent-{}", std::process::id()));
        fs::create_dir_all(root.join("usr/sbin")).expect("a folder");
        fs::write(root.join(UPDATE_BINFMTS), "").expect("a file");
        let registration = Registration {
            name: "xemu-aarch64".into(),
            interpreter: "/usr/bin/xemu-aarch64".into(),
            flags: Flags::default(),
        };
        assert_eq!(write(&root, &registration).expect("is written").len(), 2);
        let conf = root.join("etc/binfmt.d/xemu-aarch64.conf");
        let text = fs::read_to_string(&conf).expect("is there");
        assert!(text.starts_with("# ") && text.ends_with(":/usr/bin/xemu-aarch64:PF\n"), "{text}");
        let format = root.join("usr/share/binfmts/xemu-aarch64");
        let text = fs::read_to_string(&format).expect("is there");
        assert!(text.contains("\npreserve yes\nfix_binary yes\n"), "{text}");
        assert!(text.contains("\ncredentials no\n"), "{text}");
        assert_eq!(remove(&root, "xemu-aarch64").expect("is removed").len(), 2);
        assert!(!conf.exists() && !format.exists());
        fs::write(&conf, ":other:").expect("a file");
        assert!(remove(&root, "xemu-aarch64").expect("nothing to do").is_empty() && conf.exists());
        fs::remove_dir_all(root).expect("the test's own folder");
    }
}
