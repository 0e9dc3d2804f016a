//! Immediates against values worked out by hand from the manual.

use super::*;
use crate::{Decode, Insn, decode};

fn insn(word: u32) -> Insn {
    match decode(word) {
        Decode::Insn(insn) => insn,
        other => panic!("{word:08x} is {other:?}"),
    }
}

#[test]
fn bit_masks_of_logical_immediates() {
    let wmask = |n, imms, immr, is64| decode_bit_masks(n, imms, immr, true, is64).map(|m| m.0);
    // One bit of two, rotated.
    assert_eq!(wmask(0, 0b111100, 0, true), Some(0x5555_5555_5555_5555));
    assert_eq!(wmask(0, 0b111100, 1, true), Some(0xaaaa_aaaa_aaaa_aaaa));
    // Elements of 8, 16 and 32 bits.
    assert_eq!(wmask(0, 0b110011, 0, false), Some(0x0f0f_0f0f));
    assert_eq!(wmask(0, 0b100000, 1, true), Some(0x8000_8000_8000_8000));
    assert_eq!(wmask(0, 0b011110, 31, true), Some(0xffff_fffe_ffff_fffe));
    // Elements of 64 bits: all but the lowest, a run across the top.
    assert_eq!(wmask(1, 0b111110, 63, true), Some(0xffff_ffff_ffff_fffe));
    assert_eq!(wmask(1, 0b000111, 4, true), Some(0xf000_0000_0000_000f));
    // Reserved: no element of one bit, no full element, no 64-bit element in a W register.
    assert_eq!(wmask(0, 0b111110, 0, true), None);
    assert_eq!(wmask(0, 0b111111, 0, true), None);
    assert_eq!(wmask(1, 0b111111, 0, true), None);
    assert_eq!(wmask(0, 0b011111, 0, false), None);
    assert_eq!(wmask(1, 0b000000, 0, false), None);
}

#[test]
fn bit_masks_of_bitfield_moves() {
    // UBFX x, x, #8, #16: S = 23, R = 8.
    assert_eq!(
        decode_bit_masks(1, 23, 8, false, true),
        Some((0xff00_0000_0000_ffff, 0x0000_0000_0000_ffff))
    );
    // LSR w, w, #4 is UBFM with S = 31, a full element.
    assert_eq!(decode_bit_masks(0, 31, 4, false, false), Some((0xffff_ffff, 0x0fff_ffff)));
    // LSL x, x, #60 is UBFM with R = 4, S = 3.
    assert_eq!(
        decode_bit_masks(1, 3, 4, false, true),
        Some((0xf000_0000_0000_0000, 0xffff_ffff_ffff_ffff))
    );
}

#[test]
fn the_cheap_check_of_bit_masks_agrees() {
    for field in 0..1 << 13 {
        let (n, immr, imms) = (field >> 12, field >> 6 & 63, field & 63);
        for sf in 0..2 {
            let full = decode_bit_masks(n, imms, immr, true, sf == 1).is_some();
            assert_eq!(crate::allocated::bit_masks_allocated(n, imms, sf), full, "{field:x} {sf}");
        }
    }
}

#[test]
fn floating_point_immediates() {
    for (imm8, value) in [
        (0x70, 1.0),
        (0x00, 2.0),
        (0x78, 1.5),
        (0xf0, -1.0),
        (0x3f, 31.0),
        (0x40, 0.125),
        (0xc0, -0.125),
        (0x24, 10.0),
    ] {
        assert_eq!(vfp_expand_imm(imm8, 64), f64::to_bits(value), "{imm8:x}");
        assert_eq!(vfp_expand_imm(imm8, 32), u64::from(f32::to_bits(value as f32)), "{imm8:x}");
    }
    assert_eq!(vfp_expand_imm(0x70, 16), 0x3c00);
    assert_eq!(vfp_expand_imm(0x3f, 16), 0x4fc0);
    assert_eq!(vfp_expand_imm(0xc0, 16), 0xb000);
}

