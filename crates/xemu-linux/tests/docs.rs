//! The generated document is the table's. `BLESS=1` writes it anew.

#[test]
fn syscall_document_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/syscalls.md");
    let text = xemu_linux::markdown();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &text).expect("docs can be written");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == text, "docs/syscalls.md is old: run the tests with BLESS=1");
}
