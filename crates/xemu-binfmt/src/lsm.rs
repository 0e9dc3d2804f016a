//! Security modules that may forbid what permissions allow.

use std::fs;

/// A sentence about the security module in force here and the command that shows what it forbade.
pub fn suspect() -> Option<(String, &'static str)> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    from_texts(
        &read("/sys/fs/selinux/enforce"),
        &read("/proc/self/attr/apparmor/current"),
        &read("/proc/self/attr/current"),
    )
}

fn from_texts(enforce: &str, apparmor: &str, current: &str) -> Option<(String, &'static str)> {
    if enforce == "1" {
        return Some((
            "SELinux is enforcing and may forbid it".to_owned(),
            "sudo ausearch -m avc -ts recent",
        ));
    }
    let profile = if apparmor.is_empty() { current } else { apparmor };
    let profile = profile.trim_end_matches('\0');
    if profile.is_empty() || profile.starts_with("unconfined") || !profile.contains(" (") {
        return None;
    }
    Some((
        format!("the AppArmor profile {profile} may forbid it"),
        "sudo journalctl -k -g 'apparmor=.DENIED'",
    ))
}

#[cfg(test)]
mod tests {
    use super::from_texts;

    #[test]
    fn the_module_in_force_is_named() {
        let name = |a, b, c| from_texts(a, b, c).map(|(text, _)| text);
        assert!(name("1", "", "").expect("SELinux").contains("SELinux"));
        assert_eq!(name("0", "", "unconfined\n"), None);
        assert_eq!(name("", "", ""), None);
        let docker = name("", "docker-default (enforce)", "").expect("AppArmor");
        assert!(docker.contains("docker-default"));
        assert_eq!(name("", "", "system_u:system_r:container_t:s0"), None);
    }
}
