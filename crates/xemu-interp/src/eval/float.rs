//! Floating-point operations: the element functions of [`crate::fp`] over shapes and formats.

use xemu_guest::{Cond, Fpcr, Fpsr, Nzcv};
use xemu_ir::{Es, RoundKind, Shape};

use super::FpEnv;
use super::lanes::{build, get, wider};
use crate::fp::{self, Fixed, Format, Rounding};

/// A function of one element.
type Unary = fn(Format, u64, Fpcr, &mut Fpsr) -> u64;
/// A function of two elements.
type Binary = fn(Format, u64, u64, Fpcr, &mut Fpsr) -> u64;
/// A relation of two elements.
type Relation = fn(Format, u64, u64, Fpcr, &mut Fpsr) -> bool;

/// An immediate's bit that says unsigned.
const UNSIGNED: u64 = 0x100;
/// An immediate's bit that says lowest element only.
const LOWEST_ONLY: u64 = 0x200;

fn format(es: Es) -> Format {
    match es {
        Es::B | Es::H => Format::Half,
        Es::S => Format::Single,
        Es::D | Es::Q => Format::Double,
    }
}

fn element(es: Es, v: u128, i: usize) -> u64 {
    get(es, v, i) as u64
}

/// `f` of each element's index; for a scalar of the lowest only, with zero above.
fn shaped(es: Es, shape: u8, mut f: impl FnMut(usize) -> u64) -> u128 {
    if Shape::from_u8(shape) == Shape::Scalar { f(0).into() } else { build(es, |i| f(i).into()) }
}

pub(super) fn unary(f: Unary, es: Es, shape: u8, x: u128, env: &mut FpEnv) -> u128 {
    shaped(es, shape, |i| f(format(es), element(es, x, i), env.fpcr, &mut env.fpsr))
}

/// FABS, FNEG: a function of the bits and FPCR.AH.
pub(super) fn sign(
    f: fn(Format, u64, Fpcr) -> u64,
    es: Es,
    shape: u8,
    x: u128,
    fpcr: Fpcr,
) -> u128 {
    shaped(es, shape, |i| f(format(es), element(es, x, i), fpcr))
}

pub(super) fn binary(f: Binary, es: Es, shape: u8, args: &[u128; 3], env: &mut FpEnv) -> u128 {
    let [x, y, _] = args.map(|v| move |i| element(es, v, i));
    shaped(es, shape, |i| f(format(es), x(i), y(i), env.fpcr, &mut env.fpsr))
}

/// All ones where the relation holds.
pub(super) fn compare(f: Relation, es: Es, shape: u8, args: &[u128; 3], env: &mut FpEnv) -> u128 {
    let [x, y, _] = args.map(|v| move |i| element(es, v, i));
    let mask = format(es).mask();
    shaped(es, shape, |i| {
        let holds = f(format(es), x(i), y(i), env.fpcr, &mut env.fpsr);
        if holds { mask } else { 0 }
    })
}

/// Addend, then the factors.
pub(super) fn mul_add(es: Es, shape: u8, args: &[u128; 3], env: &mut FpEnv) -> u128 {
    let [acc, x, y] = args.map(|v| move |i| element(es, v, i));
    shaped(es, shape, |i| fp::mul_add(format(es), acc(i), x(i), y(i), env.fpcr, &mut env.fpsr))
}

/// FMLAL: half-precision factors in the low half, accumulator in single precision.
pub(super) fn mul_add_long(args: &[u128; 3], env: &mut FpEnv) -> u128 {
    let [acc, x, y] = *args;
    build(Es::S, |i| {
        let (x, y) = (element(Es::H, x, i), element(Es::H, y, i));
        fp::mul_add_h(element(Es::S, acc, i), x, y, env.fpcr, &mut env.fpsr).into()
    })
}

/// BFDOT: pairs of BFloat16 factors, accumulator in single precision.
pub(super) fn bf_dot(args: &[u128; 3], env: &FpEnv) -> u128 {
    let [acc, x, y] = *args;
    build(Es::S, |i| {
        let pair = |v| [element(Es::H, v, 2 * i), element(Es::H, v, 2 * i + 1)];
        fp::bf_dot_add(element(Es::S, acc, i), pair(x), pair(y), env.fpcr).into()
    })
}

/// BFMMLA: a 2 by 4 matrix by a 4 by 2 matrix that is stored by columns, added to a 2 by 2 matrix.
pub(super) fn bf_mat_mul(args: &[u128; 3], env: &FpEnv) -> u128 {
    let [acc, x, y] = *args;
    build(Es::S, |i| {
        let (row, column) = (i / 2 * 4, i % 2 * 4);
        let pair = |v, at| [element(Es::H, v, at), element(Es::H, v, at + 1)];
        let dot = |sum, k| fp::bf_dot_add(sum, pair(x, row + k), pair(y, column + k), env.fpcr);
        dot(dot(element(Es::S, acc, i), 0), 2).into()
    })
}

