//! The counters of `--stats`.

use std::fmt::Write;

use xemu_jit::StatsSnapshot;
use xemu_linux::table;

/// The text: the engine's counters, what follows from them, system calls that were refused.
pub fn text(counters: Option<&StatsSnapshot>, unsupported: &[(u64, u64)]) -> String {
    let mut out = String::new();
    if let Some(counters) = counters {
        for (name, value) in counters.rows() {
            writeln!(out, "{name:<20} {value:>14}").unwrap_or_default();
        }
        let insns = counters.guest_insns.max(1) as f64;
        for (name, value) in [
            ("ns per guest insn", counters.translation_ns as f64 / insns),
            ("bytes per guest insn", counters.bytes_emitted as f64 / insns),
        ] {
            writeln!(out, "{name:<20} {value:>14.1}").unwrap_or_default();
        }
    }
    for (nr, count) in unsupported {
        let name =
            table::lookup(*nr).map_or_else(|| format!("system call {nr}"), |r| r.name.into());
        writeln!(out, "unsupported {name:<20} {count:>2} times").unwrap_or_default();
    }
    out
}

/// Prints the counters to standard error.
pub fn print_stats(counters: Option<&StatsSnapshot>, unsupported: &[(u64, u64)]) {
    crate::debug_log::write_fd(2, text(counters, unsupported).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_names() {
        let counters =
            StatsSnapshot { guest_insns: 4, bytes_emitted: 50, ..StatsSnapshot::default() };
        let text = text(Some(&counters), &[(105, 2), (9999, 1)]);
        let has = |line: &str| assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        has("bytes per guest insn           12.5");
        has("unsupported init_module           2 times");
        has("unsupported system call 9999      1 times");
    }
}
