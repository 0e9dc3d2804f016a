//! The value of every op that touches neither memory, nor guest registers, nor control.
//!
//! [`eval_op`] is a function of operands and [`FpEnv`] alone, so that generated code can call it
//! for what is not emitted inline.

mod crypto_op;
mod float;
mod int;
mod lanes;
mod sat;
mod shift;
mod vec_int;
mod vec_perm;
mod widen;

#[cfg(test)]
mod tests;

use xemu_guest::{Cond, Fpcr, Fpsr, Nzcv};
use xemu_ir::{CryptoKind, Es, Op};

use self::lanes::Sign::{Signed as S, Unsigned as U};
use self::lanes::{binary, build, compare, get, number, set, unary, wider};
use self::sat::Saturate;
use crate::{crypto, fp};

/// The state that ops work on beside their operands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FpEnv {
    /// FPCR; only read.
    pub fpcr: Fpcr,
    /// Accumulates FPSR's cumulative bits, QC among them.
    pub fpsr: Fpsr,
    /// The condition flags before and after.
    pub nzcv: Nzcv,
}

/// The pattern of the ops that engines do themselves: guest registers, memory, control.
macro_rules! engine_op {
    () => {
        Op::Nop
            | Op::Insn
            | Op::GetX
            | Op::GetW
            | Op::GetV
            | Op::SetX
            | Op::SetW
            | Op::SetV
            | Op::GetSys
            | Op::Rndr
            | Op::SetSys
            | Op::Load8
            | Op::Load16
            | Op::Load32
            | Op::Load64
            | Op::LoadS8W
            | Op::LoadS16W
            | Op::LoadS8X
            | Op::LoadS16X
            | Op::LoadS32X
            | Op::LoadV
            | Op::Store8
            | Op::Store16
            | Op::Store32
            | Op::Store64
            | Op::StoreV
            | Op::CheckAlign
            | Op::LoadEx
            | Op::LoadEx128
            | Op::StoreEx
            | Op::StoreEx128
            | Op::Clrex
            | Op::AtomicRmw
            | Op::AtomicCas
            | Op::AtomicCas128
            | Op::AtomicRmw128
            | Op::MemCopy
            | Op::MemSet
            | Op::PacSign
            | Op::PacAuth
            | Op::PacGeneric
            | Op::MemFence
            | Op::DcZva
            | Op::TagStore
            | Op::TagLoad
            | Op::TagAdd
            | Op::TagRandom
            | Op::SetBtype
            | Op::CheckBtype
            | Op::CheckSp
            | Op::Gcs
            | Op::IcIvau
            | Op::Pause
            | Op::ExitIf
            | Op::ExitIfZ32
            | Op::ExitIfZ64
            | Op::ExitIfNz32
            | Op::ExitIfNz64
            | Op::ExitIfBitZ
            | Op::ExitIfBitNz
            | Op::SyncIfOdd16
            | Op::Goto
            | Op::GotoReg
            | Op::Call
            | Op::CallReg
            | Op::Ret
            | Op::Sync
            | Op::Svc
            | Op::Brk
            | Op::Undef
    };
}

/// Whether [`eval_op`] computes `op`.
pub fn is_value_op(op: Op) -> bool {
    !matches!(op, engine_op!())
}

