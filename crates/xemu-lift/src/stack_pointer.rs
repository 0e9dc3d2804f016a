//! The check of SP's alignment: an access whose base is SP faults unless SP is a multiple of 16, as
//! Linux has set SCTLR_EL1.SA0. (Arm ARM D1.3.4, "SP alignment checking"; CheckSPAlignment)
//!
//! It costs nothing at the accesses. Few instructions write SP, and most of them keep it aligned
//! for all to see; behind the others the block is left if it no longer is. While SP is misaligned,
//! blocks are lifted with the checks, and only interpreted.

use xemu_a64::Insn;
use xemu_ir::{Block, Op, Val};

use crate::cpu_model::CpuFeature;
use crate::ctx::Ctx;

/// How far back the computation of an SP is followed.
const DEPTH: u32 = 4;

/// Before an instruction: the check, where SP may be misaligned; and whether tags are checked.
pub(crate) fn before(cx: &mut Ctx<'_>, insn: Insn) {
    let by_sp = accesses_by_sp(insn, cx.word);
    cx.b.unchecked = by_sp && cx.has(CpuFeature::Mte) && !changes_address(insn);
    if cx.extras.check_sp && by_sp {
        cx.b.op0(Op::CheckSp, 0, 0);
    }
}

/// Behind an instruction: leaves the block if it has misaligned SP.
pub(crate) fn after(cx: &mut Ctx<'_>) {
    let Some(v) = cx.sp_written.take() else { return };
    if cx.extras.check_sp || is_aligned(cx.b.block(), v, DEPTH) {
        return;
    }
    let sp = cx.gpr_sp(1, 31);
    let next = cx.next_pc();
    cx.b.exit(Op::SyncIfOdd16, 0, sp, next);
}

/// Whether the instruction accesses memory with SP as its base. Prefetches need no alignment.
fn accesses_by_sp(insn: Insn, word: u32) -> bool {
    use Insn::*;
    const RN_31: u32 = 31 << 5;
    let loads_and_stores = word >> 25 & 0b0101 == 0b0100;
    let without = matches!(
        insn,
        LdrLit(_)
            | LdrLitVec(_)
            | PrfmLit(_)
            | Prfum(_)
            | PrfmReg(_)
            | PrfmImm(_)
            | Cpy(_)
            | Cpyf(_)
            | Set(_)
            | Setg(_)
    );
    loads_and_stores && word & RN_31 == RN_31 && !without
}

/// Whether an access by SP goes elsewhere than a constant away from it, or writes it back: then its
/// tag is checked as that of others. (Arm ARM D10.4, "Tag Unchecked accesses")
fn changes_address(insn: Insn) -> bool {
    use Insn::*;
    match insn {
        Ldra(i) => i.w() == 1,
        Ldiapp(i) => i.noindex() == 0,
        Stilp(i) => i.noindex() == 0,
        LdStReg(_)
        | LdStRegVec(_)
        | LdStPost(_)
        | LdStPre(_)
        | LdStPostVec(_)
        | LdStPreVec(_)
        | LdStPairPost(_)
        | LdStPairPre(_)
        | LdStPairPostVec(_)
        | LdStPairPreVec(_)
        | StlrPre(_)
        | LdaprPost(_)
        | LdStMultStructPost(_)
        | LdStSingleStructPost(_)
        | LdReplicatePost(_) => true,
        _ => false,
    }
}

/// Whether a value is a multiple of 16 if SP was one at the block's start.
fn is_aligned(block: &Block, v: Val, depth: u32) -> bool {
    use Op::*;
    if let Some(c) = block.constant(v) {
        return c & 15 == 0;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let inst = &block.insts[v.index()];
    let [x, y, _] = inst.args;
    let aligned = |v| is_aligned(block, v, depth);
    match inst.op {
        GetX | GetW => inst.a == 31,
        Zext | Trunc | TagRandom => aligned(x),
        TagAdd => aligned(y),
        Add32 | Add64 | Sub32 | Sub64 => aligned(x) && aligned(y),
        And32 | And64 => aligned(x) || aligned(y),
        Shl32 | Shl64 => block.constant(y).is_some_and(|by| by >= 4),
        _ => false,
    }
}
