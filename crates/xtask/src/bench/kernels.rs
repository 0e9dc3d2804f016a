//! The CPU kernels: one source, built for both machines, run natively, under the emulator and under
//! the peer.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Setting;
use super::measure::{measure, output, show};
use crate::cargo::run;
use crate::repository;

/// The same for both machines; without contraction, so that both round alike.
const FLAGS: &[&str] = &["-O2", "-static", "-pthread", "-ffp-contract=off"];

struct Row {
    name: String,
    native: Duration,
    ours: Duration,
    peer: Option<Duration>,
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn sources(only: &[String]) -> Result<Vec<PathBuf>, String> {
    let folder = repository::root().join("benches/kernels");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension() == Some(OsStr::new("c")))
        .filter(|path| only.is_empty() || only.iter().any(|name| *name == stem(path)))
        .collect();
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Builds `source` with `compiler` unless what is there is newer.
fn build(compiler: &str, folder: &Path, source: &Path) -> Result<PathBuf, String> {
    let program = folder.join(stem(source));
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    if time(&program) >= time(source) {
        return Ok(program);
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    run(Command::new(compiler).args(FLAGS).arg("-o").arg(&program).arg(source).arg("-lm"))?;
    Ok(program)
}

fn bench(setting: &Setting, source: &Path) -> Result<Row, String> {
    let cache = repository::cache().join("kernels");
    let native = build("gcc", &cache.join("native"), source)?;
    let guest = build("aarch64-linux-gnu-gcc", &cache.join("arm64"), source)?;
    let ours = [setting.emulator.as_os_str(), guest.as_os_str()];
    let (expected, got) = (output(&[native.as_os_str()])?, output(&ours)?);
    if expected != got {
        return Err(format!("{}: {} natively, {} here", stem(source), expected.trim(), got.trim()));
    }
    let peer = match &setting.peer {
        Some(peer) => Some(measure(setting.runs, &[peer.as_os_str(), guest.as_os_str()])?.least),
        None => None,
    };
    Ok(Row {
        name: stem(source),
        native: measure(setting.runs, &[native.as_os_str()])?.least,
        ours: measure(setting.runs, &ours)?.least,
        peer,
    })
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> f64 {
    let logarithms: Vec<f64> = values.map(f64::ln).collect();
    if logarithms.is_empty() {
        return f64::NAN;
    }
    (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp()
}

/// The table of all kernels, with the geometric means below.
///
/// # Errors
/// When no kernel can be built or run; a kernel that fails is named and left out of the means.
pub fn table(setting: &Setting) -> Result<String, String> {
    let mut rows = Vec::new();
    let mut failures = String::new();
    for source in sources(&setting.only)? {
        match bench(setting, &source) {
            Ok(row) => {
                eprintln!("{:<12} {:>6.2} × native", row.name, ratio(row.ours, row.native));
                rows.push(row);
            }
            Err(error) => {
                eprintln!("{error}");
                let _ = writeln!(failures, "\nFailed: {error}");
            }
        }
    }
    if rows.is_empty() {
        return Err(format!("no kernel could be measured{failures}"));
    }
    Ok(render(&rows) + &failures)
}

fn render(rows: &[Row]) -> String {
    let mut text = String::from(
        "## Kernels\n\nThe last column says how many times faster than QEMU.\n\n\
         | kernel | native | xemu | QEMU | xemu / native | QEMU / native | QEMU / xemu |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.2}"));
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.2} | {} | {} |",
            row.name,
            show(row.native),
            show(row.ours),
            row.peer.map_or_else(|| "–".to_owned(), show),
            ratio(row.ours, row.native),
            number(row.peer.map(|peer| ratio(peer, row.native))),
            number(row.peer.map(|peer| ratio(peer, row.ours))),
        );
    }
    let with_peer = || rows.iter().filter_map(|row| row.peer.map(|peer| (row, peer)));
    let peer_mean = |f: &dyn Fn(&Row, Duration) -> f64| {
        number(
            Some(geometric_mean(with_peer().map(|(row, peer)| f(row, peer))))
                .filter(|v| !v.is_nan()),
        )
    };
    let _ = writeln!(
        text,
        "| **geometric mean** | | | | **{:.2}** | **{}** | **{}** |",
        geometric_mean(rows.iter().map(|row| ratio(row.ours, row.native))),
        peer_mean(&|row, peer| ratio(peer, row.native)),
        peer_mean(&|row, peer| ratio(peer, row.ours)),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_geometric() {
        assert!((geometric_mean([1.0, 4.0].into_iter()) - 2.0).abs() < 1e-12);
        assert!(geometric_mean(std::iter::empty()).is_nan());
    }

    #[test]
    fn a_row_shows_both_ratios() {
        let ms = Duration::from_millis;
        let row = Row { name: "k".into(), native: ms(10), ours: ms(20), peer: Some(ms(80)) };
        assert!(
            render(&[row]).contains("| k | 10.0 ms | 20.0 ms | 80.0 ms | 2.00 | 8.00 | 4.00 |")
        );
    }
}
