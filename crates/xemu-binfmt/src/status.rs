//! `binfmt status`: what is registered.

use crate::entry::Entry;
use crate::json;
use crate::table::Table;

/// The entry that the kernel would give an arm64 program to.
pub fn winner(entries: &[Entry]) -> Option<&Entry> {
    entries.iter().find(|entry| entry.enabled && entry.takes_arm64())
}

/// The entries about arm64 programs, for people.
pub fn text(table: &Table) -> String {
    let folder = table.folder().display();
    if !table.is_mounted() {
        return format!("binfmt_misc is not mounted on {folder}\n");
    }
    let entries = table.entries().unwrap_or_default();
    let mut out = format!(
        "binfmt_misc on {folder}: {}\n",
        if table.is_enabled() { "enabled" } else { "disabled" }
    );
    for entry in entries.iter().filter(|entry| entry.is_about_arm64()) {
        let state = match (entry.enabled, winner(&entries) == Some(entry)) {
            (_, true) => "runs arm64 programs",
            (true, _) if entry.takes_arm64() => "behind another entry",
            (true, _) => "does not match arm64 programs",
            (false, _) => "disabled",
        };
        let path = entry.interpreter.display();
        out += &format!("{}: {path}, flags {}, {state}\n", entry.name, entry.flags);
    }
    if !entries.iter().any(Entry::is_about_arm64) {
        out += "nothing is registered for arm64 programs\n";
    }
    out
}

/// Everything, for programs.
pub fn json_text(table: &Table) -> String {
    let mounted = table.is_mounted();
    let entries = table.entries_or_none();
    let row = |entry: &Entry| {
        format!(
            "    {{\"name\": {}, \"enabled\": {}, \"interpreter\": {}, \"flags\": {}, \
             \"arm64\": {}}}",
            json::string(&entry.name),
            entry.enabled,
            json::string(&entry.interpreter.to_string_lossy()),
            json::string(&entry.flags),
            entry.takes_arm64()
        )
    };
    let rows: Vec<String> = entries.iter().map(row).collect();
    let list = if rows.is_empty() { "[]".into() } else { format!("[\n{}\n  ]", rows.join(",\n")) };
    let active = winner(&entries).filter(|_| table.is_enabled());
    format!(
        "{{\n  \"mount\": {},\n  \"mounted\": {mounted},\n  \"enabled\": {},\n  \
         \"active\": {},\n  \"entries\": {list}\n}}\n",
        json::string(&table.folder().to_string_lossy()),
        mounted && table.is_enabled(),
        active.map_or_else(|| "null".to_owned(), |entry| json::string(&entry.name)),
    )
}

/// Whether the kernel has somebody for arm64 programs.
pub fn is_active(table: &Table) -> bool {
    table.is_mounted() && table.is_enabled() && winner(&table.entries_or_none()).is_some()
}