/// BFMLALB, BFMLALT: the even or odd BFloat16 factors, accumulator in single precision.
pub(super) fn bf_mul_add(args: &[u128; 3], odd: u8, env: &mut FpEnv) -> u128 {
    let [acc, x, y] = *args;
    build(Es::S, |i| {
        let at = 2 * i + usize::from(odd);
        let (x, y) = (element(Es::H, x, at), element(Es::H, y, at));
        fp::bf_mul_add(element(Es::S, acc, i), x, y, env.fpcr, &mut env.fpsr).into()
    })
}

/// BFCVT, BFCVTN.
pub(super) fn bf_convert(shape: u8, x: u128, env: &mut FpEnv) -> u128 {
    let mut convert = |e| fp::bf_convert(e, env.fpcr, &mut env.fpsr);
    if Shape::from_u8(shape) == Shape::Scalar {
        convert(element(Es::S, x, 0)).into()
    } else {
        narrowed(Es::H, x, convert)
    }
}

/// FRINT*.
pub(super) fn round(es: Es, shape: u8, x: u128, kind: u64, env: &mut FpEnv) -> u128 {
    let kind = RoundKind::from_u8(kind as u8);
    let rounding = rounding(kind, env.fpcr);
    let int_bits = match kind {
        RoundKind::Int32X | RoundKind::Int32Z => Some(32),
        RoundKind::Int64X | RoundKind::Int64Z => Some(64),
        _ => None,
    };
    let exact = kind == RoundKind::CurrentExact;
    shaped(es, shape, |i| {
        let e = element(es, x, i);
        let fpsr = &mut env.fpsr;
        match int_bits {
            Some(bits) => fp::round_int_n(format(es), e, rounding, bits, env.fpcr, fpsr),
            None => fp::round_int(format(es), e, rounding, exact, env.fpcr, fpsr),
        }
    })
}

fn rounding(kind: RoundKind, fpcr: Fpcr) -> Rounding {
    match kind {
        RoundKind::TieEven => Rounding::TieEven,
        RoundKind::PlusInf => Rounding::PlusInf,
        RoundKind::MinusInf => Rounding::MinusInf,
        RoundKind::Zero | RoundKind::Int32Z | RoundKind::Int64Z => Rounding::Zero,
        RoundKind::TieAway => Rounding::TieAway,
        RoundKind::Current | RoundKind::CurrentExact | RoundKind::Int32X | RoundKind::Int64X => {
            Rounding::of(fpcr)
        }
    }
}

/// FCADD: `rotation` in quarter turns, 1 or 3.
pub(super) fn complex_add(es: Es, args: &[u128; 3], rotation: u64, env: &mut FpEnv) -> u128 {
    let fmt = format(es);
    let [x, y, _] = args.map(|v| move |i| element(es, v, i));
    build(es, |i| {
        // The other part of the pair, negated for the real part at 90 and the imaginary at 270.
        let other = y(i ^ 1);
        let negate = (i % 2 == 0) == (rotation == 1);
        let other = if negate { fp::neg(fmt, other, env.fpcr) } else { other };
        fp::add(fmt, x(i), other, env.fpcr, &mut env.fpsr).into()
    })
}

/// FCMLA: `rotation` in quarter turns.
pub(super) fn complex_mul_add(es: Es, args: &[u128; 3], rotation: u64, env: &mut FpEnv) -> u128 {
    let fmt = format(es);
    let [acc, x, y] = args.map(|v| move |i| element(es, v, i));
    let turned = rotation as usize & 1;
    build(es, |i| {
        let part = i % 2;
        let factor = x(i - part + turned);
        let other = y(i ^ turned);
        let negate = match rotation & 3 {
            0 => false,
            1 => part == 0,
            2 => true,
            _ => part == 1,
        };
        let other = if negate { fp::neg(fmt, other, env.fpcr) } else { other };
        fp::mul_add(fmt, acc(i), factor, other, env.fpcr, &mut env.fpsr).into()
    })
}

/// FCVT between scalars.
pub(super) fn convert(from: Es, to: Es, x: u128, env: &mut FpEnv) -> u128 {
    fp::convert(format(to), format(from), element(from, x, 0), env.fpcr, &mut env.fpsr).into()
}

