//! Prints system calls as strace does, from the argument kinds of the table.

pub mod shown;

use xemu_abi::{Errno, signal};

use crate::args::Kind;
use crate::mem;
use crate::names;
use crate::table::{Ret, Row};

/// How many bytes of a string or a buffer are shown.
const SHOWN_BYTES: usize = 32;

/// Reads guest memory for display.
pub struct Viewer;

impl Viewer {
    /// `len` bytes, if all can be read.
    pub fn bytes(&self, addr: u64, len: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; len];
        mem::read(addr, &mut bytes).ok()?;
        Some(bytes)
    }

    /// A zero-terminated string, quoted and cut off after `limit` bytes.
    fn string(&self, addr: u64, limit: usize) -> Option<String> {
        let bytes = mem::read_cstr(addr, limit + 1).ok()?;
        Some(quote(&bytes, limit))
    }
}

/// A quoted string with escapes; `...` behind it when it was cut off.
pub fn quote(bytes: &[u8], limit: usize) -> String {
    let mut out = String::from("\"");
    let shown = &bytes[..bytes.len().min(limit)];
    for (i, &byte) in shown.iter().enumerate() {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b'\r' => out.push_str("\\r"),
            0x0b => out.push_str("\\v"),
            0x0c => out.push_str("\\f"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                // As strace: the shortest octal form, unless a digit follows.
                let digit_next = shown.get(i + 1).is_some_and(u8::is_ascii_digit);
                let octal = format!("{byte:o}");
                out.push('\\');
                out.push_str(&if digit_next { format!("{octal:0>3}") } else { octal });
            }
        }
    }
    out.push('"');
    if bytes.len() > limit {
        out.push_str("...");
    }
    out
}

/// The arguments of a call: those that can be shown before it, and those only after it.
pub struct Entry {
    row: &'static Row,
    words: [u64; 6],
    parts: Vec<Option<String>>,
}

/// Formats what is known before the call.
pub fn enter(row: &'static Row, words: [u64; 6]) -> Entry {
    let parts = row
        .args
        .iter()
        .enumerate()
        .map(|(i, (_, kind))| match kind {
            Kind::Out(_) | Kind::OutData | Kind::PollFds if words[i] != 0 => None,
            _ => Some(argument(*kind, &words, i)),
        })
        .collect();
    Entry { row, words, parts }
}

impl Entry {
    /// `name(arguments`, for a call that does not return.
    pub fn open_text(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|p| p.clone().unwrap_or_default()).collect();
        format!("{}({}", self.row.name, parts.join(", "))
    }

    /// The whole line.
    pub fn close(&self, result: Result<u64, Errno>) -> String {
        let parts: Vec<String> = self
            .parts
            .iter()
            .enumerate()
            .map(|(i, part)| match part {
                Some(text) => text.clone(),
                None => self.output(i, result),
            })
            .collect();
        format!("{}({}) = {}", self.row.name, parts.join(", "), result_text(self.row.ret, result))
    }

    fn output(&self, i: usize, result: Result<u64, Errno>) -> String {
        let addr = self.words[i];
        let shown = match (self.row.args[i].1, result) {
            (Kind::Out(show), Ok(_)) => show(&Viewer, addr),
            (Kind::OutData, Ok(len)) => data(addr, len),
            (Kind::PollFds, _) => shown::poll_fds(&Viewer, addr, self.words[i + 1]),
            _ => None,
        };
        shown.unwrap_or_else(|| pointer(addr))
    }
}

/// The result as strace shows it.
pub fn result_text(ret: Ret, result: Result<u64, Errno>) -> String {
    match result {
        Ok(word) if ret == Ret::Hex => format!("{word:#x}"),
        Ok(word) => word.cast_signed().to_string(),
        Err(errno) if errno.0 >= 512 => format!("? {} ({})", errno.name(), errno.text()),
        Err(errno) => format!("-1 {} ({})", errno.name(), errno.text()),
    }
}

