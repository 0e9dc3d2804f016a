//! Golden files: texts in which each case is a comment, what goes in, and what comes out of it.
//! Included by the tests that have some, each of which makes the outputs in its own way.

use std::path::Path;
use std::{env, fs};

/// The last comment above the first difference, to name the case.
fn first_difference(want: &str, have: &str) -> String {
    let mut case = "";
    for (w, h) in want.lines().zip(have.lines()) {
        if w.starts_with('#') {
            case = w;
        }
        if w != h {
            return format!("{case}\n  expected: {w}\n  now:      {h}");
        }
    }
    format!("{case}\n  one text is longer")
}

/// Compares every file of the folder with what `blessed` makes of it now; with `BLESS` in the
/// environment writes that instead.
pub fn check(dir: &Path, blessed: impl Fn(&str) -> String) {
    let mut failures = String::new();
    let mut files = 0;
    for entry in fs::read_dir(dir).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        let want = fs::read_to_string(&path).expect("the file can be read");
        let have = blessed(&want);
        files += 1;
        if want == have {
            continue;
        }
        if env::var_os("BLESS").is_some() {
            fs::write(&path, have).expect("the file can be written");
        } else {
            let what = first_difference(&want, &have);
            failures += &format!("{}: {what}\n", path.display());
        }
    }
    assert!(files > 0 && failures.is_empty(), "{failures}");
}