/// FCVTL: the low half's elements of size `es`, widened.
pub(super) fn convert_long(es: Es, x: u128, env: &mut FpEnv) -> u128 {
    let wide = wider(es);
    build(wide, |i| {
        let e = element(es, x, i);
        fp::convert(format(wide), format(es), e, env.fpcr, &mut env.fpsr).into()
    })
}

/// The low half's elements of size `es`, each `f` of an element of twice the size.
fn narrowed(es: Es, x: u128, mut f: impl FnMut(u64) -> u64) -> u128 {
    let wide = wider(es);
    build(es, |i| if i < wide.lanes() { f(element(wide, x, i)).into() } else { 0 })
}

/// FCVTN: narrowed to size `es` in the low half.
pub(super) fn convert_narrow(es: Es, x: u128, env: &mut FpEnv) -> u128 {
    let (to, from) = (format(es), format(wider(es)));
    narrowed(es, x, |e| fp::convert(to, from, e, env.fpcr, &mut env.fpsr))
}

/// FCVTXN: double to single precision, rounded to odd.
pub(super) fn convert_narrow_odd(shape: u8, x: u128, env: &mut FpEnv) -> u128 {
    let mut convert = |e| fp::convert_odd(e, env.fpcr, &mut env.fpsr);
    if Shape::from_u8(shape) == Shape::Scalar {
        convert(element(Es::D, x, 0)).into()
    } else {
        narrowed(Es::S, x, convert)
    }
}

fn fixed(bits: u32, imm: u64) -> Fixed {
    Fixed { bits, unsigned: imm & UNSIGNED != 0, fraction: imm as u32 & 0xff }
}

/// A scalar to an integer register of `bits`.
pub(super) fn to_int(bits: u32, es: Es, round: u8, x: u128, imm: u64, env: &mut FpEnv) -> u128 {
    let rounding = rounding(RoundKind::from_u8(round), env.fpcr);
    let e = element(es, x, 0);
    fp::to_fixed(format(es), e, fixed(bits, imm), rounding, env.fpcr, &mut env.fpsr).into()
}

/// An integer register to a scalar.
pub(super) fn from_int(es: Es, bits: u32, unsigned: u8, x: u64, imm: u64, env: &mut FpEnv) -> u128 {
    let fixed = Fixed { unsigned: unsigned != 0, ..fixed(bits, imm) };
    let rounding = Rounding::of(env.fpcr);
    fp::fixed_to_fp(format(es), x, fixed, rounding, env.fpcr, &mut env.fpsr).into()
}

/// Elements to integers of the same size.
pub(super) fn vec_to_int(es: Es, round: u8, x: u128, imm: u64, env: &mut FpEnv) -> u128 {
    let rounding = rounding(RoundKind::from_u8(round), env.fpcr);
    let shape = if imm & LOWEST_ONLY != 0 { Shape::Scalar } else { Shape::Vector };
    let fixed = fixed(es.bits(), imm);
    shaped(es, shape.into(), |i| {
        fp::to_fixed(format(es), element(es, x, i), fixed, rounding, env.fpcr, &mut env.fpsr)
    })
}

/// Integers to elements of the same size.
pub(super) fn vec_from_int(es: Es, shape: u8, x: u128, imm: u64, env: &mut FpEnv) -> u128 {
    let (fixed, rounding) = (fixed(es.bits(), imm), Rounding::of(env.fpcr));
    shaped(es, shape, |i| {
        fp::fixed_to_fp(format(es), element(es, x, i), fixed, rounding, env.fpcr, &mut env.fpsr)
    })
}

/// FJCVTZS.
pub(super) fn to_int_js(x: u128, env: &mut FpEnv) -> u128 {
    let (result, exact) = fp::to_fixed_js(element(Es::D, x, 0), env.fpcr, &mut env.fpsr);
    env.nzcv = Nzcv::new(false, exact, false, false);
    result.into()
}

/// FCMP, FCMPE.
pub(super) fn compare_flags(es: Es, signal_nans: bool, args: &[u128; 3], env: &mut FpEnv) {
    let (x, y) = (element(es, args[0], 0), element(es, args[1], 0));
    let flags = fp::compare(format(es), x, y, signal_nans, env.fpcr, &mut env.fpsr);
    env.nzcv = Nzcv::from_imm4(flags.into());
}

/// FCCMP, FCCMPE.
pub(super) fn compare_flags_if(es: Es, cond: u8, args: &[u128; 3], imm: u64, env: &mut FpEnv) {
    if Cond::from_field(cond.into()).holds(env.nzcv) {
        compare_flags(es, imm & 0x10 != 0, args, env);
    } else {
        env.nzcv = Nzcv::from_imm4(imm as u32);
    }
}