#[test]
fn modified_immediates() {
    let expand = adv_simd_expand_imm;
    assert_eq!(expand(0, 0b0000, 0xab), 0x0000_00ab_0000_00ab);
    assert_eq!(expand(0, 0b0110, 0xab), 0xab00_0000_ab00_0000);
    assert_eq!(expand(0, 0b1010, 0xab), 0xab00_ab00_ab00_ab00);
    assert_eq!(expand(0, 0b1100, 0xab), 0x0000_abff_0000_abff);
    assert_eq!(expand(0, 0b1101, 0xab), 0x00ab_ffff_00ab_ffff);
    assert_eq!(expand(0, 0b1110, 0xab), 0xabab_abab_abab_abab);
    assert_eq!(expand(1, 0b1110, 0xa1), 0xff00_ff00_0000_00ff);
    assert_eq!(expand(0, 0b1111, 0x70), 0x3f80_0000_3f80_0000);
    assert_eq!(expand(1, 0b1111, 0x70), 0x3ff0_0000_0000_0000);
}

#[test]
fn modified_immediate_operations() {
    let operation = |word| match insn(word) {
        Insn::SimdModImm(i) => i.operation(),
        other => panic!("{other:?}"),
    };
    // movi v0.4s, #1
    assert_eq!(operation(0x4f00_0420), ModImm::Move(0x0000_0001_0000_0001));
    // mvni v0.4s, #1
    assert_eq!(operation(0x6f00_0420), ModImm::Move(0xffff_fffe_ffff_fffe));
    // mvni v0.4s, #1, msl #8
    assert_eq!(operation(0x6f00_c420), ModImm::Move(0xffff_fe00_ffff_fe00));
    // orr v0.8h, #1, lsl #8
    assert_eq!(operation(0x4f00_b420), ModImm::Orr(0x0100_0100_0100_0100));
    // bic v0.4s, #0xff, lsl #24
    assert_eq!(operation(0x6f07_77e0), ModImm::Bic(0xff00_0000_ff00_0000));
    // movi v0.2d, #0xff00ff0000ff00ff
    assert_eq!(operation(0x6f05_e4a0), ModImm::Move(0xff00_ff00_00ff_00ff));
    // fmov v0.8h, #1.0 and fmov v0.2d, #1.0
    assert_eq!(operation(0x4f03_fe00), ModImm::Move(0x3c00_3c00_3c00_3c00));
    assert_eq!(operation(0x6f03_f600), ModImm::Move(0x3ff0_0000_0000_0000));
}

#[test]
fn offsets() {
    // adr x0, .-1; adrp x0, . - 4096; b .-4; tbz x0, #33, .+8; ldr x0, .-4
    assert!(matches!(insn(0x70ff_ffe0), Insn::Adr(i) if i.offset() == -1));
    assert!(matches!(insn(0xf0ff_ffe0), Insn::Adrp(i) if i.offset() == -4096));
    assert!(matches!(insn(0x17ff_ffff), Insn::B(i) if i.offset() == -4));
    assert!(matches!(insn(0xb608_0040), Insn::TestBranch(i) if i.offset() == 8 && i.bit() == 33));
    assert!(matches!(insn(0x58ff_ffe0), Insn::LdrLit(i) if i.offset() == -4));
    // ldraa x0, [x1, #-4096]; ldraa x0, [x1, #4088]
    assert!(matches!(insn(0xf860_0420), Insn::Ldra(i) if i.offset() == -4096));
    assert!(matches!(insn(0xf83f_f420), Insn::Ldra(i) if i.offset() == 4088));
    // add x0, x1, #1, lsl #12
    assert!(matches!(insn(0x9140_0420), Insn::AddSubImm(i) if i.imm() == 4096));
}

#[test]
fn system_register_numbers() {
    // mrs x0, tpidr_el0; msr fpcr, x0
    assert!(matches!(insn(0xd53b_d040), Insn::Mrs(i) if i.sysreg() == sysreg(3, 3, 13, 0, 2)));
    assert!(matches!(insn(0xd51b_4400), Insn::MsrReg(i) if i.sysreg() == sysreg(3, 3, 4, 4, 0)));
}
