//! Const parser of the bit patterns in the decode table.
//!
//! A pattern lists the 32 bits from bit 31 down to bit 0: runs of `0` and `1` are fixed bits, `-`
//! is one ignored bit, `name` is a field of one bit, `name:N` a field of N bits and `name:sN` a
//! signed field. Everything here runs at compile time; a malformed row stops the build.

/// A field of an encoding, as the Arm manual names it (in lower case).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in the manual, lower case.
    pub name: &'static str,
    /// Lowest bit of the field.
    pub pos: u32,
    /// Width in bits.
    pub width: u32,
    /// Whether the accessor sign-extends the field.
    pub signed: bool,
}

impl Field {
    /// The field's bits in `word`, zero-extended.
    pub const fn get(self, word: u32) -> u32 {
        (word >> self.pos) & (u32::MAX >> (32 - self.width))
    }

    /// The field's bits in `word`, sign-extended.
    pub const fn get_signed(self, word: u32) -> i32 {
        ((word << (32 - self.pos - self.width)) as i32) >> (32 - self.width)
    }
}

/// One element of a pattern and the index of the byte after it.
struct Token {
    field: Field,
    /// Fixed bits of this token, aligned to its position.
    mask: u32,
    value: u32,
    next: usize,
}

const fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\n'
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

const fn skip_spaces(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && is_space(text[at]) {
        at += 1;
    }
    at
}

const fn slice(text: &'static str, from: usize, to: usize) -> &'static str {
    text.split_at(to).0.split_at(from).1
}

/// Reads the field that starts at `at`; `end` is the bit above the field.
const fn field_token(pattern: &'static str, at: usize, end: u32) -> Token {
    let text = pattern.as_bytes();
    let mut next = at;
    while next < text.len() && is_name(text[next]) {
        next += 1;
    }
    assert!(next > at, "unexpected character in a bit pattern");
    let name = slice(pattern, at, next);
    let mut field = Field { name, pos: 0, width: 1, signed: false };
    let colon = skip_spaces(text, next);
    if colon < text.len() && text[colon] == b':' {
        next = skip_spaces(text, colon + 1);
        if text[next] == b's' {
            field.signed = true;
            next += 1;
        }
        field.width = 0;
        while next < text.len() && text[next].is_ascii_digit() {
            field.width = field.width * 10 + (text[next] - b'0') as u32;
            next += 1;
        }
    }
    assert!(field.width > 0 && field.width <= end, "a bit pattern is wider than 32 bits");
    field.pos = end - field.width;
    Token { field, mask: 0, value: 0, next }
}

/// Reads the token that starts at byte `at`; `end` is the bit above the token.
const fn token(pattern: &'static str, at: usize, end: u32) -> Token {
    let text = pattern.as_bytes();
    if !matches!(text[at], b'0' | b'1' | b'-') {
        return field_token(pattern, at, end);
    }
    assert!(end > 0, "a bit pattern is wider than 32 bits");
    let pos = end - 1;
    let fixed = text[at] != b'-';
    Token {
        field: Field { name: "", pos, width: 1, signed: false },
        mask: (fixed as u32) << pos,
        value: ((text[at] == b'1') as u32) << pos,
        next: at + 1,
    }
}

/// What a whole pattern fixes.
pub(crate) struct Shape {
    pub mask: u32,
    pub value: u32,
    pub fields: usize,
}

/// Mask, value and number of fields of a pattern.
pub(crate) const fn shape(pattern: &'static str) -> Shape {
    let text = pattern.as_bytes();
    let mut shape = Shape { mask: 0, value: 0, fields: 0 };
    let mut end = 32;
    let mut at = skip_spaces(text, 0);
    while at < text.len() {
        let token = token(pattern, at, end);
        shape.mask |= token.mask;
        shape.value |= token.value;
        shape.fields += !token.field.name.is_empty() as usize;
        end = token.field.pos;
        at = skip_spaces(text, token.next);
    }
    assert!(end == 0, "a bit pattern is narrower than 32 bits");
    shape
}

/// The fields of a pattern, highest bits first; `N` is [`Shape::fields`].
pub(crate) const fn fields<const N: usize>(pattern: &'static str) -> [Field; N] {
    let text = pattern.as_bytes();
    let mut fields = [Field { name: "", pos: 0, width: 1, signed: false }; N];
    let mut count = 0;
    let mut end = 32;
    let mut at = skip_spaces(text, 0);
    while at < text.len() {
        let token = token(pattern, at, end);
        if !token.field.name.is_empty() {
            fields[count] = token.field;
            count += 1;
        }
        end = token.field.pos;
        at = skip_spaces(text, token.next);
    }
    fields
}

/// As [`fields`], at run time.
pub(crate) fn field_list(pattern: &'static str) -> Vec<Field> {
    let text = pattern.as_bytes();
    let mut fields = Vec::new();
    let mut end = 32;
    let mut at = skip_spaces(text, 0);
    while at < text.len() {
        let token = token(pattern, at, end);
        if !token.field.name.is_empty() {
            fields.push(token.field);
        }
        end = token.field.pos;
        at = skip_spaces(text, token.next);
    }
    fields
}

/// The field `name` among `fields`.
pub(crate) const fn find(fields: &[Field], name: &str) -> Field {
    let at = position(fields, name);
    assert!(at < fields.len(), "no such field in the bit pattern");
    fields[at]
}

/// Whether `name` is among `fields`.
pub(crate) const fn has(fields: &[Field], name: &str) -> bool {
    position(fields, name) < fields.len()
}

const fn position(fields: &[Field], name: &str) -> usize {
    let mut at = 0;
    while at < fields.len() && !same(fields[at].name.as_bytes(), name.as_bytes()) {
        at += 1;
    }
    at
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
