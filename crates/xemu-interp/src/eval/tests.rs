//! Literal cases from the manual's descriptions, group by group.

use xemu_guest::{Cond, Fpcr, Fpsr, Nzcv};
use xemu_ir::{CryptoKind, Es, Op, RoundKind, Shape, Ty};

use super::{FpEnv, eval_op, is_value_op};

const B: u8 = Es::B as u8;
const H: u8 = Es::H as u8;
const S: u8 = Es::S as u8;
const D: u8 = Es::D as u8;
const SCALAR: u8 = Shape::Scalar as u8;
const VECTOR: u8 = Shape::Vector as u8;
const ONES: u128 = u128::MAX;

fn in_env(op: Op, [a, b]: [u8; 2], imm: u64, args: &[u128], env: &mut FpEnv) -> u128 {
    let mut all = [0; 3];
    all[..args.len()].copy_from_slice(args);
    eval_op(op, a, b, imm, &all, env)
}

fn eval(op: Op, attrs: [u8; 2], imm: u64, args: &[u128]) -> u128 {
    in_env(op, attrs, imm, args, &mut FpEnv::default())
}

#[track_caller]
fn check(op: Op, attrs: [u8; 2], args: &[u128], expect: u128) {
    let got = eval(op, attrs, 0, args);
    assert_eq!(got, expect, "{op:?} {attrs:?} {args:x?} gave {got:#x}, not {expect:#x}");
}

/// Checks the value and the QC bit.
#[track_caller]
fn check_qc(op: Op, attrs: [u8; 2], imm: u64, args: &[u128], expect: u128, qc: bool) {
    let mut env = FpEnv::default();
    let got = in_env(op, attrs, imm, args, &mut env);
    assert_eq!(got, expect, "{op:?} {attrs:?} {args:x?} gave {got:#x}, not {expect:#x}");
    assert_eq!(env.fpsr.0, if qc { Fpsr::QC } else { 0 }, "{op:?} {attrs:?} {args:x?}");
}

/// Checks the value and the flags, as the letters of those that are set.
#[track_caller]
fn check_flags(op: Op, attrs: [u8; 2], before: &str, args: &[u128], expect: u128, after: &str) {
    let mut env = FpEnv { nzcv: nzcv(before), ..FpEnv::default() };
    let got = in_env(op, attrs, 0, args, &mut env);
    assert_eq!(got, expect, "{op:?} {attrs:?} {args:x?} gave {got:#x}, not {expect:#x}");
    assert_eq!(env.nzcv, nzcv(after), "{op:?} {attrs:?} {args:x?}");
}

fn nzcv(letters: &str) -> Nzcv {
    let has = |c| letters.contains(c);
    Nzcv::new(has('n'), has('z'), has('c'), has('v'))
}

/// The vector of single-precision elements, lowest first.
fn singles(e: [f32; 4]) -> u128 {
    e.iter().rev().fold(0, |v, e| v << 32 | u128::from(e.to_bits()))
}

fn double(e: f64) -> u128 {
    e.to_bits().into()
}

