//! Which addresses the guest has come to already, roughly.

/// Bits of the filter: 16 KiB of memory, touched as it is used.
const BITS: usize = 1 << 17;
/// So many bits set, and the filter starts anew: beyond, too much code would count as seen.
const MOST_SET: usize = BITS / 4;

/// A set of addresses. It may take a new address for one that it has, so that code is translated
/// a run too early, and it forgets all it has now and then, so that code is interpreted a second
/// time. Neither is wrong.
pub(crate) struct Seen {
    bits: Vec<u64>,
    set: usize,
}

impl Seen {
    pub(crate) fn new() -> Self {
        Self { bits: vec![0; BITS / 64], set: 0 }
    }

    /// Whether `pc` is not in the set; it is afterwards.
    pub(crate) fn is_first(&mut self, pc: u64) -> bool {
        let hash = (pc >> 2).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS.trailing_zeros());
        let (word, bit) = (hash as usize / 64, 1 << (hash % 64));
        if self.bits[word] & bit != 0 {
            return false;
        }
        if self.set == MOST_SET {
            self.bits.fill(0);
            self.set = 0;
        }
        self.bits[word] |= bit;
        self.set += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_first_once() {
        let mut seen = Seen::new();
        assert!(seen.is_first(0x1000));
        assert!(!seen.is_first(0x1000));
        assert!(seen.is_first(0x1004));
    }

    #[test]
    fn the_set_does_not_fill_up() {
        let mut seen = Seen::new();
        let first = (0..1_000_000u64).filter(|n| seen.is_first(n * 4)).count();
        assert!(first > 800_000, "{first} of 1000000 addresses counted as new");
        assert!(!seen.is_first(999_999 * 4));
    }
}
