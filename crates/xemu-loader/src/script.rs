//! The `#!` line. (fs/binfmt_script.c)

use crate::Cause;

/// How many bytes of a file the kernel looks at.
pub(crate) const HEAD_SIZE: usize = 256;

/// The interpreter of a script and its one optional argument. `head` is the file's first bytes, at
/// most [`HEAD_SIZE`], and begins with `#!`.
pub(crate) fn parse(head: &[u8]) -> Cause {
    let text = &head[2..];
    let line_end = text.iter().position(|&b| b == b'\n' || b == 0);
    let is_cut = line_end.is_none() && head.len() >= HEAD_SIZE;
    let line = &text[..line_end.unwrap_or(text.len())];
    let line = line.trim_ascii_start();
    let blank = |&b: &u8| b == b' ' || b == b'\t';
    let end = line.iter().position(blank);
    // A name that reaches to the end of what the kernel sees may be cut off.
    if line.is_empty() || (is_cut && end.is_none()) {
        return Cause::BadScript;
    }
    let (interpreter, rest) = line.split_at(end.unwrap_or(line.len()));
    let argument = rest.trim_ascii();
    Cause::Script {
        interpreter: interpreter.trim_ascii_end().to_vec(),
        argument: (!argument.is_empty()).then(|| argument.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(interpreter: &str, argument: Option<&str>) -> Cause {
        Cause::Script {
            interpreter: interpreter.into(),
            argument: argument.map(|a| a.as_bytes().to_vec()),
        }
    }

    #[test]
    fn the_line_is_split_once() {
        assert_eq!(parse(b"#!/bin/sh\necho"), script("/bin/sh", None));
        assert_eq!(
            parse(b"#! \t/usr/bin/env  -S a  b \nx"),
            script("/usr/bin/env", Some("-S a  b"))
        );
        assert_eq!(parse(b"#!/bin/sh"), script("/bin/sh", None));
        assert_eq!(parse(b"#!/bin/sh -e\0junk\n"), script("/bin/sh", Some("-e")));
    }

    #[test]
    fn a_line_without_a_name_or_with_half_a_name_is_refused() {
        assert_eq!(parse(b"#!\n"), Cause::BadScript);
        assert_eq!(parse(b"#!   \t "), Cause::BadScript);
        let mut long = [b'a'; HEAD_SIZE];
        long[..3].copy_from_slice(b"#!/");
        assert_eq!(parse(&long), Cause::BadScript);
        long[100] = b' ';
        assert!(matches!(parse(&long), Cause::Script { .. }), "an argument may be cut off");
    }
}
