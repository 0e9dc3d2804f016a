//! /proc/self/smaps and its kin as the guest sees them: the host's text without what is the
//! emulator's, with the guest's protections and names.

use std::fmt::Write;

use crate::consts::PROT_EXEC;
use crate::list::MappingInfo;
use crate::maps_text::{parse, render};

/// The host's text with the entries of guest memory. An entry begins with a line of the form of
/// /proc/self/maps.
pub(crate) fn smaps(host: &str, mappings: &[MappingInfo]) -> String {
    let mut out = String::new();
    let mut shown: Option<&MappingInfo> = None;
    for line in host.lines() {
        if let Some(entry) = parse(line) {
            let overlaps = |m: &&MappingInfo| m.start < entry.end && entry.start < m.end;
            shown = mappings.iter().find(overlaps);
            if let Some(mapping) = shown {
                out.push_str(&render(line, core::slice::from_ref(mapping)));
            }
        } else if let Some(mapping) = shown {
            out.push_str(&with_exec(line, mapping));
            out.push('\n');
        }
    }
    out
}

/// The flags of executable memory, which is never executable for the host.
fn with_exec(line: &str, mapping: &MappingInfo) -> String {
    let flags = line.strip_prefix("VmFlags:").filter(|_| mapping.prot & PROT_EXEC != 0);
    let Some(flags) = flags else { return line.to_owned() };
    let before = flags.split_whitespace().take_while(|f| matches!(*f, "rd" | "wr"));
    let count = before.clone().count();
    let words = before.chain(["ex"]).chain(flags.split_whitespace().skip(count));
    words.fold("VmFlags:".to_owned(), |text, word| text + " " + word) + " "
}

/// /proc/PID/smaps_rollup: the sums over a guest's smaps, with the keys of the host's text. What
/// smaps does not tell is the host's.
pub fn smaps_rollup(host: &str, smaps: &str) -> String {
    let ends = || smaps.lines().filter_map(parse);
    let start = ends().map(|l| l.start).min().unwrap_or(0);
    let end = ends().map(|l| l.end).max().unwrap_or(0);
    let mut out = format!("{start:08x}-{end:08x} ---p 00000000 00:00 0 ");
    let width = out.len();
    out.extend(std::iter::repeat_n(' ', 73usize.saturating_sub(width)));
    out.push_str("[rollup]\n");
    for line in host.lines().skip(1) {
        let Some((key, _)) = line.split_once(':') else { continue };
        let values = smaps.lines().filter_map(|l| kilobytes(l, key));
        if values.clone().next().is_none() {
            out.push_str(line);
            out.push('\n');
        } else {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{:<15} {:>8} kB", format!("{key}:"), values.sum::<u64>());
        }
    }
    out
}

fn kilobytes(line: &str, key: &str) -> Option<u64> {
    let value = line.strip_prefix(key)?.strip_prefix(':')?;
    value.trim().strip_suffix("kB")?.trim_end().parse().ok()
}

/// The host's lines that begin inside guest memory.
pub(crate) fn numa_maps(host: &str, mappings: &[MappingInfo]) -> String {
    let of_guest = |line: &&str| {
        let start = line.split(' ').next().and_then(|at| u64::from_str_radix(at, 16).ok());
        start.is_some_and(|at| mappings.iter().any(|m| (m.start..m.end).contains(&at)))
    };
    host.lines().filter(of_guest).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::RegionName;

    fn mapping(start: u64, end: u64) -> MappingInfo {
        let prot = 1 | PROT_EXEC;
        MappingInfo { start, end, prot, shared: false, file: None, name: RegionName::None }
    }

    const HOST: &str = "\
1000-3000 r--p 00000000 fe:00 5 /bin/guest
Size:                  8 kB
Rss:                   4 kB
VmFlags: rd mr mw me sd
8000-9000 rw-p 00000000 00:00 0
Size:                  4 kB
Rss:                   4 kB
VmFlags: rd wr mr mw me sd
";

    #[test]
    fn entries_of_the_emulator_are_left_out() {
        let text = smaps(HOST, &[mapping(0x1000, 0x3000)]);
        assert!(text.starts_with("00001000-00003000 r-xp 00000000 fe:00 5 "));
        assert!(text.contains("VmFlags: rd ex mr mw me sd \n"));
        assert!(!text.contains("00008000"));
        let host = "1000-9000 ---p 0 0 0 [rollup]\nRss:   8 kB\nPss_Anon:   3 kB\n";
        let rollup = smaps_rollup(host, &text);
        assert!(rollup.ends_with("[rollup]\nRss:                   4 kB\nPss_Anon:   3 kB\n"));
    }

    #[test]
    fn lines_are_kept_by_their_start() {
        let host = "00001000 default file=/bin/guest\n00008000 default heap\n";
        let text = numa_maps(host, &[mapping(0x1000, 0x3000)]);
        assert_eq!(text, "00001000 default file=/bin/guest\n");
    }
}
