//! From a decoded instruction to its handler: SIMD, floating point and cryptography.

use xemu_a64::Insn;

use crate::ctx::Ctx;

/// Emits the instruction. A row without a handler is undefined.
pub(crate) fn lift(cx: &mut Ctx<'_>, _insn: Insn) {
    cx.undefined();
}
