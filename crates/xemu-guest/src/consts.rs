//! Vector constants that generated code reads from memory, through the state's register.

macro_rules! vec_consts {
    ($($(#[$doc:meta])* $name:ident = [$low:expr, $high:expr];)+) => {
        /// A 128-bit constant of [`VEC_CONSTS`]; the number is its index there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum VecConst { $($(#[$doc])* $name),+ }

        /// The constants as little-endian halves, in the order of [`VecConst`].
        pub const VEC_CONSTS: [[u64; 2]; [$(VecConst::$name),+].len()] =
            [$([$low, $high]),+];
    };
}

/// A single-precision bit pattern in both halves of 64 bits.
const fn singles(bits: u32) -> u64 {
    (bits as u64) << 32 | bits as u64
}

vec_consts! {
    /// The sign of each single.
    SignS = [singles(0x8000_0000), singles(0x8000_0000)];
    /// The sign of each double.
    SignD = [1 << 63, 1 << 63];
    /// The sign of the lowest single.
    SignLowS = [0x8000_0000, 0];
    /// The sign of the lowest double.
    SignLowD = [1 << 63, 0];
    /// All but the sign of each single.
    MagnitudeS = [singles(0x7fff_ffff), singles(0x7fff_ffff)];
    /// All but the sign of each double.
    MagnitudeD = [!(1 << 63), !(1 << 63)];
    /// Singles 0.5.
    HalfS = [singles(0x3f00_0000), singles(0x3f00_0000)];
    /// Doubles 0.5.
    HalfD = [0x3fe0_0000_0000_0000, 0x3fe0_0000_0000_0000];
    /// Singles 1.
    OneS = [singles(0x3f80_0000), singles(0x3f80_0000)];
    /// Doubles 1.
    OneD = [0x3ff0_0000_0000_0000, 0x3ff0_0000_0000_0000];
    /// Singles 2.
    TwoS = [singles(0x4000_0000), singles(0x4000_0000)];
    /// Doubles 2.
    TwoD = [0x4000_0000_0000_0000, 0x4000_0000_0000_0000];
    /// Singles -1.
    MinusOneS = [singles(0xbf80_0000), singles(0xbf80_0000)];
    /// Doubles -1.
    MinusOneD = [0xbff0_0000_0000_0000, 0xbff0_0000_0000_0000];
    /// Singles 2^31.
    TwoTo31S = [singles(0x4f00_0000), singles(0x4f00_0000)];
    /// Singles 2^32.
    TwoTo32S = [singles(0x4f80_0000), singles(0x4f80_0000)];
    /// Doubles 2^32.
    TwoTo32D = [0x41f0_0000_0000_0000, 0x41f0_0000_0000_0000];
    /// Singles 2^63.
    TwoTo63S = [singles(0x5f00_0000), singles(0x5f00_0000)];
    /// Doubles 2^63.
    TwoTo63D = [0x43e0_0000_0000_0000, 0x43e0_0000_0000_0000];
    /// Singles 2^64.
    TwoTo64S = [singles(0x5f80_0000), singles(0x5f80_0000)];
    /// Doubles 2^64.
    TwoTo64D = [0x43f0_0000_0000_0000, 0x43f0_0000_0000_0000];
    /// Singles 2^16.
    TwoTo16S = [singles(0x4780_0000), singles(0x4780_0000)];
    /// Doubles 2^52.
    TwoTo52D = [0x4330_0000_0000_0000, 0x4330_0000_0000_0000];
    /// Doubles 2^84.
    TwoTo84D = [0x4530_0000_0000_0000, 0x4530_0000_0000_0000];
    /// Doubles 2^84 + 2^52.
    TwoTo84And52D = [0x4530_0000_0010_0000, 0x4530_0000_0010_0000];
    /// The lower half of each 32-bit lane.
    LowHalf32 = [singles(0x0000_ffff), singles(0x0000_ffff)];
}
