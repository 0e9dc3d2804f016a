//! How often the guest has come to an address, roughly.

/// Counters of the filter, half a byte each: 16 KiB of memory, touched as it is used.
const COUNTERS: usize = 1 << 15;
/// So many counters in use, and the filter starts anew: beyond, too much code would share them.
const MOST_USED: usize = COUNTERS / 4;
/// The most runs that are counted.
const MOST_RUNS: u64 = 15;

/// Counts the runs of the code at addresses. It may take one address for another, so that code is
/// translated some runs too early, and it forgets all counts now and then, so that code is
/// interpreted some runs more. Neither is wrong.
pub(crate) struct Seen {
    counters: Vec<u64>,
    used: usize,
}

impl Seen {
    pub(crate) fn new() -> Self {
        Self { counters: vec![0; COUNTERS / 16], used: 0 }
    }

    /// Whether the code at `pc` has run less than `enough` times, which is at most 15; counts this
    /// time as one of them.
    pub(crate) fn is_cold(&mut self, pc: u64, enough: u64) -> bool {
        debug_assert!(enough <= MOST_RUNS);
        let hash =
            (pc >> 2).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - COUNTERS.trailing_zeros());
        let (word, shift) = (hash as usize / 16, hash % 16 * 4);
        let runs = self.counters[word] >> shift & 15;
        if runs >= enough {
            return false;
        }
        if runs == 0 {
            if self.used == MOST_USED {
                self.counters.fill(0);
                self.used = 0;
            }
            self.used += 1;
        }
        self.counters[word] += 1 << shift;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_runs_of_an_address_are_cold() {
        let mut seen = Seen::new();
        for (n, enough) in [1, 2, MOST_RUNS].into_iter().enumerate() {
            let pc = 0x1000 + n as u64 * 4;
            (0..enough).for_each(|_| assert!(seen.is_cold(pc, enough)));
            assert!(!seen.is_cold(pc, enough));
            assert!(!seen.is_cold(pc, 1));
        }
    }

    #[test]
    fn the_counters_do_not_run_out() {
        let mut seen = Seen::new();
        for address in (0..1_000_000u64).map(|n| n * 4) {
            _ = seen.is_cold(address, 1);
            assert!(!seen.is_cold(address, 1), "{address:#x}");
        }
        let first = (1_000_000..2_000_000u64).filter(|n| seen.is_cold(n * 4, 1)).count();
        assert!(first > 800_000, "{first} of 1000000 addresses counted as new");
    }
}
