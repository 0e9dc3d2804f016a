//! Arm floating point in integer arithmetic, bit for bit, whatever the host.
//!
//! Every function works on one element, follows the function of the same name in the manual's
//! `shared/functions/float` pseudocode, takes FPCR and accumulates exceptions in FPSR. Elements are
//! raw bits in the low end of a `u64`; bits above the element's width are ignored, and clear in
//! results. FPCR.NEP is not seen here: it concerns what stands beside an element. (Arm ARM A1.5)

mod arith;
mod bf16;
mod compare;
mod convert;
mod estimate;
mod format;
mod integral;
mod unpack;

#[cfg(test)]
mod tests;

pub use arith::{
    add, div, mul, mul_add, mul_add_h, mulx, recip_step_fused, rsqrt_step_fused, sqrt, sub,
};
pub use bf16::{bf_convert, bf_dot_add, bf_mul_add};
pub use compare::{
    abs_compare_ge, abs_compare_gt, abs_max, abs_min, compare, compare_eq, compare_ge, compare_gt,
    max, max_num, min, min_num,
};
pub use convert::{convert, convert_odd, fixed_to_fp, to_fixed, to_fixed_js};
pub use estimate::{
    recip_estimate, recpx, rsqrt_estimate, unsigned_recip_estimate, unsigned_rsqrt_estimate,
};
pub use format::{Fixed, Format, Rounding};
pub use integral::{round_int, round_int_n};

use xemu_guest::{Fpcr, Fpsr};

/// FABD: the magnitude of the difference.
pub fn abs_difference(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    abs(fmt, sub(fmt, a, b, fpcr, fpsr), fpcr)
}

/// FPAbs: clears the sign, of a NaN too unless FPCR.AH is set, and signals nothing.
pub fn abs(fmt: Format, a: u64, fpcr: Fpcr) -> u64 {
    if fpcr.ah() && fmt.is_nan(a) { a & fmt.mask() } else { a & (fmt.mask() >> 1) }
}

/// FPNeg: changes the sign, of a NaN too unless FPCR.AH is set, and signals nothing.
pub fn neg(fmt: Format, a: u64, fpcr: Fpcr) -> u64 {
    let sign = if fpcr.ah() && fmt.is_nan(a) { 0 } else { fmt.sign_bit() };
    (a & fmt.mask()) ^ sign
}