#[test]
fn integers() {
    check(Op::Add32, [0, 0], &[0xffff_ffff, 2], 1);
    check(Op::Sub64, [0, 0], &[0, 1], u64::MAX.into());
    check(Op::Orn32, [0, 0], &[1, 0xffff_fff0], 0xf);
    check(Op::Xorn64, [0, 0], &[5, 5], u64::MAX.into());
    check(Op::Neg32, [0, 0], &[1], 0xffff_ffff);
    check(Op::Shl32, [0, 0], &[1, 33], 2);
    check(Op::Sar64, [0, 0], &[1 << 63, 127], u64::MAX.into());
    check(Op::Sar32, [0, 0], &[0x8000_0000, 4], 0xf800_0000);
    check(Op::Ror32, [0, 0], &[0x1234_5678, 40], 0x7812_3456);
    check(Op::Extr32, [8, 0], &[0x1122_3344, 0x5566_7788], 0x4455_6677);
    check(Op::Extr64, [0, 0], &[1, 2], 2);
    check(Op::Ubfx64, [4, 8], &[0xabcd], 0xbc);
    check(Op::Ubfx64, [0, 64], &[u64::MAX.into()], u64::MAX.into());
    check(Op::Sbfx32, [4, 8], &[0xabcd], 0xffff_ffbc);
    check(Op::Sbfx64, [60, 4], &[8 << 60], 0xffff_ffff_ffff_fff8);
    check(Op::Bfi32, [4, 8], &[0xffff_ffff, 0x12], 0xffff_f12f);
    check(Op::Smulh, [0, 0], &[u64::MAX.into(), 2], u64::MAX.into());
    check(Op::Umulh, [0, 0], &[u64::MAX.into(), 2], 1);
    check(Op::Udiv32, [0, 0], &[7, 0], 0);
    check(Op::Sdiv32, [0, 0], &[0x8000_0000, 0xffff_ffff], 0x8000_0000);
    check(Op::Sdiv64, [0, 0], &[u128::from(-7i64 as u64), 2], (-3i64 as u64).into());
    check(Op::Clz64, [0, 0], &[0], 64);
    check(Op::Cls32, [0, 0], &[0xffff_ffff], 31);
    check(Op::Cls64, [0, 0], &[0x00ff_ffff_ffff_ffff], 7);
    check(Op::Ctz32, [0, 0], &[0], 32);
    check(Op::Rbit32, [0, 0], &[1], 0x8000_0000);
    check(Op::Rev16In32, [0, 0], &[0x1122_3344], 0x2211_4433);
    check(Op::Rev32In64, [0, 0], &[0x1122_3344_5566_7788], 0x4433_2211_8877_6655);
    check(Op::Abs64, [0, 0], &[1 << 63], 1 << 63);
    check(Op::Smin32, [0, 0], &[0xffff_ffff, 0], 0xffff_ffff);
    check(Op::Umin32, [0, 0], &[0xffff_ffff, 0], 0);
    // CRC-32 of "123456789" is cbf43926 with initial value and result inverted.
    let text = b"123456789";
    let crc = |op| text.iter().fold(ONES >> 96, |acc, &c| eval(op, [B, 0], 0, &[acc, c.into()]));
    assert_eq!(crc(Op::Crc32) ^ 0xffff_ffff, 0xcbf4_3926);
    assert_eq!(crc(Op::Crc32c) ^ 0xffff_ffff, 0xe306_9283);
}

#[test]
fn operands_are_cut_to_their_width() {
    for op in [Op::Add32, Op::Udiv32, Op::Shr32, Op::Clz32, Op::Rev16In32, Op::Sext] {
        let clean = eval(op, [0, 0], 0, &[0x8765_4321, 3]);
        let dirty = eval(op, [0, 0], 0, &[ONES << 32 | 0x8765_4321, ONES << 32 | 3]);
        assert_eq!(clean, dirty, "{op:?}");
    }
    check_flags(Op::Subs32, [0, 0], "", &[ONES << 32 | 1, 1], 0, "zc");
}

#[test]
fn flags() {
    let max = u128::from(u64::MAX);
    check_flags(Op::Adds32, [0, 0], "", &[0x7fff_ffff, 1], 0x8000_0000, "nv");
    check_flags(Op::Adds64, [0, 0], "v", &[max, 1], 0, "zc");
    check_flags(Op::Subs32, [0, 0], "", &[0, 1], 0xffff_ffff, "n");
    check_flags(Op::Subs64, [0, 0], "", &[1 << 63, 1], (1 << 63) - 1, "cv");
    check_flags(Op::Ands32, [0, 0], "cv", &[0x8000_0000, 0xf000_0000], 0x8000_0000, "n");
    check_flags(Op::Adc32, [0, 0], "c", &[0xffff_ffff, 0], 0, "c");
    check_flags(Op::Sbc64, [0, 0], "", &[5, 3], 1, "");
    check_flags(Op::Adcs64, [0, 0], "c", &[max, 0], 0, "zc");
    check_flags(Op::Sbcs32, [0, 0], "", &[0, 0], 0xffff_ffff, "n");
    check_flags(Op::Sbcs32, [0, 0], "c", &[0, 0], 0, "zc");
    let (eq, ne) = (Cond::Eq as u8, Cond::Ne as u8);
    check_flags(Op::Ccmp32, [eq, 0b1010], "z", &[3, 3], 0, "zc");
    check_flags(Op::Ccmp32, [ne, 0b1010], "z", &[3, 3], 0, "nc");
    check_flags(Op::Ccmn64, [eq, 0], "z", &[max, 1], 0, "zc");
    check_flags(Op::Csel64, [eq, 0], "z", &[1, 2], 1, "z");
    check_flags(Op::Csinc32, [eq, 0], "", &[1, 0xffff_ffff], 0, "");
    check_flags(Op::Csinv64, [eq, 0], "", &[1, 0], max, "");
    check_flags(Op::Csneg32, [eq, 0], "", &[1, 1], 0xffff_ffff, "");
    check_flags(Op::SetNzcv, [0, 0], "", &[0xffff_ffff], 0, "nzcv");
    check_flags(Op::GetNzcv, [0, 0], "zv", &[], 0x5000_0000, "zv");
}

