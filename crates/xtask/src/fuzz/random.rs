//! Pseudo-random numbers, among which those are frequent that instructions treat specially.

/// A generator of pseudo-random numbers (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers of the given seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.next();
        random
    }

    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of the given.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A number of `bits`, often near the edges of the signed and unsigned range.
    pub fn integer(&mut self, bits: u32) -> u64 {
        let mask = u64::MAX >> (64 - bits);
        let near = self.below(3).wrapping_sub(1);
        let value = match self.below(6) {
            0 => near,
            1 => (1u64 << (bits - 1)).wrapping_add(near),
            2 => (1u64 << self.below(bits.into())).wrapping_add(near),
            3 => self.below(128).wrapping_sub(64),
            _ => self.next(),
        };
        value & mask
    }

    /// A floating-point number of 16, 32 or 64 bits.
    pub fn float(&mut self, bits: u32) -> u64 {
        let fraction_bits = match bits {
            16 => 10,
            32 => 23,
            _ => 52,
        };
        let max = (1u64 << (u64::from(bits) - 1 - fraction_bits)) - 1;
        let bias = max / 2;
        let exponent = match self.below(12) {
            0 => 0,
            1 => 1,
            2 => max,
            3 => max - 1,
            4 => self.below(max + 1),
            5 => bias + self.below(66),
            6 => bias - self.below(fraction_bits + 3).min(bias),
            7 => self.below(fraction_bits + 3),
            _ => bias - 2 + self.below(5),
        };
        let all = (1 << fraction_bits) - 1;
        let fraction = match self.below(7) {
            0 => 0,
            1 => all,
            2 => 1 << self.below(fraction_bits),
            3 => 1 << (fraction_bits - 1),
            4 => (self.next() & 3) << (fraction_bits - 2),
            _ => self.next() & all,
        };
        let sign = self.below(2) << (bits - 1);
        sign | exponent.min(max) << fraction_bits | fraction
    }

    /// A vector of elements of `bits`.
    pub fn vector(&mut self, bits: u32) -> [u64; 2] {
        let float = bits > 8 && !self.one_in(4);
        let mut half = || {
            (0..64 / bits).fold(0, |half, i| {
                let element = if float { self.float(bits) } else { self.integer(bits) };
                half | element << (bits * i)
            })
        };
        [half(), half()]
    }
}
