//! The generated document about system calls.

use std::fmt::Write;

use crate::table::{Class, Handler, SYSCALLS};

/// Which program of `tests/syscalls/` calls each row, or why none does: kept by the test that runs
/// them.
const COVERAGE: &str = include_str!("../../../tests/syscalls/coverage.txt");

/// What the document says of a row's test.
fn test_of(name: &str) -> &'static str {
    let line = COVERAGE.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or("", |text| text.strip_prefix("- ").unwrap_or(text))
}

/// `docs/syscalls.md`, from the table.
pub fn markdown() -> String {
    let mut out = String::from(
        "# System calls\n\nGenerated from the table in `crates/xemu-linux/src/table.rs`. The last \
         column names the program in `tests/syscalls/` that makes the call, or says why none \
         does.\n\n",
    );
    let count = |class| SYSCALLS.iter().filter(|row| row.class == class).count();
    // Writing to a String does not fail.
    let _ = writeln!(
        out,
        "{} calls: {} passed through, {} converted, {} custom, {} partial, {} refused.\n",
        SYSCALLS.len(),
        count(Class::Passthrough),
        count(Class::Convert),
        count(Class::Custom),
        count(Class::Partial),
        count(Class::Refused),
    );
    out.push_str(
        "| number | name | arguments | class | note | test |\n|---:|---|---|---|---|---|\n",
    );
    for row in SYSCALLS {
        let args: Vec<&str> = row.args.iter().map(|(name, _)| *name).collect();
        let note = match row.handler {
            Handler::Refuse(errno) => format!("{}: {}", errno.name(), row.note),
            _ => row.note.to_owned(),
        };
        let _ = writeln!(
            out,
            "| {} | `{}` | {} | {:?} | {} | {} |",
            row.nr,
            row.name,
            args.join(", "),
            row.class,
            note,
            test_of(row.name)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_lists_every_call() {
        let text = markdown();
        assert!(text.contains("| 80 | `fstat` | fd, statbuf | Convert | struct stat |"));
        assert!(text.contains("| 117 | `ptrace` | request, pid, addr, data | Refused | ENOSYS:"));
        assert_eq!(text.matches("| `").count(), SYSCALLS.len());
    }
}