const BYTES: u128 = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100;
const MORE: u128 = 0x1f1e_1d1c_1b1a_1918_1716_1514_1312_1110;

#[test]
fn permutations() {
    check(Op::VDup, [S, 2], &[BYTES], 0x0b0a_0908_0b0a_0908_0b0a_0908_0b0a_0908);
    check(Op::VDupX, [D, 0], &[7], 7 << 64 | 7);
    check(Op::VInsX, [B, 15], &[BYTES, 0x1ff], BYTES | 0xff << 120);
    check(Op::VSmov, [B, 3], &[0x8000_0000], 0xffff_ffff_ffff_ff80);
    check(Op::VUmov, [H, 7], &[BYTES], 0x0f0e);
    check(Op::VLow, [S, 0], &[BYTES], 0x0302_0100);
    check(Op::VZip1, [B, 0], &[BYTES, MORE], 0x1707_1606_1505_1404_1303_1202_1101_1000);
    check(Op::VZip2, [D, 0], &[BYTES, MORE], MORE >> 64 << 64 | BYTES >> 64);
    check(Op::VUzp1, [H, 0], &[BYTES, MORE], 0x1d1c_1918_1514_1110_0d0c_0908_0504_0100);
    check(Op::VUzp2, [S, 0], &[BYTES, MORE], 0x1f1e_1d1c_1716_1514_0f0e_0d0c_0706_0504);
    check(Op::VTrn1, [S, 0], &[BYTES, MORE], 0x1b1a_1918_0b0a_0908_1312_1110_0302_0100);
    check(Op::VTrn2, [B, 0], &[BYTES, MORE], 0x1f0f_1d0d_1b0b_1909_1707_1505_1303_1101);
    check(Op::VExt, [0, 0], &[BYTES, MORE], BYTES);
    check(Op::VExt, [3, 0], &[BYTES, MORE], 0x1211_100f_0e0d_0c0b_0a09_0807_0605_0403);
    check(Op::VTbx, [16, 0], &[ONES, MORE, 0x1f10_0f20], (ONES >> 32 << 32) | 0x1f10_ffff);
    check(Op::VRev, [B, S], &[BYTES], 0x0c0d_0e0f_0809_0a0b_0405_0607_0001_0203);
    check(Op::VRev, [H, D], &[BYTES], 0x0908_0b0a_0d0c_0f0e_0100_0302_0504_0706);
    assert_eq!(eval(Op::VIns, [S, 3], 1, &[0, BYTES]), 0x0706_0504 << 96);
}

#[test]
fn bits_of_vectors() {
    check(Op::VBsl, [0, 0], &[0xff00, 0x1234, 0x5678], 0x1278);
    check(Op::VCnt, [0, 0], &[ONES], 0x0808_0808_0808_0808_0808_0808_0808_0808);
    check(Op::VRbit, [0, 0], &[0x0180], 0x8001);
    check(Op::VClz, [H, 0], &[0x0001_8000], 0x0010_0010_0010_0010_0010_0010_000f_0000);
    check(Op::VCls, [B, 0], &[0xff80_0040], 0x0707_0707_0707_0707_0707_0707_0700_0700);
}

