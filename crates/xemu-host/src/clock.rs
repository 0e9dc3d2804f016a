//! The host's clock and random numbers.

use crate::syscall::syscall6;

/// CLOCK_MONOTONIC in nanoseconds.
pub fn monotonic_ns() -> u64 {
    now_ns(libc::CLOCK_MONOTONIC)
}

/// CLOCK_REALTIME in nanoseconds.
pub fn realtime_ns() -> u64 {
    now_ns(libc::CLOCK_REALTIME)
}

fn now_ns(clock: libc::clockid_t) -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the argument is a valid timespec to write to; the call does not fail for the two
    // clocks above.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// The resolutions of the exact and of the coarse clocks in nanoseconds; 0 where the host does not
/// tell.
pub fn clock_resolutions() -> [u64; 2] {
    [libc::CLOCK_MONOTONIC, libc::CLOCK_MONOTONIC_COARSE].map(|clock| {
        let mut resolution = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the argument is a valid timespec to write to.
        let result = unsafe { libc::clock_getres(clock, &raw mut resolution) };
        if result == 0 && resolution.tv_sec == 0 { resolution.tv_nsec as u64 } else { 0 }
    })
}

/// Eight random bytes, or `None` when the kernel has none yet.
pub fn random_u64() -> Option<u64> {
    let mut value = 0u64;
    let args = [(&raw mut value) as u64, 8, libc::GRND_NONBLOCK.into(), 0, 0, 0];
    // SAFETY: the kernel writes at most eight bytes to `value`.
    let n = unsafe { syscall6(libc::SYS_getrandom as u64, args) };
    (n == 8).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_numbers_differ() {
        let start = monotonic_ns();
        assert!(monotonic_ns() >= start);
        assert!(realtime_ns() > 1_700_000_000 * 1_000_000_000);
        assert_ne!(random_u64(), random_u64());
        let [exact, coarse] = clock_resolutions();
        assert!(exact <= coarse && coarse < 1_000_000_000);
    }
}
