//! Which platforms of container images run here, in the words of the OCI.

use crate::entry::Entry;
use crate::probe;

/// The platforms of entries: class, byte order, machine of the ELF header and the OCI's names.
const FOREIGN: &[(u8, u8, u16, &[&str])] = &[
    (2, 1, 243, &["linux/riscv64"]),
    (2, 1, 21, &["linux/ppc64le"]),
    (2, 2, 22, &["linux/s390x"]),
    (1, 1, 3, &["linux/386"]),
    (2, 1, 8, &["linux/mips64le"]),
    (2, 2, 8, &["linux/mips64"]),
    (2, 1, 258, &["linux/loong64"]),
    (1, 1, 40, &["linux/arm/v7", "linux/arm/v6"]),
];

/// How many of the levels of x86-64 this processor has.
fn x86_64_level() -> usize {
    let v2 = is_x86_feature_detected!("sse4.2")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("cmpxchg16b");
    let v3 = v2
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("movbe");
    let v4 = v3
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512cd")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    1 + usize::from(v2) + usize::from(v3) + usize::from(v4)
}

/// The platforms that run: the machine's own, arm64 if the kernel runs the probe, and those that
/// other entries are registered for.
pub fn supported(entries: &[Entry]) -> Vec<String> {
    let native = ["linux/amd64", "linux/amd64/v2", "linux/amd64/v3", "linux/amd64/v4"];
    let mut list: Vec<String> = native[..x86_64_level()].iter().map(|&p| p.to_owned()).collect();
    if probe::arm64().is_success() {
        list.push("linux/arm64".to_owned());
    }
    for (class, order, machine, names) in FOREIGN {
        let wanted = (*class, *order, *machine);
        let native = wanted == (1, 1, 3) && probe::runs_i386();
        let serves = |entry: &Entry| entry.enabled && entry.elf_machine() == Some(wanted);
        if native || entries.iter().any(serves) {
            list.extend(names.iter().map(|&name| name.to_owned()));
        }
    }
    list
}