#[test]
fn vector_integers() {
    check(Op::VAdd, [B, 0], &[0x01ff, 0x0101], 0x0200);
    check(Op::VSub, [H, 0], &[0, 1], 0xffff);
    check(Op::VMul, [S, 0], &[0xffff_ffff, 0xffff_ffff], 1);
    check(Op::VPmul, [0, 0], &[0x0303, 0x0303], 0x0505);
    check(Op::VAbs, [B, 0], &[0x80ff], 0x8001);
    check(Op::VSmax, [B, 0], &[0x80, 0x7f], 0x7f);
    check(Op::VUmax, [B, 0], &[0x80, 0x7f], 0x80);
    check(Op::VSabd, [B, 0], &[0x80, 0x7f], 0xff);
    check(Op::VUabd, [B, 0], &[0x01, 0x03], 0x02);
    check(Op::VShadd, [B, 0], &[0xfe, 0x01], 0xff);
    check(Op::VUhadd, [D, 0], &[u64::MAX.into(), u64::MAX.into()], u64::MAX.into());
    check(Op::VUrhadd, [B, 0], &[0xff, 0xfe], 0xff);
    check(Op::VShsub, [B, 0], &[0x80, 0x7f], 0x80);
    check(Op::VUhsub, [B, 0], &[0x00, 0xff], 0x80);
    check(Op::VAddp, [S, 0], &[2 << 32 | 1, 4 << 32 | 3], 7 << 64 | 3);
    check(Op::VUmaxp, [D, 0], &[5 << 64 | 1, 1 << 64 | 6], 6 << 64 | 5);
    check(Op::VSaddlp, [B, 0], &[0xff80], 0xff7f);
    check(Op::VUaddlp, [B, 0], &[0xff80], 0x017f);
    check(Op::VAddv, [B, 8], &[ONES], 0xf8);
    check(Op::VSmaxv, [H, 4], &[0x7fff << 64 | 0x8000_0001_ffff_fffe], 1);
    check(Op::VUaddlv, [B, 16], &[ONES], 0xff0);
    check(Op::VSaddlv, [H, 8], &[ONES], 0xffff_fff8);
    check(Op::VCmgt, [S, 0], &[1, 0xffff_ffff], 0xffff_ffff);
    check(Op::VCmhi, [S, 0], &[1, 0xffff_ffff], 0);
    check(Op::VCmtst, [B, 0], &[0x0102, 0x0202], 0x00ff);
    check(Op::VSdot, [0, 0], &[1, 0xffff_ffff, 0x0101_0101], 0xffff_fffd);
    check(Op::VUdot, [0, 0], &[1, 0xffff_ffff, 0x0101_0101], 0x3fd);
    check(Op::VUsdot, [0, 0], &[0, 0xff, 0xff], (-255i32 as u32).into());
    let (row0, row1) = (0x0101_0101_0101_0101u128, 0x0202_0202_0202_0202u128);
    let (n, m) = (row1 << 64 | row0, row1 << 64 | (row0 * 3));
    check(Op::VUmmla, [0, 0], &[1, n, m], 32 << 96 | 48 << 64 | 16 << 32 | 25);
    check(Op::VUrecpe, [0, 0], &[0x8000_0000], ONES << 32 | 0xff80_0000);
}