fn pointer(addr: u64) -> String {
    if addr == 0 { "NULL".to_owned() } else { format!("{addr:#x}") }
}

fn data(addr: u64, len: u64) -> Option<String> {
    let len = usize::try_from(len).ok()?;
    // One byte more than is shown tells that there was more.
    let bytes = Viewer.bytes(addr, len.min(SHOWN_BYTES + 1))?;
    Some(quote(&bytes, SHOWN_BYTES))
}

fn open_flags(value: u64) -> String {
    let access = match value & 3 {
        0 => "O_RDONLY",
        1 => "O_WRONLY",
        2 => "O_RDWR",
        _ => "O_ACCMODE",
    };
    match value & !3 {
        0 => access.to_owned(),
        rest => format!("{access}|{}", names::flags(rest, names::OPEN)),
    }
}

fn clone_flags(value: u64) -> String {
    let mut out = match value & !0xff {
        0 => String::new(),
        flags => names::flags(flags, names::CLONE),
    };
    if value & 0xff != 0 {
        if !out.is_empty() {
            out.push('|');
        }
        out.push_str(&signal::name((value & 0xff) as i32));
    }
    if out.is_empty() { "0".to_owned() } else { out }
}

fn strings(addr: u64, limit: usize) -> Option<Vec<u64>> {
    let mut items = Vec::new();
    for i in 0..limit as u64 {
        match mem::read_as::<u64>(addr.checked_add(i * 8)?).ok()? {
            0 => return Some(items),
            item => items.push(item),
        }
    }
    Some(items)
}

fn string_array(addr: u64) -> Option<String> {
    let items: Vec<String> = strings(addr, SHOWN_BYTES)?
        .iter()
        .map(|item| Viewer.string(*item, 256).unwrap_or_else(|| pointer(*item)))
        .collect();
    Some(format!("[{}]", items.join(", ")))
}

fn env_array(addr: u64) -> Option<String> {
    let count = strings(addr, 100_000)?.len();
    Some(format!("{addr:#x} /* {count} vars */"))
}

