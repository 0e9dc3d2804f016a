//! As much of Rust's lexical rules as the checks need: which bytes are code, and which are comment
//! or text.

use std::iter::Peekable;
use std::str::Chars;

/// A file taken apart: both texts have the lines and columns of the original.
pub struct Parts {
    /// The file with every comment, string and character literal blanked.
    pub code: String,
    /// The file with everything but its comments blanked.
    pub comments: String,
}

struct Splitter<'a> {
    input: Peekable<Chars<'a>>,
    parts: Parts,
}

/// Separates the code of a Rust file from its comments and its literals.
pub fn split(text: &str) -> Parts {
    let empty = || String::with_capacity(text.len());
    let parts = Parts { code: empty(), comments: empty() };
    let mut splitter = Splitter { input: text.chars().peekable(), parts };
    let mut previous = ' ';
    while let Some(c) = splitter.input.next() {
        splitter.step(c, previous);
        previous = c;
    }
    splitter.parts
}

impl Splitter<'_> {
    fn step(&mut self, c: char, previous: char) {
        let next = self.input.peek().copied().unwrap_or(' ');
        let word_before = previous.is_alphanumeric() || previous == '_';
        match (c, next) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(0),
            ('r', '"' | '#') if !word_before || previous == 'b' => self.raw_string(),
            ('\'', _) => self.quote(next),
            _ => self.code(c),
        }
    }

    fn code(&mut self, c: char) {
        self.parts.code.push(c);
        self.parts.comments.push(if c == '\n' { '\n' } else { ' ' });
    }

    fn comment(&mut self, c: char) {
        self.parts.comments.push(c);
        self.parts.code.push(if c == '\n' { '\n' } else { ' ' });
    }

    fn blank(&mut self, c: char) {
        let c = if c == '\n' { '\n' } else { ' ' };
        self.parts.code.push(c);
        self.parts.comments.push(c);
    }

    fn line_comment(&mut self) {
        self.comment('/');
        while self.input.peek().is_some_and(|&c| c != '\n') {
            let c = self.input.next().unwrap_or('\n');
            self.comment(c);
        }
    }

    fn block_comment(&mut self) {
        self.comment('/');
        let (mut depth, mut previous) = (0, '/');
        while let Some(c) = self.input.next() {
            self.comment(c);
            match (previous, c) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    previous = c;
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
            previous = ' ';
        }
    }

    /// A string whose end is a quote followed by `hashes` number signs.
    fn string(&mut self, hashes: usize) {
        self.blank('"');
        let raw = hashes > 0;
        while let Some(c) = self.input.next() {
            self.blank(c);
            if c == '\\' && !raw {
                if let Some(escaped) = self.input.next() {
                    self.blank(escaped);
                }
            } else if c == '"' && self.closes(hashes) {
                return;
            }
        }
    }

    fn closes(&mut self, hashes: usize) -> bool {
        let mut ahead = self.input.clone();
        if !(0..hashes).all(|_| ahead.next() == Some('#')) {
            return false;
        }
        for _ in 0..hashes {
            self.input.next();
            self.blank('#');
        }
        true
    }

    fn raw_string(&mut self) {
        let mut ahead = self.input.clone();
        let mut hashes = 0;
        while ahead.peek() == Some(&'#') {
            ahead.next();
            hashes += 1;
        }
        if ahead.peek() != Some(&'"') {
            self.code('r');
            return;
        }
        self.blank('r');
        for _ in 0..hashes {
            self.input.next();
            self.blank('#');
        }
        self.input.next();
        if hashes > 0 { self.string(hashes) } else { self.raw_without_hashes() }
    }

    fn raw_without_hashes(&mut self) {
        self.blank('"');
        for c in self.input.by_ref() {
            let blank = if c == '\n' { '\n' } else { ' ' };
            self.parts.code.push(blank);
            self.parts.comments.push(blank);
            if c == '"' {
                return;
            }
        }
    }

    /// A character literal, or the quote of a lifetime.
    fn quote(&mut self, next: char) {
        let mut ahead = self.input.clone();
        ahead.next();
        let is_literal = next == '\\' || ahead.next() == Some('\'');
        if !is_literal {
            self.code('\'');
            return;
        }
        self.blank('\'');
        let mut escaped = false;
        while let Some(c) = self.input.next() {
            self.blank(c);
            if c == '\'' && !escaped {
                return;
            }
            escaped = c == '\\' && !escaped;
        }
    }
}

/// The 1-based numbers of the lines that belong to items under `#[cfg(test)]`.
pub fn test_lines(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut inside = vec![false; lines.len() + 1];
    let mut at = 0;
    while at < lines.len() {
        if !lines[at].trim_start().starts_with("#[cfg(test)]") {
            at += 1;
            continue;
        }
        let (mut depth, mut opened) = (0i32, false);
        while at < lines.len() {
            inside[at + 1] = true;
            for c in lines[at].chars() {
                match c {
                    '{' => (depth, opened) = (depth + 1, true),
                    '}' => depth -= 1,
                    ';' if depth == 0 => opened = true,
                    _ => {}
                }
            }
            at += 1;
            if opened && depth == 0 {
                break;
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_code_comments_and_literals() {
        let parts =
            split("let a = \"unsafe // no\"; // unsafe\nlet b = 'x'; let c: &'a T = r#\"x\"y\"#;");
        assert!(!parts.code.contains("unsafe"));
        assert!(parts.comments.contains("unsafe") && !parts.comments.contains("no"));
        assert!(parts.code.contains("&'a T"));
        assert!(!parts.code.contains('y'));
        assert_eq!(parts.code.lines().count(), 2);
    }

    #[test]
    fn follows_nested_comments_and_escapes() {
        let parts = split("/* a /* b */ c */ d \"\\\"\" e '\\'' f b\"g\" br\"h\\\" i");
        let words: Vec<_> = parts.code.split_whitespace().collect();
        assert_eq!(words, ["d", "e", "f", "b", "b", "i"]);
    }

    #[test]
    fn finds_test_items() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests;\nfn b() {}\n\
                    #[cfg(test)]\nmod t {\n  x\n}\nfn c() {}";
        let inside = test_lines(code);
        let numbers: Vec<_> = (1..inside.len()).filter(|&i| inside[i]).collect();
        assert_eq!(numbers, [2, 3, 5, 6, 7, 8]);
    }
}