#[test]
fn saturation() {
    check_qc(Op::VSqadd, [B, 16], 0, &[0x7f, 1], 0x7f, true);
    check_qc(Op::VSqadd, [B, 16], 0, &[0x7e, 1], 0x7f, false);
    check_qc(Op::VUqsub, [H, 8], 0, &[1, 2], 0, true);
    check_qc(Op::VSqsub, [D, 2], 0, &[1 << 63, 1], 1 << 63, true);
    check_qc(Op::VUqadd, [D, 2], 0, &[u64::MAX.into(), 1], u64::MAX.into(), true);
    // The second element saturates, but only the first counts.
    check_qc(Op::VSqadd, [B, 1], 0, &[0x7f00, 0x0101], 0x7f01, false);
    check_qc(Op::VSuqadd, [B, 16], 0, &[0x80, 0xff], 0x7f, false);
    check_qc(Op::VSuqadd, [B, 16], 0, &[0x01, 0xff], 0x7f, true);
    check_qc(Op::VUsqadd, [B, 16], 0, &[0x01, 0xfe], 0x00, true);
    check_qc(Op::VSqneg, [B, 16], 0, &[0x80], 0x7f, true);
    check_qc(Op::VSqabs, [S, 4], 0, &[0xffff_ffff], 1, false);
    check_qc(Op::VSqdmulh, [H, 8], 0, &[0x8000, 0x8000], 0x7fff, true);
    check_qc(Op::VSqdmulh, [H, 8], 0, &[0x4000, 0x4000], 0x2000, false);
    check_qc(Op::VSqdmulh, [H, 8], 0, &[1, 0x4001], 0, false);
    check_qc(Op::VSqrdmulh, [H, 8], 0, &[1, 0x4001], 1, false);
    check_qc(Op::VSqrdmlah, [H, 8], 0, &[1, 1, 0x4001], 2, false);
    check_qc(Op::VSqrdmlsh, [H, 8], 0, &[0x8000, 0x7fff, 0x7fff], 0x8000, true);
    check_qc(Op::VSqshl, [B, 16], 0, &[0x01, 0x07], 0x7f, true);
    check_qc(Op::VSqshl, [B, 16], 0, &[0x81, 0xff], 0xc0, false);
    check_qc(Op::VSqrshl, [B, 16], 0, &[0x81, 0xff], 0xc1, false);
    check_qc(Op::VUqshl, [D, 2], 0, &[2, 0x3f], u64::MAX.into(), true);
    check_qc(Op::VUqshl, [D, 2], 0, &[0, 0x7f], 0, false);
    check_qc(Op::VSqshl, [D, 2], 0, &[1 << 63, 0x7f], 1 << 63, true);
    check_qc(Op::VUqrshl, [D, 2], 0, &[1 << 63, 0xc0], 1, false);
    check_qc(Op::VSqrshl, [D, 2], 0, &[1 << 63, 0x80], 0, false);
    check_qc(Op::VSqshlImm, [H, 8], 15, &[1], 0x7fff, true);
    check_qc(Op::VUqshlImm, [H, 8], 15, &[1], 0x8000, false);
    check_qc(Op::VSqshluImm, [H, 8], 0, &[0xffff], 0, true);
    check_qc(Op::VSqxtn, [B, 8], 0, &[0xff00 << 112 | 0x00ff], 0x8000_0000_0000_007f, true);
    check_qc(Op::VUqxtn, [B, 8], 0, &[0x00ff], 0xff, false);
    check_qc(Op::VSqxtun, [S, 1], 0, &[u64::MAX.into()], 0, true);
    let least = 0x8000_0000_8000_0000u128;
    let most = (i64::MAX as u128) << 64 | i64::MAX as u128;
    check_qc(Op::VSqdmull, [S, 2], 0, &[least, least], most, true);
    check_qc(Op::VSqdmull, [S, 2], 0, &[3, 0xffff_fffe], (-12i64 as u64).into(), false);
}

#[test]
fn shifts() {
    check(Op::VShl, [B, 7], &[0x03], 0x80);
    check(Op::VUshr, [B, 8], &[ONES], 0);
    check(Op::VSshr, [B, 8], &[0x807f], 0xff00);
    check(Op::VUrshr, [B, 8], &[0x807f], 0x0100);
    check(Op::VSrshr, [D, 64], &[1 << 63 | 1], 0);
    check(Op::VSrshr, [B, 1], &[0xff], 0);
    check(Op::VSli, [B, 4], &[0xff, 0xab], 0xbf);
    check(Op::VSri, [B, 4], &[0xff, 0xab], 0xfa);
    check(Op::VSri, [D, 64], &[BYTES, ONES], BYTES);
    check(Op::VRor, [B, 4], &[0x1234], 0x2143);
    check(Op::VRor, [S, 1], &[0x1_8000_0001], 1 << 63 | 0xc000_0000);
    check(Op::VRor, [D, 63], &[1 << 63 | 1 << 64], 1 | 1 << 65);
    check(Op::VUshl, [S, 0], &[0x8000_0000, 0xffff_ffe1], 1);
    check(Op::VUshl, [S, 0], &[1, 0x20], 0);
    check(Op::VSshl, [S, 0], &[0x8000_0000, 0x80], 0xffff_ffff);
    check(Op::VUrshl, [D, 0], &[u64::MAX.into(), 0xc0], 1);
    check(Op::VSrshl, [B, 0], &[0x7f, 0xff], 0x40);
}