fn argument(kind: Kind, words: &[u64; 6], i: usize) -> String {
    let word = words[i];
    let short = word as u32;
    let shown = match kind {
        Kind::Int => Some(short.cast_signed().to_string()),
        Kind::DirFd if short.cast_signed() == xemu_abi::fcntl::AT_FDCWD => {
            Some("AT_FDCWD".to_owned())
        }
        Kind::DirFd => Some(short.cast_signed().to_string()),
        Kind::Uint => Some(short.to_string()),
        Kind::Long => Some(word.cast_signed().to_string()),
        Kind::Hex => Some(format!("{word:#x}")),
        Kind::Addr | Kind::Out(_) | Kind::OutData | Kind::PollFds => None,
        Kind::Str => Viewer.string(word, 4096),
        Kind::StrArray => string_array(word),
        Kind::EnvArray => env_array(word),
        Kind::Data => data(word, words.get(i + 1).copied().unwrap_or(0)),
        Kind::Mode => Some(format!("{short:#05o}").replacen("0o", "0", 1)),
        Kind::Signal => Some(signal::name(short.cast_signed())),
        Kind::Flags(names) => Some(names::flags(word, names)),
        Kind::OpenFlags => Some(open_flags(word)),
        Kind::CloneFlags => Some(clone_flags(word)),
        Kind::OneOf(table) => Some(
            names::one_of(u64::from(short), table)
                .map_or_else(|| format!("{short:#x}"), str::to_owned),
        ),
        Kind::MapFlags => {
            let kind = names::one_of(word & 0xf, names::MAP_TYPE).unwrap_or("MAP_FILE");
            let rest = word & !0xf;
            Some(match rest {
                0 => kind.to_owned(),
                _ => format!("{kind}|{}", names::flags(rest, names::MAP)),
            })
        }
        Kind::In(show) if word != 0 => show(&Viewer, word),
        Kind::In(_) => None,
        Kind::Sockaddr => {
            let len = words.get(i + 1).copied().unwrap_or(0);
            shown::sockaddr(&Viewer, word, len)
        }
    };
    shown.unwrap_or_else(|| pointer(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::lookup;

    fn line(nr: u64, words: [u64; 6], result: Result<u64, Errno>) -> String {
        enter(lookup(nr).expect("a known number"), words).close(result)
    }

    #[test]
    fn lines_read_like_strace() {
        let path = c"/etc/passwd";
        let addr = path.as_ptr() as u64;
        let words = [(-100i64) as u64, addr, 0o2000000, 0, 0, 0];
        assert_eq!(
            line(56, words, Ok(3)),
            "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC, 0000) = 3"
        );
        assert_eq!(
            line(57, [9, 0, 0, 0, 0, 0], Err(Errno::EBADF)),
            "close(9) = -1 EBADF (Bad file descriptor)"
        );
        let words = [0, 4096, 3, 0x22, u64::MAX, 0];
        assert_eq!(
            line(222, words, Ok(0x7000)),
            "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0x0) = 0x7000"
        );
        let text = b"hello\n";
        assert_eq!(
            line(64, [1, text.as_ptr() as u64, 6, 0, 0, 0], Ok(6)),
            "write(1, \"hello\\n\", 6) = 6"
        );
        assert_eq!(line(172, [0; 6], Ok(5)), "getpid() = 5");
        assert_eq!(line(129, [5, 15, 0, 0, 0, 0], Ok(0)), "kill(5, SIGTERM) = 0");
    }

    #[test]
    fn outputs_are_shown_after_the_call() {
        let pair = [3i32, 4];
        let words = [pair.as_ptr() as u64, 0, 0, 0, 0, 0];
        assert_eq!(line(59, words, Ok(0)), "pipe2([3, 4], 0) = 0");
        assert_eq!(
            line(59, [0; 6], Err(Errno::EFAULT)),
            "pipe2(NULL, 0) = -1 EFAULT (Bad address)"
        );
    }

    #[test]
    fn flags_and_polled_descriptors_have_names() {
        // struct pollfd: descriptor, events, what happened.
        let fds = [3u64 | 5 << 32 | 1 << 48, 4u64 | 1 << 32];
        let words = [fds.as_ptr() as u64, 2, 0, 0, 8, 0];
        assert_eq!(
            line(73, words, Ok(1)),
            "ppoll([{fd=3, events=POLLIN|POLLOUT, revents=POLLIN}, {fd=4, events=POLLIN}], 2, \
             NULL, NULL, 8) = 1"
        );
        assert_eq!(
            line(115, [1, 1, 0, 0, 0, 0], Ok(0)),
            "clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, NULL, NULL) = 0"
        );
        assert_eq!(line(230, [3, 0, 0, 0, 0, 0], Ok(0)), "mlockall(MCL_CURRENT|MCL_FUTURE) = 0");
    }

    #[test]
    fn strings_are_escaped_and_cut() {
        assert_eq!(quote(b"a\"\n\x01b", 32), "\"a\\\"\\n\\1b\"");
        assert_eq!(quote(b"\x017", 32), "\"\\0017\"");
        assert_eq!(quote(b"abcdef", 3), "\"abc\"...");
    }

    #[test]
    fn calls_that_do_not_return_are_left_open() {
        assert_eq!(enter(lookup(93).expect("exit"), [1, 0, 0, 0, 0, 0]).open_text(), "exit(1");
    }

    #[test]
    fn clone_shows_its_signal() {
        let words = [0x4111, 0, 0, 0, 0, 0];
        let text = line(220, words, Ok(7));
        assert!(text.starts_with("clone(CLONE_VM|CLONE_VFORK|SIGCHLD, NULL"), "{text}");
    }
}
