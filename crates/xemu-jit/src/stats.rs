//! Counters for `--stats`.

use core::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$m:meta])* $name:ident),+ $(,)?) => {
        /// Running counters; relaxed, since nothing depends on them.
        #[derive(Debug, Default)]
        pub struct Stats { $($(#[$m])* pub $name: AtomicU64),+ }

        /// The counters at one moment.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct StatsSnapshot { $($(#[$m])* pub $name: u64),+ }

        impl Stats {
            /// The counters now.
            pub fn snapshot(&self) -> StatsSnapshot {
                StatsSnapshot { $($name: self.$name.load(Ordering::Relaxed)),+ }
            }
        }

        impl StatsSnapshot {
            /// Name and value of each counter.
            pub fn rows(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name)),+]
            }
        }
    };
}

counters! {
    /// Blocks translated.
    blocks,
    /// Guest instructions translated.
    guest_insns,
    /// Nanoseconds spent translating.
    translation_ns,
    /// Bytes of host code.
    bytes_emitted,
    /// Exits linked to their target.
    links,
    /// Indirect branches that the thread's table did not know.
    lookups_missed,
    /// Blocks interpreted because they ran for the first time.
    interpreted,
    /// Instructions interpreted because no code is emitted for them.
    emulated,
    /// Instructions interpreted after a host trap (a tagged address, an invalid operation).
    trapped,
    /// Blocks dropped because their code changed.
    invalidated,
    /// Times the code cache was full and started anew.
    cache_flushes,
}

/// Adds to a counter.
pub fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}