#[test]
fn widening_and_narrowing() {
    check(Op::VSxtl, [B, 0], &[0x80], 0xff80);
    check(Op::VUxtl, [S, 1], &[ONES << 96], 0xffff_ffff << 64);
    check(Op::VSmull, [S, 0], &[0xffff_ffff, 2], 0xffff_ffff_ffff_fffe);
    check(Op::VUmull, [B, 1], &[0xff << 64, 0xff << 64], 0xfe01);
    check(Op::VPmull, [B, 0], &[0xff, 0xff], 0x5555);
    check(Op::VPmull, [D, 1], &[1 << 127, 1 << 127], 1 << 126);
    check(Op::VXtn, [B, 0], &[MORE], 0x1e1c_1a18_1614_1210);
    check(Op::ConstV, [0, 0], &[], 0);
    assert_eq!(eval(Op::ConstV, [0, 0], 5, &[]), 5 << 64 | 5);
    assert_eq!(eval(Op::ConstVLow, [0, 0], 5, &[]), 5);
    check(Op::Sext, [0, 0], &[0x8000_0000], 0xffff_ffff_8000_0000);
}

#[test]
fn floats() {
    let (x, y) = (singles([1.0, 2.0, -3.0, 0.5]), singles([0.5, 0.5, 2.0, 4.0]));
    check(Op::Fadd, [S, VECTOR], &[x, y], singles([1.5, 2.5, -1.0, 4.5]));
    check(Op::Fdiv, [S, VECTOR], &[x, y], singles([2.0, 4.0, -1.5, 0.125]));
    check(Op::Fmul, [S, SCALAR], &[x, y], singles([0.5, 0.0, 0.0, 0.0]));
    check(Op::Fmadd, [D, SCALAR], &[double(1.0), double(2.0), double(3.0)], double(7.0));
    check(Op::Fneg, [S, VECTOR], &[x], singles([-1.0, -2.0, 3.0, -0.5]));
    check(Op::Fabs, [S, SCALAR], &[singles([-1.0, -2.0, 0.0, 0.0])], singles([1.0, 0.0, 0.0, 0.0]));
    check(Op::Fcmgt, [S, VECTOR], &[x, y], 0xffff_ffff_ffff_ffff);
    check(Op::Facge, [S, VECTOR], &[x, y], 0xffff_ffff_ffff_ffff_ffff_ffff);
    check(Op::Fmlal, [0, 0], &[0, 0x4000_3c00, 0x4200_4200], singles([3.0, 6.0, 0.0, 0.0]));
    let rounded = |kind| eval(Op::Frint, [D, SCALAR], kind as u64, &[double(2.5)]);
    assert_eq!(rounded(RoundKind::TieEven), double(2.0));
    assert_eq!(rounded(RoundKind::TieAway), double(3.0));
    assert_eq!(rounded(RoundKind::CurrentExact), double(2.0));
    assert_eq!(rounded(RoundKind::Int32Z), double(2.0));
    let mut env = FpEnv { fpcr: Fpcr(1 << 22), ..FpEnv::default() };
    let exact = RoundKind::CurrentExact as u64;
    let up = in_env(Op::Frint, [D, SCALAR], exact, &[double(2.5)], &mut env);
    assert_eq!((up, env.fpsr.0), (double(3.0), Fpsr::IXC));
}

#[test]
fn complex_numbers() {
    // x = 1 + 2i, 3 + 4i; y = 5 + 6i, 7 + 8i
    let (x, y) = (singles([1.0, 2.0, 3.0, 4.0]), singles([5.0, 6.0, 7.0, 8.0]));
    let add = |turns| eval(Op::Fcadd, [S, 0], turns, &[x, y]);
    assert_eq!(add(1), singles([-5.0, 7.0, -5.0, 11.0]));
    assert_eq!(add(3), singles([7.0, -3.0, 11.0, -3.0]));
    let mul = |turns, acc| eval(Op::Fcmla, [S, 0], turns, &[acc, x, y]);
    assert_eq!(mul(1, mul(0, 0)), singles([-7.0, 16.0, -11.0, 52.0]));
    assert_eq!(mul(3, mul(2, 0)), singles([7.0, -16.0, 11.0, -52.0]));
}

