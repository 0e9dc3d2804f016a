//! Pointer authentication: codes into pointers, and out of them again. (Arm ARM D8.10 and the
//! shared pseudocode, "AddPAC", "Auth", "ComputePAC")
//!
//! As under Linux, addresses have 48 bits and the top byte of addresses in the lower half is the
//! program's own (TCR_EL1.TBI0 is 1, TBI1 and TBID0 are 0), so the code is in bits 54..48, and in
//! the upper half, where no user program has anything, in bits 63..56 too. FEAT_PAuth2 is always
//! there: codes are exclusive-ored in.

use xemu_guest::PacState;
use xemu_ir::PacKind;

use crate::crypto::Qarma;

/// The code's bits in the lower half.
const LOW_FIELD: u64 = 0x007f_0000_0000_0000;
/// The code's bits in the upper half.
const HIGH_FIELD: u64 = 0xff7f_0000_0000_0000;
/// Selects the half.
const BIT_55: u64 = 1 << 55;

/// The bits that hold the code of a pointer.
fn field(pointer: u64) -> u64 {
    if pointer & BIT_55 == 0 { LOW_FIELD } else { HIGH_FIELD }
}

/// The pointer without a code: its field repeats bit 55.
fn stripped(pointer: u64) -> u64 {
    if pointer & BIT_55 == 0 { pointer & !LOW_FIELD } else { pointer | HIGH_FIELD }
}

/// High half of the product exclusive-or the low half.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// The cipher of FEAT_PAuth's implementation-defined algorithm: fast, and good enough to tell
/// wrong pointers from right ones; the odd constants are digits of the golden ratio and of pi.
fn own_cipher(data: u64, modifier: u64, key: [u64; 2]) -> u64 {
    let a = fold(data ^ key[0], 0x9e37_79b9_7f4a_7c15);
    let b = fold(modifier ^ key[1], 0x2436_a885_a308_d313);
    fold(a ^ key[1].rotate_left(23), 0x8a2e_0370_7344_a409)
        ^ fold(a ^ b.rotate_left(31), key[0] | 1)
}

/// The code of `data`.
fn code(kind: PacKind, data: u64, modifier: u64, key: [u64; 2]) -> u64 {
    match kind {
        PacKind::Qarma5 | PacKind::Qarma5Faults => Qarma::Five.encrypt(data, modifier, key),
        PacKind::Qarma3 | PacKind::Qarma3Faults => Qarma::Three.encrypt(data, modifier, key),
        PacKind::Own | PacKind::OwnFaults => own_cipher(data, modifier, key),
    }
}

fn is_off(pac: &PacState, key: u8) -> bool {
    pac.disabled >> key & 1 != 0
}

/// PACIA, PACIB, PACDA, PACDB (`key` 0 to 3).
pub fn sign(pac: &PacState, key: u8, kind: PacKind, pointer: u64, modifier: u64) -> u64 {
    if is_off(pac, key) {
        return pointer;
    }
    let code = code(kind, stripped(pointer), modifier, pac.keys[usize::from(key & 3)]);
    pointer ^ code & field(pointer)
}

/// AUTIA, AUTIB, AUTDA, AUTDB (`key` 0 to 3). `None` is a fault.
pub fn authenticate(
    pac: &PacState,
    key: u8,
    kind: PacKind,
    pointer: u64,
    modifier: u64,
) -> Option<u64> {
    if is_off(pac, key) {
        return Some(pointer);
    }
    let right = stripped(pointer);
    let code = code(kind, right, modifier, pac.keys[usize::from(key & 3)]);
    let result = pointer ^ code & field(pointer);
    (result == right || !kind.faults()).then_some(result)
}

/// PACGA.
pub fn generic(pac: &PacState, kind: PacKind, data: u64, modifier: u64) -> u64 {
    code(kind, data, modifier, pac.keys[PacState::GENERIC]) & 0xffff_ffff_0000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTER: u64 = 0x5500_7fff_1234_5678;

    fn keys() -> PacState {
        let mut pac = PacState::default();
        for (n, key) in pac.keys.iter_mut().enumerate() {
            *key = [0x0123_4567_89ab_cdef << n, !0x1357_9bdf_0246_8ace << n];
        }
        pac
    }

    #[test]
    fn what_is_signed_is_authentic() {
        let pac = keys();
        for kind in PacKind::ALL.iter().copied() {
            for key in 0..4 {
                for pointer in [POINTER, 0, 0xffff_ffff_ffff_fff0] {
                    let signed = sign(&pac, key, kind, pointer, 99);
                    assert_eq!(stripped(signed), pointer);
                    assert_eq!(authenticate(&pac, key, kind, signed, 99), Some(pointer));
                }
            }
        }
    }

    #[test]
    fn another_modifier_or_key_is_found() {
        let mut pac = keys();
        let signed = sign(&pac, 0, PacKind::Qarma5Faults, POINTER, 1);
        assert_eq!(authenticate(&pac, 0, PacKind::Qarma5Faults, signed, 2), None);
        let wrong = authenticate(&pac, 0, PacKind::Qarma5, signed, 2).expect("does not fault");
        assert_ne!(wrong, POINTER);
        assert_eq!(stripped(wrong), POINTER);
        pac.disabled = 1;
        assert_eq!(authenticate(&pac, 0, PacKind::Qarma5Faults, signed, 2), Some(signed));
        assert_eq!(sign(&pac, 0, PacKind::Own, POINTER, 2), POINTER);
    }

    #[test]
    fn codes_are_those_of_another_implementation() {
        let keys = [
            [0x1027_c4d1_c386_bbc4, 0x1e2f_eb89_414c_343c],
            [0xc2ce_6f44_7ed4_d57b, 0x78e5_1061_7311_d8a3],
            [0x612e_7696_a6ce_cc1b, 0x35bf_992d_c9e9_c616],
            [0x7ce4_2c82_1807_2e8c, 0xe4b0_6ce6_0741_c7a8],
            [0x63ca_828d_d5f4_b3b2, 0x9b81_0e76_6ec9_d286],
        ];
        let pac = PacState { keys, disabled: 0 };
        let check = |kind, pointer, modifier, expect: [u64; 5]| {
            let signed = |key| sign(&pac, key, kind, pointer, modifier);
            let code = generic(&pac, kind, pointer, modifier) >> 32;
            assert_eq!([signed(0), signed(1), signed(2), signed(3), code], expect);
        };
        let (pointer, modifier) = (0x7fff_1234_5678, 0x1234_5678_9abc_def1);
        let top = |n: u64| n << 48 | pointer;
        let expect = [top(0x66), top(0x68), top(0x53), top(0x61), 0x6159_6ba7];
        check(PacKind::Qarma5, pointer, modifier, expect);
        let expect = [top(0x31), top(0x20), top(0x32), top(0x72), 0x207c_f93e];
        check(PacKind::Qarma3, pointer, modifier, expect);
        let upper = 0xffff_ffff_ffff_0000;
        let top = |n: u64| n << 48 | upper << 16 >> 16;
        let expect = [top(0x5eb1), top(0x47d6), top(0x65fa), top(0x958f), 0xd697_5f90];
        check(PacKind::Qarma5, upper, 0, expect);
    }
}
