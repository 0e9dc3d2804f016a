//! Writing JSON: strings, and lists of them.

/// A string with its quotes.
pub fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of strings, one on each line, indented by `indent`; `null` when there are none and
/// `or_null` is set.
pub fn lines(items: &[String], indent: &str, or_null: bool) -> String {
    if items.is_empty() {
        return if or_null { "null" } else { "[]" }.to_owned();
    }
    let items: Vec<String> = items.iter().map(|i| format!("{indent}  {}", string(i))).collect();
    format!("[\n{}\n{indent}]", items.join(",\n"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn strings_are_escaped() {
        assert_eq!(super::string("a\"b\\c\n\u{1}ü"), r#""a\"b\\c\n\u0001ü""#);
        assert_eq!(super::lines(&[], "", true), "null");
        assert_eq!(super::lines(&["a".into()], "  ", false), "[\n    \"a\"\n  ]");
    }
}