#[test]
fn conversions() {
    let single = |e: f32| u128::from(e.to_bits());
    check(Op::Fcvt, [S, D], &[single(1.5)], double(1.5));
    check(Op::Fcvt, [D, H], &[double(1.5)], 0x3e00);
    check(Op::Fcvtl, [S, 0], &[singles([1.0, 2.0, 9.0, 9.0])], double(2.0) << 64 | double(1.0));
    let doubles = double(-2.0) << 64 | double(1.0);
    check(Op::Fcvtn, [S, 0], &[doubles], singles([1.0, -2.0, 0.0, 0.0]));
    check(Op::Fcvtxn, [0, VECTOR], &[doubles], singles([1.0, -2.0, 0.0, 0.0]));
    let zero = RoundKind::Zero as u8;
    let to = |op, es, imm, x| eval(op, [es, zero], imm, &[x]);
    assert_eq!(to(Op::FToI32, D, 0, double(-1.5)), 0xffff_ffff);
    assert_eq!(to(Op::FToI32, D, 0x100, double(-1.5)), 0);
    assert_eq!(to(Op::FToI32, S, 0, single(3e9)), 0x7fff_ffff);
    assert_eq!(to(Op::FToI64, S, 4, single(1.5)), 24);
    assert_eq!(to(Op::VFToI, S, 0, singles([-1.5, 2.5, 0.0, 1e20])), {
        0x7fff_ffff << 96 | 2 << 32 | 0xffff_ffff
    });
    assert_eq!(to(Op::VFToI, S, 0x200, singles([2.5, 2.5, 0.0, 0.0])), 2);
    let from = |op, attrs, imm, x| eval(op, attrs, imm, &[x]);
    assert_eq!(from(Op::I32ToF, [D, 0], 0, 0xffff_ffff), double(-1.0));
    assert_eq!(from(Op::I32ToF, [D, 1], 0, 0xffff_ffff), double(4_294_967_295.0));
    assert_eq!(from(Op::I64ToF, [S, 0], 1, 3), single(1.5));
    assert_eq!(from(Op::VIToF, [S, VECTOR], 0x100, 0xffff_ffff << 32 | 1), {
        singles([1.0, 4_294_967_296.0, 0.0, 0.0])
    });
}

#[test]
fn float_flags() {
    let (one, nan) = (double(1.0), double(f64::NAN));
    check_flags(Op::Fcmp, [D, 0], "", &[one, one], 0, "zc");
    check_flags(Op::Fcmp, [D, 0], "", &[0, one], 0, "n");
    check_flags(Op::Fcmp, [D, 0], "", &[one, 0], 0, "c");
    check_flags(Op::Fcmp, [D, 0], "", &[one, nan], 0, "cv");
    let signals = |op, attrs, imm| {
        let mut env = FpEnv::default();
        in_env(op, attrs, imm, &[nan, one], &mut env);
        (env.fpsr.0, env.nzcv)
    };
    assert_eq!(signals(Op::Fcmp, [D, 0], 0), (0, nzcv("cv")));
    assert_eq!(signals(Op::Fcmp, [D, 1], 0), (Fpsr::IOC, nzcv("cv")));
    assert_eq!(signals(Op::Fccmp, [D, Cond::Ne as u8], 0x1f), (Fpsr::IOC, nzcv("cv")));
    assert_eq!(signals(Op::Fccmp, [D, Cond::Eq as u8], 0x1c), (0, nzcv("nz")));
    check_flags(Op::Fjcvtzs, [0, 0], "ncv", &[double(-1.0)], 0xffff_ffff, "z");
    check_flags(Op::Fjcvtzs, [0, 0], "", &[double(4_294_967_297.5)], 1, "");
}

#[test]
fn cryptography_reaches_its_functions() {
    let kind = |k: CryptoKind| [k as u8, 0];
    check(Op::VCrypto, kind(CryptoKind::Sha1h), &[1, 1, 1], 1 << 30);
    // AESE of zeros: the S-box of 0 in every byte.
    check(Op::VCrypto, kind(CryptoKind::Aese), &[0, 0, 0], ONES / 0xff * 0x63);
}

#[test]
fn results_fit_their_types() {
    for &op in Op::ALL.iter().filter(|op| is_value_op(**op)) {
        // Small numbers are good for every kind of attribute.
        for size in [B, H, S] {
            let value = eval(op, [size, 1], 1, &[BYTES, MORE, ONES]);
            let bits = match op.info().result {
                Ty::Non => 0,
                Ty::I32 => 32,
                Ty::I64 => 64,
                Ty::V => 128,
            };
            assert_eq!(value.checked_shr(bits).unwrap_or(0), 0, "{op:?}");
        }
    }
}