/// Computes `op`: `a`, `b` and `imm` as in [`xemu_ir::Inst`], `args` the operands in the low bits,
/// zero where there is none. The result is zero-extended to 128 bits; zero if the op has none.
///
/// # Panics
/// On an op for which [`is_value_op`] says no.
pub fn eval_op(op: Op, a: u8, b: u8, imm: u64, args: &[u128; 3], env: &mut FpEnv) -> u128 {
    // Operands as W, X and V registers; `es` and `holds` where `a` is a size or a condition.
    let (wn, wm) = (args[0] as u32, args[1] as u32);
    let (xn, xm) = (args[0] as u64, args[1] as u64);
    let [vn, vm, vo] = *args;
    let es = Es::ALL[usize::from(a).min(Es::ALL.len() - 1)];
    let wide = wider(es);
    match op {
        // Flags, constants, width changes
        Op::GetNzcv => env.nzcv.0.into(),
        Op::SetNzcv => flags(env, Nzcv(wn & 0xf << 28)),
        Op::Const32 => w(imm as u32),
        Op::Const64 | Op::ConstVLow => x(imm),
        Op::ConstV => x(imm) | x(imm) << 64,
        Op::Zext | Op::Trunc => w(wn),
        Op::Sext => x(wn as i32 as u64),

        // Integer arithmetic and logic, no flags
        Op::Add32 => w(wn.wrapping_add(wm)),
        Op::Add64 => x(xn.wrapping_add(xm)),
        Op::Sub32 => w(wn.wrapping_sub(wm)),
        Op::Sub64 => x(xn.wrapping_sub(xm)),
        Op::And32 => w(wn & wm),
        Op::And64 => x(xn & xm),
        Op::Or32 => w(wn | wm),
        Op::Or64 => x(xn | xm),
        Op::Xor32 => w(wn ^ wm),
        Op::Xor64 => x(xn ^ xm),
        Op::Andn32 => w(wn & !wm),
        Op::Andn64 => x(xn & !xm),
        Op::Orn32 => w(wn | !wm),
        Op::Orn64 => x(xn | !xm),
        Op::Xorn32 => w(wn ^ !wm),
        Op::Xorn64 => x(xn ^ !xm),
        Op::Not32 => w(!wn),
        Op::Not64 => x(!xn),
        Op::Neg32 => w(wn.wrapping_neg()),
        Op::Neg64 => x(xn.wrapping_neg()),
        Op::Shl32 => w(wn.wrapping_shl(wm)),
        Op::Shl64 => x(xn.wrapping_shl(xm as u32)),
        Op::Shr32 => w(wn.wrapping_shr(wm)),
        Op::Shr64 => x(xn.wrapping_shr(xm as u32)),
        Op::Sar32 => w((wn as i32).wrapping_shr(wm) as u32),
        Op::Sar64 => x((xn as i64).wrapping_shr(xm as u32) as u64),
        Op::Ror32 => w(wn.rotate_right(wm & 31)),
        Op::Ror64 => x(xn.rotate_right(xm as u32 & 63)),
        Op::Extr32 => int::extract(32, wn.into(), wm.into(), a),
        Op::Extr64 => int::extract(64, xn, xm, a),
        Op::Ubfx32 => x(int::ubfx(wn.into(), a, b)),
        Op::Ubfx64 => x(int::ubfx(xn, a, b)),
        Op::Sbfx32 => w(int::sbfx(wn.into(), a, b) as u32),
        Op::Sbfx64 => x(int::sbfx(xn, a, b)),
        Op::Bfi32 => w(int::bfi(wn.into(), wm.into(), a, b) as u32),
        Op::Bfi64 => x(int::bfi(xn, xm, a, b)),
        Op::Mul32 => w(wn.wrapping_mul(wm)),
        Op::Mul64 => x(xn.wrapping_mul(xm)),
        Op::Smulh => x(int::smulh(xn, xm)),
        Op::Umulh => x(int::umulh(xn, xm)),
        Op::Udiv32 => w(wn.checked_div(wm).unwrap_or(0)),
        Op::Udiv64 => x(xn.checked_div(xm).unwrap_or(0)),
        Op::Sdiv32 => w(int::sdiv32(wn, wm)),
        Op::Sdiv64 => x(int::sdiv64(xn, xm)),
        Op::Clz32 => w(wn.leading_zeros()),
        Op::Clz64 => w(xn.leading_zeros()),
        Op::Cls32 => w(int::cls32(wn)),
        Op::Cls64 => x(int::cls64(xn)),
        Op::Ctz32 => w(wn.trailing_zeros()),
        Op::Ctz64 => w(xn.trailing_zeros()),
        Op::Popcnt32 => w(wn.count_ones()),
        Op::Popcnt64 => w(xn.count_ones()),
        Op::Rbit32 => w(wn.reverse_bits()),
        Op::Rbit64 => x(xn.reverse_bits()),
        Op::Rev32 => w(wn.swap_bytes()),
        Op::Rev64 => x(xn.swap_bytes()),
        Op::Rev16In32 => x(int::rev16(wn.into())),
        Op::Rev16In64 => x(int::rev16(xn)),
        Op::Rev32In64 => x(xn.swap_bytes().rotate_left(32)),
        Op::Abs32 => w((wn as i32).unsigned_abs()),
        Op::Abs64 => x((xn as i64).unsigned_abs()),
        Op::Smax32 => w((wn as i32).max(wm as i32) as u32),
        Op::Smax64 => x((xn as i64).max(xm as i64) as u64),
        Op::Smin32 => w((wn as i32).min(wm as i32) as u32),
        Op::Smin64 => x((xn as i64).min(xm as i64) as u64),
        Op::Umax32 => w(wn.max(wm)),
        Op::Umax64 => x(xn.max(xm)),
        Op::Umin32 => w(wn.min(wm)),
        Op::Umin64 => x(xn.min(xm)),
        Op::Crc32 => w(crypto::crc32(wn, xm, es.bytes())),
        Op::Crc32c => w(crypto::crc32c(wn, xm, es.bytes())),

        // Integer, with flags
        Op::Adds32 => int::adds(32, xn, xm, &mut env.nzcv, false),
        Op::Adds64 => int::adds(64, xn, xm, &mut env.nzcv, false),
        Op::Subs32 => int::adds(32, xn, !xm, &mut env.nzcv, true),
        Op::Subs64 => int::adds(64, xn, !xm, &mut env.nzcv, true),
        Op::Ands32 => {
            env.nzcv = int::logic_flags(32, (wn & wm).into());
            w(wn & wm)
        }
        Op::Ands64 => {
            env.nzcv = int::logic_flags(64, xn & xm);
            x(xn & xm)
        }
        Op::Adc32 => x(int::add_with_carry(32, xn, xm, env.nzcv.c()).0),
        Op::Adc64 => x(int::add_with_carry(64, xn, xm, env.nzcv.c()).0),
        Op::Sbc32 => x(int::add_with_carry(32, xn, !xm, env.nzcv.c()).0),
        Op::Sbc64 => x(int::add_with_carry(64, xn, !xm, env.nzcv.c()).0),
        Op::Adcs32 => carried(32, xn, xm, env),
        Op::Adcs64 => carried(64, xn, xm, env),
        Op::Sbcs32 => carried(32, xn, !xm, env),
        Op::Sbcs64 => carried(64, xn, !xm, env),
        Op::Ccmp32 => compare_if(a, b, env, || int::add_with_carry(32, xn, !xm, true).1),
        Op::Ccmp64 => compare_if(a, b, env, || int::add_with_carry(64, xn, !xm, true).1),
        Op::Ccmn32 => compare_if(a, b, env, || int::add_with_carry(32, xn, xm, false).1),
        Op::Ccmn64 => compare_if(a, b, env, || int::add_with_carry(64, xn, xm, false).1),
        Op::Csel32 => w(if holds(a, env) { wn } else { wm }),
        Op::Csel64 => x(if holds(a, env) { xn } else { xm }),
        Op::Csinc32 => w(if holds(a, env) { wn } else { wm.wrapping_add(1) }),
        Op::Csinc64 => x(if holds(a, env) { xn } else { xm.wrapping_add(1) }),
        Op::Csinv32 => w(if holds(a, env) { wn } else { !wm }),
        Op::Csinv64 => x(if holds(a, env) { xn } else { !xm }),
        Op::Csneg32 => w(if holds(a, env) { wn } else { wm.wrapping_neg() }),
        Op::Csneg64 => x(if holds(a, env) { xn } else { xm.wrapping_neg() }),

        // Vectors: moves, permutations
        Op::VFromX => x(xn),
        Op::VFromW => w(wn),
        Op::VDupX => build(es, |_| xn.into()),
        Op::VDup => vec_perm::dup(es, vn, b),
        Op::VInsX => set(es, vn, b.into(), xm.into()),
        Op::VIns => vec_perm::ins(es, vn, vm, b, imm),
        Op::VUmov => x(get(es, vn, b.into()) as u64),
        Op::VSmov => x(number(es, S, vn, b.into()) as u64),
        Op::VCsel => {
            if holds(a, env) {
                vn
            } else {
                vm
            }
        }
        Op::VLow => get(es, vn, 0),
        Op::VZip1 => vec_perm::zip(es, 0, vn, vm),
        Op::VZip2 => vec_perm::zip(es, 1, vn, vm),
        Op::VUzp1 => vec_perm::uzp(es, 0, vn, vm),
        Op::VUzp2 => vec_perm::uzp(es, 1, vn, vm),
        Op::VTrn1 => vec_perm::trn(es, 0, vn, vm),
        Op::VTrn2 => vec_perm::trn(es, 1, vn, vm),
        Op::VExt => vec_perm::ext(vn, vm, a),
        Op::VLut => vec_perm::lut(es, args, b, imm),
        Op::VTbx => vec_perm::tbx(vn, vm, vo, a),
        Op::VRev => vec_perm::rev(es, Es::from_u8(b), vn),

        // Vectors: bitwise
        Op::VAnd => vn & vm,
        Op::VOr => vn | vm,
        Op::VXor => vn ^ vm,
        Op::VAndn => vn & !vm,
        Op::VOrn => vn | !vm,
        Op::VNot => !vn,
        Op::VBsl => vn & vm | !vn & vo,
        Op::VCnt => vec_int::cnt(vn),
        Op::VRbit => vec_int::rbit(vn),
        Op::VClz => vec_int::clz(es, vn),
        Op::VCls => vec_int::cls(es, vn),

        // Vectors: integer arithmetic
        Op::VAdd => binary(es, U, vn, vm, |e, f| e + f),
        Op::VSub => binary(es, U, vn, vm, |e, f| e - f),
        Op::VMul => binary(es, S, vn, vm, |e, f| e * f),
        Op::VPmul => vec_int::pmul(vn, vm),
        Op::VNeg => unary(es, S, vn, |e| -e),
        Op::VAbs => unary(es, S, vn, i128::abs),
        Op::VSmax => binary(es, S, vn, vm, Ord::max),
        Op::VSmin => binary(es, S, vn, vm, Ord::min),
        Op::VUmax => binary(es, U, vn, vm, Ord::max),
        Op::VUmin => binary(es, U, vn, vm, Ord::min),
        Op::VSabd => binary(es, S, vn, vm, |e, f| (e - f).abs()),
        Op::VUabd => binary(es, U, vn, vm, |e, f| (e - f).abs()),
        Op::VShadd => binary(es, S, vn, vm, |e, f| (e + f) >> 1),
        Op::VUhadd => binary(es, U, vn, vm, |e, f| (e + f) >> 1),
        Op::VSrhadd => binary(es, S, vn, vm, |e, f| (e + f + 1) >> 1),
        Op::VUrhadd => binary(es, U, vn, vm, |e, f| (e + f + 1) >> 1),
        Op::VShsub => binary(es, S, vn, vm, |e, f| (e - f) >> 1),
        Op::VUhsub => binary(es, U, vn, vm, |e, f| (e - f) >> 1),
        Op::VAddp => vec_int::pairwise(es, U, vn, vm, |e, f| e + f),
        Op::VSmaxp => vec_int::pairwise(es, S, vn, vm, Ord::max),
        Op::VSminp => vec_int::pairwise(es, S, vn, vm, Ord::min),
        Op::VUmaxp => vec_int::pairwise(es, U, vn, vm, Ord::max),
        Op::VUminp => vec_int::pairwise(es, U, vn, vm, Ord::min),
        Op::VSaddlp => vec_int::addlp(es, S, vn),
        Op::VUaddlp => vec_int::addlp(es, U, vn),
        Op::VAddv => vec_int::across(es, es, U, vn, b, |e, f| e + f),
        Op::VSmaxv => vec_int::across(es, es, S, vn, b, Ord::max),
        Op::VSminv => vec_int::across(es, es, S, vn, b, Ord::min),
        Op::VUmaxv => vec_int::across(es, es, U, vn, b, Ord::max),
        Op::VUminv => vec_int::across(es, es, U, vn, b, Ord::min),
        Op::VSaddlv => vec_int::across(es, wide, S, vn, b, |e, f| e + f),
        Op::VUaddlv => vec_int::across(es, wide, U, vn, b, |e, f| e + f),
        Op::VCmeq => compare(es, U, vn, vm, i128::eq),
        Op::VCmgt => compare(es, S, vn, vm, i128::gt),
        Op::VCmge => compare(es, S, vn, vm, i128::ge),
        Op::VCmhi => compare(es, U, vn, vm, i128::gt),
        Op::VCmhs => compare(es, U, vn, vm, i128::ge),
        Op::VCmtst => compare(es, U, vn, vm, |e, f| e & f != 0),
        Op::VSdot => vec_int::dot([S, S], vn, vm, vo),
        Op::VUdot => vec_int::dot([U, U], vn, vm, vo),
        Op::VUsdot => vec_int::dot([U, S], vn, vm, vo),
        Op::VSmmla => vec_int::mmla([S, S], vn, vm, vo),
        Op::VUmmla => vec_int::mmla([U, U], vn, vm, vo),
        Op::VUsmmla => vec_int::mmla([U, S], vn, vm, vo),
        Op::VUrecpe => vec_int::urecpe(vn),
        Op::VUrsqrte => vec_int::ursqrte(vn),

        // Vectors: saturating
        Op::VSqadd => sat(es, b, env).binary([S, S], vn, vm, |e, f| e + f),
        Op::VUqadd => sat(es, b, env).binary([U, U], vn, vm, |e, f| e + f),
        Op::VSqsub => sat(es, b, env).binary([S, S], vn, vm, |e, f| e - f),
        Op::VUqsub => sat(es, b, env).binary([U, U], vn, vm, |e, f| e - f),
        Op::VSuqadd => sat(es, b, env).binary([S, U], vn, vm, |e, f| e + f),
        Op::VUsqadd => sat(es, b, env).binary([U, S], vn, vm, |e, f| e + f),
        Op::VSqabs => sat(es, b, env).unary([S, S], vn, i128::abs),
        Op::VSqneg => sat(es, b, env).unary([S, S], vn, |e| -e),
        Op::VSqdmulh => sat(es, b, env).doubling_mul_high(vn, vm, false),
        Op::VSqrdmulh => sat(es, b, env).doubling_mul_high(vn, vm, true),
        Op::VSqrdmlah => sat(es, b, env).doubling_mul_add_high(*args, false),
        Op::VSqrdmlsh => sat(es, b, env).doubling_mul_add_high(*args, true),
        Op::VSqshl => sat(es, b, env).shift(S, false, vn, vm),
        Op::VUqshl => sat(es, b, env).shift(U, false, vn, vm),
        Op::VSqrshl => sat(es, b, env).shift(S, true, vn, vm),
        Op::VUqrshl => sat(es, b, env).shift(U, true, vn, vm),
        Op::VSqshlImm => sat(es, b, env).shift_imm([S, S], vn, imm),
        Op::VUqshlImm => sat(es, b, env).shift_imm([U, U], vn, imm),
        Op::VSqshluImm => sat(es, b, env).shift_imm([S, U], vn, imm),
        Op::VSqxtn => sat(es, b, env).narrow([S, S], vn),
        Op::VUqxtn => sat(es, b, env).narrow([U, U], vn),
        Op::VSqxtun => sat(es, b, env).narrow([S, U], vn),
        Op::VSqdmull => sat(es, b, env).doubling_mul_long(vn, vm),

        // Vectors: shifts
        Op::VShl => shift::left_imm(es, vn, b),
        Op::VUshr => shift::right_imm(es, U, false, vn, b),
        Op::VSshr => shift::right_imm(es, S, false, vn, b),
        Op::VUrshr => shift::right_imm(es, U, true, vn, b),
        Op::VSrshr => shift::right_imm(es, S, true, vn, b),
        Op::VSli => shift::sli(es, vn, vm, b),
        Op::VSri => shift::sri(es, vn, vm, b),
        Op::VRor => shift::rotate_right(es, vn, b),
        Op::VUshl => shift::by_register(es, U, false, vn, vm),
        Op::VSshl => shift::by_register(es, S, false, vn, vm),
        Op::VUrshl => shift::by_register(es, U, true, vn, vm),
        Op::VSrshl => shift::by_register(es, S, true, vn, vm),

        // Vectors: widening and narrowing
        Op::VSxtl => widen::extend(es, S, vn, b),
        Op::VUxtl => widen::extend(es, U, vn, b),
        Op::VSmull => widen::mull(es, S, vn, vm, b),
        Op::VUmull => widen::mull(es, U, vn, vm, b),
        Op::VPmull => widen::pmull(es, vn, vm, b),
        Op::VXtn => widen::narrow(es, vn),

        Op::VCrypto => crypto_op::eval(CryptoKind::from_u8(a), b, args),

        // Floating point
        Op::Fadd => float::binary(fp::add, es, b, args, env),
        Op::Fsub => float::binary(fp::sub, es, b, args, env),
        Op::Fmul => float::binary(fp::mul, es, b, args, env),
        Op::Fdiv => float::binary(fp::div, es, b, args, env),
        Op::Fmulx => float::binary(fp::mulx, es, b, args, env),
        Op::Fmax => float::binary(fp::max, es, b, args, env),
        Op::Fmin => float::binary(fp::min, es, b, args, env),
        Op::Fmaxnm => float::binary(fp::max_num, es, b, args, env),
        Op::Fminnm => float::binary(fp::min_num, es, b, args, env),
        Op::Famax => float::binary(fp::abs_max, es, b, args, env),
        Op::Famin => float::binary(fp::abs_min, es, b, args, env),
        Op::Fsqrt => float::unary(fp::sqrt, es, b, vn, env),
        Op::Fmadd => float::mul_add(es, b, args, env),
        Op::Fabs => float::sign(fp::abs, es, b, vn, env.fpcr),
        Op::Fneg => float::sign(fp::neg, es, b, vn, env.fpcr),
        Op::Frecpe => float::unary(fp::recip_estimate, es, b, vn, env),
        Op::Frsqrte => float::unary(fp::rsqrt_estimate, es, b, vn, env),
        Op::Frecpx => float::unary(fp::recpx, es, b, vn, env),
        Op::Frecps => float::binary(fp::recip_step_fused, es, b, args, env),
        Op::Frsqrts => float::binary(fp::rsqrt_step_fused, es, b, args, env),
        Op::Fcmeq => float::compare(fp::compare_eq, es, b, args, env),
        Op::Fcmge => float::compare(fp::compare_ge, es, b, args, env),
        Op::Fcmgt => float::compare(fp::compare_gt, es, b, args, env),
        Op::Facge => float::compare(fp::abs_compare_ge, es, b, args, env),
        Op::Facgt => float::compare(fp::abs_compare_gt, es, b, args, env),
        Op::Frint => float::round(es, b, vn, imm, env),
        Op::Fcadd => float::complex_add(es, args, imm, env),
        Op::Fcmla => float::complex_mul_add(es, args, imm, env),
        Op::Fmlal => float::mul_add_long(args, env),
        Op::Bfdot => float::bf_dot(args, env),
        Op::Bfmmla => float::bf_mat_mul(args, env),
        Op::Bfmlal => float::bf_mul_add(args, b, env),
        Op::Bfcvt => float::bf_convert(b, vn, env),
        Op::Fcvt => float::convert(es, Es::from_u8(b), vn, env),
        Op::Fcvtl => float::convert_long(es, vn, env),
        Op::Fcvtn => float::convert_narrow(es, vn, env),
        Op::Fcvtxn => float::convert_narrow_odd(b, vn, env),
        Op::FToI32 => float::to_int(32, es, b, vn, imm, env),
        Op::FToI64 => float::to_int(64, es, b, vn, imm, env),
        Op::I32ToF => float::from_int(es, 32, b, wn.into(), imm, env),
        Op::I64ToF => float::from_int(es, 64, b, xn, imm, env),
        Op::VFToI => float::vec_to_int(es, b, vn, imm, env),
        Op::VIToF => float::vec_from_int(es, b, vn, imm, env),
        Op::Fjcvtzs => float::to_int_js(vn, env),
        Op::Fcmp => {
            float::compare_flags(es, b != 0, args, env);
            0
        }
        Op::Fccmp => {
            float::compare_flags_if(es, b, args, imm, env);
            0
        }

        engine_op!() => {
            unreachable!("`{}` is not a function of values", op.info().name)
        }
    }
}

fn w(v: u32) -> u128 {
    v.into()
}

fn x(v: u64) -> u128 {
    v.into()
}

fn flags(env: &mut FpEnv, nzcv: Nzcv) -> u128 {
    env.nzcv = nzcv;
    0
}

fn holds(cond: u8, env: &FpEnv) -> bool {
    Cond::from_field(cond.into()).holds(env.nzcv)
}

fn carried(bits: u32, n: u64, m: u64, env: &mut FpEnv) -> u128 {
    let carry = env.nzcv.c();
    int::adds(bits, n, m, &mut env.nzcv, carry)
}

fn compare_if(cond: u8, otherwise: u8, env: &mut FpEnv, compared: impl Fn() -> Nzcv) -> u128 {
    let nzcv = if holds(cond, env) { compared() } else { Nzcv::from_imm4(otherwise.into()) };
    flags(env, nzcv)
}

fn sat(es: Es, count: u8, env: &mut FpEnv) -> Saturate<'_> {
    Saturate { es, count, fpsr: &mut env.fpsr }
}
