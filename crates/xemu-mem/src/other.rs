//! The memory of another process of this emulator, as far as the host tells of it.
//!
//! The host's list has the emulator's mappings, which lie high, and it knows nothing of what the
//! guest may execute: whether a part of a file may be is asked of the caller, who can look at the
//! program headers. Code that the other has made itself looks as if it could not be executed.

use crate::consts::{PROT_EXEC, PROT_READ, PROT_WRITE};
use crate::layout::OVERFLOW_END;
use crate::list::{FileId, MappingInfo, RegionName};
use crate::maps_text::{self, parse, render};
use crate::proc_text;

/// What is known of the places in the other's memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    /// The first stack pointer.
    pub stack: u64,
    /// The vdso's ELF header.
    pub vdso: u64,
}

/// The other's mappings.
pub struct OtherSpace {
    host: String,
    mappings: Vec<MappingInfo>,
}

impl OtherSpace {
    /// From the host's maps file. `is_code` tells whether a file may be executed at an offset.
    pub fn new(host: String, places: Places, is_code: &mut dyn FnMut(&str, u64) -> bool) -> Self {
        let mut mappings = Vec::new();
        for line in host.lines() {
            let (Some(parsed), Some(perms)) = (parse(line), line.split(' ').nth(1)) else {
                continue;
            };
            if parsed.start >= OVERFLOW_END {
                continue;
            }
            let inside = |at: u64| (parsed.start..parsed.end).contains(&at);
            let name = match parsed.name {
                _ if inside(places.stack) => RegionName::Stack,
                _ if inside(places.vdso) => RegionName::Vdso,
                _ => RegionName::None,
            };
            let has = |letter, bit| if perms.contains(letter) { bit } else { 0 };
            let mut prot = has('r', PROT_READ) | has('w', PROT_WRITE);
            let file =
                parsed.name.starts_with('/').then_some((FileId { dev: 0, ino: 0 }, parsed.offset));
            let is_code = file.is_some() && is_code(parsed.name, parsed.offset);
            if prot == PROT_READ && (is_code || name == RegionName::Vdso) {
                prot |= PROT_EXEC;
            }
            let (start, end, shared) = (parsed.start, parsed.end, perms.ends_with('s'));
            mappings.push(MappingInfo { start, end, prot, shared, file, name });
        }
        Self { host, mappings }
    }

    /// Its mappings.
    pub fn mappings(&self) -> &[MappingInfo] {
        &self.mappings
    }

    /// Its maps file.
    pub fn maps_text(&self) -> String {
        render(&self.host, &self.mappings)
    }

    /// Its smaps file, from the host's.
    pub fn smaps_text(&self, host: &str) -> String {
        proc_text::smaps(host, &self.mappings)
    }

    /// Its numa_maps file, from the host's.
    pub fn numa_maps_text(&self, host: &str) -> String {
        proc_text::numa_maps(host, &self.mappings)
    }

    /// The path of the file mapped at an address.
    pub fn path_at(&self, addr: u64) -> Option<String> {
        maps_text::path_at(&self.host, addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "\
00400000-00401000 r--p 00000000 fe:00 123                                /bin/program
00401000-00402000 r--p 00001000 fe:00 123                                /bin/program
00402000-00403000 rw-p 00002000 fe:00 123                                /bin/program
3fff000000-3fff001000 r--p 00000000 00:00 0 
3fffff0000-3fffff8000 rw-p 00000000 00:00 0 
555555554000-555555560000 rw-p 00000000 00:00 0                          [heap]
7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0                          [vdso]
";

    #[test]
    fn the_guests_part_is_shown_as_the_guest_has_it() {
        let places = Places { stack: 0x3f_ffff_7ff0, vdso: 0x3f_ff00_0000 };
        let mut is_code = |path: &str, at: u64| path == "/bin/program" && at >= 0x1000;
        let text = OtherSpace::new(HOST.to_owned(), places, &mut is_code).maps_text();
        let perms: Vec<_> = text.lines().filter_map(|l| l.split(' ').nth(1)).collect();
        assert_eq!(perms, ["r--p", "r-xp", "rw-p", "r-xp", "rw-p"]);
        assert!(text.contains("[vdso]\n") && text.ends_with("[stack]\n"));
        assert!(!text.contains("[heap]"));
    }
}
