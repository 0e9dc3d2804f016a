//! One entry of binfmt_misc, as the kernel shows it.

use std::path::PathBuf;

/// The header of an arm64 program, the part that decides.
const ARM64_HEADER: [u8; 20] =
    [0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xb7, 0];
/// Where `e_type` is in it.
const TYPE: usize = 16;
/// Where `e_machine` is in it.
const MACHINE: usize = 18;

/// How an entry recognises its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// By bytes at an offset; a mask as long as the bytes, all ones when there is none.
    Magic {
        /// Where in the file.
        offset: usize,
        /// The bytes.
        magic: Vec<u8>,
        /// Which of their bits count.
        mask: Vec<u8>,
    },
    /// By the end of the file's name, without the dot.
    Extension(String),
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its file's name.
    pub name: String,
    /// Whether the kernel heeds it.
    pub enabled: bool,
    /// The path of the program that runs the files.
    pub interpreter: PathBuf,
    /// The letters of its flags, as `POCF`.
    pub flags: String,
    /// What it recognises.
    pub matches: Match,
}

impl Entry {
    /// Reads the text of an entry's file; `None` when it is no entry.
    pub fn parse(name: &str, text: &str) -> Option<Entry> {
        let mut lines = text.lines();
        let enabled = match lines.next()? {
            "enabled" => true,
            "disabled" => false,
            _ => return None,
        };
        let (mut interpreter, mut flags) = (None, String::new());
        let (mut offset, mut magic, mut mask, mut extension) = (0, None, None, None);
        for line in lines {
            let Some((key, value)) = line.split_once(' ') else { continue };
            match key {
                "interpreter" => interpreter = Some(PathBuf::from(value)),
                "flags:" => flags = value.trim().to_owned(),
                "offset" => offset = value.parse().ok()?,
                "magic" => magic = Some(from_hex(value)?),
                "mask" => mask = Some(from_hex(value)?),
                "extension" => extension = Some(value.trim_start_matches('.').to_owned()),
                _ => {}
            }
        }
        let matches = match (magic, extension) {
            (Some(magic), _) => {
                let mask = mask.unwrap_or_else(|| vec![0xff; magic.len()]);
                (mask.len() == magic.len()).then_some(Match::Magic { offset, magic, mask })?
            }
            (None, Some(extension)) => Match::Extension(extension),
            (None, None) => return None,
        };
        Some(Entry { name: name.to_owned(), enabled, interpreter: interpreter?, flags, matches })
    }

    /// Whether the flag is set.
    pub fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// Whether the kernel gives arm64 programs to it: both kinds, fixed and position-independent.
    pub fn takes_arm64(&self) -> bool {
        [2, 3].into_iter().all(|kind| {
            let mut header = ARM64_HEADER;
            header[TYPE] = kind;
            self.takes(&header)
        })
    }

    /// Whether it is meant for arm64 programs, be it by its name only.
    pub fn is_about_arm64(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        self.takes_arm64() || name.ends_with("aarch64") || name.ends_with("arm64")
    }

    fn takes(&self, head: &[u8]) -> bool {
        let Match::Magic { offset, magic, mask } = &self.matches else { return false };
        let Some(bytes) = head.get(*offset..).and_then(|rest| rest.get(..magic.len())) else {
            return false;
        };
        bytes.iter().zip(magic).zip(mask).all(|((byte, magic), mask)| (byte ^ magic) & mask == 0)
    }

    /// The class, byte order and machine of the ELF files it recognises.
    pub fn elf_machine(&self) -> Option<(u8, u8, u16)> {
        let Match::Magic { offset: 0, magic, .. } = &self.matches else { return None };
        if !magic.starts_with(b"\x7fELF") {
            return None;
        }
        let machine: [u8; 2] = magic.get(MACHINE..MACHINE + 2)?.try_into().ok()?;
        let machine =
            if magic[5] == 2 { u16::from_be_bytes(machine) } else { u16::from_le_bytes(machine) };
        Some((magic[4], magic[5], machine))
    }

    /// The line that makes the same entry again.
    pub fn register_line(&self) -> Vec<u8> {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("\\x{b:02x}")).collect::<String>();
        let (kind, offset, magic, mask) = match &self.matches {
            Match::Magic { offset, magic, mask } => {
                ("M", offset.to_string(), hex(magic), hex(mask))
            }
            Match::Extension(extension) => ("E", String::new(), extension.clone(), String::new()),
        };
        let interpreter = self.interpreter.to_string_lossy();
        let fields: [&str; 7] =
            [&self.name, kind, &offset, &magic, &mask, &interpreter, &self.flags];
        let delimiter = [':', ',', ';', '|', '\u{1}']
            .into_iter()
            .find(|d| !fields.iter().any(|field| field.contains(*d)))
            .unwrap_or('\u{2}');
        let line: String = fields.iter().map(|field| format!("{delimiter}{field}")).collect();
        line.into_bytes()
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "enabled\ninterpreter /usr/bin/qemu-aarch64\nflags: OCF\noffset 0\n\
        magic 7f454c460201010000000000000000000200b700\n\
        mask ffffffffffffff00fffffffffffffffffeffffff\n";

    #[test]
    fn reads_what_the_kernel_shows() {
        let entry = Entry::parse("qemu-aarch64", TEXT).expect("is an entry");
        assert!(entry.enabled && entry.takes_arm64() && entry.has('C') && !entry.has('P'));
        assert_eq!(entry.interpreter, PathBuf::from("/usr/bin/qemu-aarch64"));
        assert_eq!(entry.elf_machine(), Some((2, 1, 183)));
        let again = Entry::parse("qemu-aarch64", &TEXT.replace("enabled", "disabled"));
        assert!(!again.expect("is an entry").enabled);
        assert_eq!(Entry::parse("status", "enabled\n"), None);
        assert_eq!(Entry::parse("x", "enabled\ninterpreter /x\nflags: \nmagic 7f4\n"), None);
    }

    #[test]
    fn an_entry_takes_arm64_programs_or_not() {
        let with = |from: &str, to: &str| {
            Entry::parse("e", &TEXT.replace(from, to)).expect("is an entry").takes_arm64()
        };
        assert!(with("", ""));
        assert!(!with("00b700", "00f300"), "RISC-V");
        assert!(!with("feffffff", "ffffffff"), "fixed addresses only");
        assert!(!with("offset 0", "offset 4"));
        let jar = "enabled\ninterpreter /usr/bin/java\nflags: \nextension .jar\n";
        assert!(!Entry::parse("jar", jar).expect("is an entry").takes_arm64());
    }

    #[test]
    fn a_line_for_the_same_entry() {
        let entry = Entry::parse("q", TEXT).expect("is an entry");
        let line = String::from_utf8(entry.register_line()).expect("is text");
        assert!(line.starts_with(r":q:M:0:\x7f\x45\x4c\x46\x02"), "{line}");
        assert!(line.ends_with(r"\xfe\xff\xff\xff:/usr/bin/qemu-aarch64:OCF"), "{line}");
        let odd = Entry { interpreter: "/a:b".into(), ..entry };
        assert!(odd.register_line().starts_with(b",q,M,0,"));
    }
}
