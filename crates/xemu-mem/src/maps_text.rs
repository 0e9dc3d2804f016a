//! /proc/self/maps as the guest sees it: the host's text without the emulator's lines, with the
//! guest's protections and names.

use std::fmt::Write;

use crate::consts::{PROT_EXEC, PROT_READ, PROT_WRITE};
use crate::list::MappingInfo;

/// One line of the host's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) offset: u64,
    device: &'a str,
    inode: &'a str,
    pub(crate) name: &'a str,
}

pub(crate) fn parse(line: &str) -> Option<Line<'_>> {
    let mut rest = line;
    let mut word = || {
        let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = tail;
        first
    };
    let (start, end) = word().split_once('-')?;
    let (_perms, offset, device, inode) = (word(), word(), word(), word());
    let hex = |text| u64::from_str_radix(text, 16).ok();
    Some(Line {
        start: hex(start)?,
        end: hex(end)?,
        offset: hex(offset)?,
        device,
        inode,
        name: rest.trim_start(),
    })
}

fn letters(mapping: &MappingInfo) -> String {
    let letter = |bit, c| if mapping.prot & bit != 0 { c } else { '-' };
    [
        letter(PROT_READ, 'r'),
        letter(PROT_WRITE, 'w'),
        letter(PROT_EXEC, 'x'),
        if mapping.shared { 's' } else { 'p' },
    ]
    .iter()
    .collect()
}

/// The text for a guest with these mappings, from the host's /proc/self/maps. Without the host's
/// text (no /proc) the lines have no paths.
pub(crate) fn render(host: &str, mappings: &[MappingInfo]) -> String {
    let lines: Vec<Line<'_>> = host.lines().filter_map(parse).collect();
    let mut out = String::new();
    let mut next_line = 0;
    for mapping in mappings {
        while lines.get(next_line).is_some_and(|l| l.end <= mapping.start) {
            next_line += 1;
        }
        let mut at = mapping.start;
        for line in lines[next_line..].iter().take_while(|l| l.start < mapping.end) {
            let (start, end) = (line.start.max(mapping.start), line.end.min(mapping.end));
            put(&mut out, mapping, start..end, Some(line));
            at = end;
        }
        if at == mapping.start {
            put(&mut out, mapping, mapping.start..mapping.end, None);
        }
    }
    out
}

fn put(
    out: &mut String,
    mapping: &MappingInfo,
    range: std::ops::Range<u64>,
    line: Option<&Line<'_>>,
) {
    const NAME_COLUMN: usize = 73;
    // Anonymous memory has no offset whatever part of a line it is.
    let offset = line.filter(|l| l.inode != "0").map_or(0, |l| l.offset + (range.start - l.start));
    let (device, inode) = line.map_or(("00:00", "0"), |l| (l.device, l.inode));
    let name = mapping.name.text().unwrap_or(line.map_or("", |l| l.name));
    let begin = out.len();
    let perms = letters(mapping);
    // Writing to a string does not fail.
    let _ =
        write!(out, "{:08x}-{:08x} {perms} {offset:08x} {device} {inode} ", range.start, range.end);
    if !name.is_empty() {
        let width = out.len() - begin;
        out.extend(std::iter::repeat_n(' ', NAME_COLUMN.saturating_sub(width)));
        out.push_str(name);
    }
    out.push('\n');
}

/// The path of the file mapped at an address, from the host's /proc/self/maps.
pub fn path_at(host: &str, addr: u64) -> Option<String> {
    let line = host.lines().filter_map(parse).find(|l| (l.start..l.end).contains(&addr))?;
    line.name.starts_with('/').then(|| line.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::RegionName;

    const HOST: &str = "\
00400000-00402000 r--p 00000000 fe:00 123                                /bin/x y
2aaaaa0000-2aaaab0000 rw-p 00000000 00:00 0 
555555554000-555555560000 rw-p 00000000 00:00 0                          [heap]
7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0                          [vdso]
";

    fn mapping(start: u64, end: u64, prot: u32, name: RegionName) -> MappingInfo {
        MappingInfo { start, end, prot, shared: false, file: None, name }
    }

    #[test]
    fn host_lines_are_cut_renamed_and_hidden() {
        let text = render(
            HOST,
            &[
                mapping(0x400000, 0x401000, 1, RegionName::None),
                mapping(0x401000, 0x402000, 5, RegionName::None),
                mapping(0x2aaaaa0000, 0x2aaaab0000, 3, RegionName::Heap),
            ],
        );
        let expected = "\
00400000-00401000 r--p 00000000 fe:00 123                                /bin/x y
00401000-00402000 r-xp 00001000 fe:00 123                                /bin/x y
2aaaaa0000-2aaaab0000 rw-p 00000000 00:00 0                              [heap]
";
        assert_eq!(text, expected);
    }

    #[test]
    fn without_the_host_the_list_alone_speaks() {
        let text = render("", &[mapping(0x1000, 0x2000, 0, RegionName::None)]);
        assert_eq!(text, "00001000-00002000 ---p 00000000 00:00 0 \n");
    }

    #[test]
    fn paths_are_found() {
        assert_eq!(path_at(HOST, 0x401fff).as_deref(), Some("/bin/x y"));
        assert_eq!(path_at(HOST, 0x402000), None);
        assert_eq!(path_at(HOST, 0x2aaaaa0000), None);
    }
}
