//! Whether NZCV matters at an address: a quick look at the words there, without lifting them.

/// What an instruction does to NZCV and to the flow of control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Neither reads nor writes NZCV; goes on.
    Neutral,
    /// Overwrites all of NZCV without reading it.
    Writes,
    /// Reads NZCV, or may.
    Reads,
    /// Goes on at this distance only.
    Jump(i64),
    /// Goes on at this distance, or behind.
    Branch(i64),
}

fn sign_extend(value: u32, bits: u32) -> i64 {
    i64::from((value << (32 - bits)) as i32 >> (32 - bits))
}

fn effect(w: u32) -> Effect {
    match w >> 25 & 0xf {
        // Data processing, immediate.
        0b1000 | 0b1001 => {
            let sets = w & 0x3f80_0000 == 0x3100_0000 || w & 0x7f80_0000 == 0x7200_0000;
            if sets { Effect::Writes } else { Effect::Neutral }
        }
        0b1010 | 0b1011 => branch_effect(w),
        // Loads and stores.
        0b0100 | 0b0110 | 0b1100 | 0b1110 => Effect::Neutral,
        // Data processing, register.
        0b0101 | 0b1101 => register_effect(w),
        0b0111 | 0b1111 => floating_effect(w),
        _ => Effect::Reads,
    }
}

fn branch_effect(w: u32) -> Effect {
    match w >> 24 {
        0x14..=0x17 | 0x94..=0x97 => Effect::Jump(sign_extend(w & 0x3ff_ffff, 26) * 4),
        0x34 | 0x35 | 0xb4 | 0xb5 => Effect::Branch(sign_extend(w >> 5 & 0x7_ffff, 19) * 4),
        0x36 | 0x37 | 0xb6 | 0xb7 => Effect::Branch(sign_extend(w >> 5 & 0x3fff, 14) * 4),
        // Hints.
        0xd5 if w & 0xffff_f01f == 0xd503_201f => Effect::Neutral,
        _ => Effect::Reads,
    }
}

fn register_effect(w: u32) -> Effect {
    let sets_flags = w >> 29 & 1 != 0;
    match w >> 24 & 0x1f {
        // Logical, shifted register: only ANDS and BICS (opc 11) set flags.
        0x0a => {
            if w >> 29 & 3 == 3 {
                Effect::Writes
            } else {
                Effect::Neutral
            }
        }
        // Add and subtract, shifted and extended register.
        0x0b => {
            if sets_flags {
                Effect::Writes
            } else {
                Effect::Neutral
            }
        }
        // Data processing with three sources.
        0x1b => Effect::Neutral,
        0x1a => match w >> 21 & 7 {
            // Data processing with one and two sources; SUBPS is the only one with flags.
            6 if !sets_flags => Effect::Neutral,
            // With carry, conditional compare, conditional select.
            _ => Effect::Reads,
        },
        _ => Effect::Reads,
    }
}

fn floating_effect(w: u32) -> Effect {
    // Scalar floating point: compare writes, conditional compare and select read.
    if w & 0xff20_0000 == 0x1e20_0000 {
        return match w >> 10 & 3 {
            0b01 | 0b11 => Effect::Reads,
            0b00 if w >> 10 & 0x3f == 0b00_1000 => Effect::Writes,
            // FJCVTZS sets flags too; treating it as neutral only keeps them longer.
            _ => Effect::Neutral,
        };
    }
    Effect::Neutral
}

/// Whether NZCV may be read at `pc` before it is overwritten. Looks at no more than `budget` words,
/// follows direct branches, and says yes where it does not know.
pub fn flags_live_at(pc: u64, mut budget: u32, fetch: &mut dyn FnMut(u64) -> Option<u32>) -> bool {
    live(pc, &mut budget, fetch)
}

fn live(mut pc: u64, budget: &mut u32, fetch: &mut dyn FnMut(u64) -> Option<u32>) -> bool {
    while *budget > 0 {
        *budget -= 1;
        let Some(word) = fetch(pc) else { return true };
        match effect(word) {
            Effect::Neutral => pc = pc.wrapping_add(4),
            Effect::Writes => return false,
            Effect::Reads => return true,
            Effect::Jump(distance) => pc = pc.wrapping_add_signed(distance),
            Effect::Branch(distance) => {
                if live(pc.wrapping_add_signed(distance), budget, fetch) {
                    return true;
                }
                pc = pc.wrapping_add(4);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[u32], expect: bool) {
        let mut fetch = |a: u64| words.get(a as usize / 4).copied();
        assert_eq!(flags_live_at(0, 16, &mut fetch), expect, "{words:x?}");
    }

    const NOP: u32 = 0xd503_201f;
    const CMP_X0_0: u32 = 0xf100_001f;
    const RET: u32 = 0xd65f_03c0;

    #[test]
    fn writers_and_readers() {
        check(&[NOP, CMP_X0_0], false);
        check(&[NOP, RET], true);
        check(&[0x5400_0040], true); // b.eq
        check(&[0xeb01_001f], false); // cmp x0, x1
        check(&[0xea01_001f], false); // tst x0, x1
        check(&[0xf240_001f], false); // tst x0, #1
        check(&[0x8b01_0000, CMP_X0_0], false); // add
        check(&[0x9a01_0000], true); // adc
        check(&[0xfa41_0000], true); // ccmp
        check(&[0x9a80_0000], true); // csel
        check(&[0x1e60_2000], false); // fcmp d0, d0
        check(&[0x1e60_2008], false); // fcmp d0, #0.0
        check(&[0x1e60_0c00], true); // fcsel
        check(&[0x1e61_2800, CMP_X0_0], false); // fadd
        check(&[0xf940_0000, CMP_X0_0], false); // ldr
        check(&[0x9ac1_0800, CMP_X0_0], false); // udiv
    }

    #[test]
    fn branches_are_followed() {
        check(&[0x1400_0002, RET, CMP_X0_0], false); // b +8
        check(&[0xb400_0040, CMP_X0_0, CMP_X0_0], false); // cbz x0, +8
        check(&[0xb400_0040, CMP_X0_0, RET], true);
        check(&[0x1400_0000], true); // a loop ends the budget
    }
}
