//! From a decoded instruction to its handler: base instructions. SIMD and floating point continue
//! in [`crate::dispatch_simd`].

use xemu_a64::Insn::{self, *};

use crate::ctx::Ctx;
use crate::{
    atomics, branch, dispatch_simd, dp_imm, dp_reg, exclusive, flag_ops, loads_stores,
    simd_loads_stores, simd_structures, system,
};

/// Emits the instruction. A row without a handler is undefined.
#[rustfmt::skip]
pub(crate) fn lift(cx: &mut Ctx<'_>, insn: Insn) {
    match insn {
        // Data processing, immediate
        Adr(i) => dp_imm::adr(cx, i),
        Adrp(i) => dp_imm::adrp(cx, i),
        AddSubImm(i) => dp_imm::add_sub_imm(cx, i),
        MinMaxImm(i) => dp_imm::min_max_imm(cx, i),
        LogicalImm(i) => dp_imm::logical_imm(cx, i),
        Movn(i) => dp_imm::movn(cx, i),
        Movz(i) => dp_imm::movz(cx, i),
        Movk(i) => dp_imm::movk(cx, i),
        Sbfm(i) => dp_imm::sbfm(cx, i),
        Bfm(i) => dp_imm::bfm(cx, i),
        Ubfm(i) => dp_imm::ubfm(cx, i),
        Extr(i) => dp_imm::extr(cx, i),

        // Branches, exceptions and system instructions
        BCond(i) => branch::b_cond(cx, i),
        BcCond(i) => branch::bc_cond(cx, i),
        CompareRegBranch(i) => branch::compare_reg_branch(cx, i),
        CompareByteBranch(i) => branch::compare_byte_branch(cx, i),
        CompareHalfBranch(i) => branch::compare_half_branch(cx, i),
        CompareImmBranch(i) => branch::compare_imm_branch(cx, i),
        Svc(i) => branch::svc(cx, i),
        Brk(i) => branch::brk(cx, i),
        Br(i) => branch::br(cx, i),
        Blr(i) => branch::blr(cx, i),
        Ret(i) => branch::ret(cx, i),
        B(i) => branch::b(cx, i),
        Bl(i) => branch::bl(cx, i),
        CompareBranch(i) => branch::compare_branch(cx, i),
        TestBranch(i) => branch::test_branch(cx, i),
        Wfet(_) | Wfit(_) | Yield(_) | Wfe(_) | Wfi(_) => system::pause(cx),
        Nop(_) | Sev(_) | Sevl(_) | Dgh(_) | Xpaclri(_) | Pacia1716(_) | Pacib1716(_)
        | Autia1716(_) | Autib1716(_) | Esb(_) | PsbCsync(_) | TsbCsync(_) | Gcsb(_) | Csdb(_)
        | Clrbhb(_) | Paciaz(_) | Paciasp(_) | Pacibz(_) | Pacibsp(_) | Autiaz(_) | Autiasp(_)
        | Autibz(_) | Autibsp(_) | Bti(_) | Pacm(_) | Chkfeat(_) | Stshh(_) | Hint(_)
        | Sb(_) | PrfmLit(_) | Prfum(_) | PrfmReg(_) | PrfmImm(_) => {}
        DsbNxs(_) => system::dsb_nxs(cx),
        Clrex(_) => exclusive::clrex(cx),
        Dsb(i) => system::dsb(cx, i),
        Dmb(i) => system::dmb(cx, i),
        Isb(_) => system::isb(cx),
        Cfinv(_) => flag_ops::cfinv(cx),
        Xaflag(_) => flag_ops::xaflag(cx),
        Axflag(_) => flag_ops::axflag(cx),
        Sys(i) => system::sys(cx, i),
        MsrReg(i) => system::msr_reg(cx, i),
        Mrs(i) => system::mrs(cx, i),

        // Loads and stores
        Casp(i) => atomics::casp(cx, i),
        Cas(i) => atomics::cas(cx, i),
        LdAtomic(i) => atomics::ld_atomic(cx, i),
        Swp(i) => atomics::swp(cx, i),
        Stxp(i) => exclusive::stxp(cx, i),
        Ldxp(i) => exclusive::ldxp(cx, i),
        Stxr(i) => exclusive::stxr(cx, i),
        Ldxr(i) => exclusive::ldxr(cx, i),
        Stlr(i) => exclusive::stlr(cx, i),
        Ldar(i) => exclusive::ldar(cx, i),
        Stilp(i) => exclusive::stilp(cx, i),
        Ldiapp(i) => exclusive::ldiapp(cx, i),
        StlrPre(i) => exclusive::stlr_pre(cx, i),
        LdaprPost(i) => exclusive::ldapr_post(cx, i),
        Ldapr(i) => exclusive::ldapr(cx, i),
        LdaprStlrUnscaled(i) => exclusive::ldapr_stlr_unscaled(cx, i),
        LdrLit(i) => loads_stores::ldr_lit(cx, i),
        LdStNoAllocPair(i) => loads_stores::ld_st_no_alloc_pair(cx, i),
        LdStPairPost(i) => loads_stores::ld_st_pair_post(cx, i),
        LdStPair(i) => loads_stores::ld_st_pair(cx, i),
        LdStPairPre(i) => loads_stores::ld_st_pair_pre(cx, i),
        LdStUnscaled(i) => loads_stores::ld_st_unscaled(cx, i),
        LdStPost(i) => loads_stores::ld_st_post(cx, i),
        LdStUnpriv(i) => loads_stores::ld_st_unpriv(cx, i),
        LdStPre(i) => loads_stores::ld_st_pre(cx, i),
        LdStReg(i) => loads_stores::ld_st_reg(cx, i),
        LdStUnsignedImm(i) => loads_stores::ld_st_unsigned_imm(cx, i),

        // Loads and stores of SIMD&FP registers
        LdStMultStruct(i) => simd_structures::ld_st_mult_struct(cx, i),
        LdStMultStructPost(i) => simd_structures::ld_st_mult_struct_post(cx, i),
        LdStOrderedLane(i) => simd_structures::ld_st_ordered_lane(cx, i),
        LdReplicate(i) => simd_structures::ld_replicate(cx, i),
        LdReplicatePost(i) => simd_structures::ld_replicate_post(cx, i),
        LdStSingleStruct(i) => simd_structures::ld_st_single_struct(cx, i),
        LdStSingleStructPost(i) => simd_structures::ld_st_single_struct_post(cx, i),
        LdaprStlrVecUnscaled(i) => simd_loads_stores::ldapr_stlr_vec_unscaled(cx, i),
        LdrLitVec(i) => simd_loads_stores::ldr_lit_vec(cx, i),
        LdStNoAllocPairVec(i) => simd_loads_stores::ld_st_no_alloc_pair_vec(cx, i),
        LdStPairPostVec(i) => simd_loads_stores::ld_st_pair_post_vec(cx, i),
        LdStPairVec(i) => simd_loads_stores::ld_st_pair_vec(cx, i),
        LdStPairPreVec(i) => simd_loads_stores::ld_st_pair_pre_vec(cx, i),
        LdStUnscaledVec(i) => simd_loads_stores::ld_st_unscaled_vec(cx, i),
        LdStPostVec(i) => simd_loads_stores::ld_st_post_vec(cx, i),
        LdStPreVec(i) => simd_loads_stores::ld_st_pre_vec(cx, i),
        LdStRegVec(i) => simd_loads_stores::ld_st_reg_vec(cx, i),
        LdStUnsignedImmVec(i) => simd_loads_stores::ld_st_unsigned_imm_vec(cx, i),

        // Data processing, register
        Udiv(i) => dp_reg::udiv(cx, i),
        Sdiv(i) => dp_reg::sdiv(cx, i),
        ShiftV(i) => dp_reg::shift_v(cx, i),
        Crc32(i) => dp_reg::crc32(cx, i),
        MinMaxReg(i) => dp_reg::min_max_reg(cx, i),
        Rbit(i) => dp_reg::rbit(cx, i),
        Rev16(i) => dp_reg::rev16(cx, i),
        Rev32(i) => dp_reg::rev32(cx, i),
        Rev64(i) => dp_reg::rev64(cx, i),
        Clz(i) => dp_reg::clz(cx, i),
        Cls(i) => dp_reg::cls(cx, i),
        Ctz(i) => dp_reg::ctz(cx, i),
        Cnt(i) => dp_reg::cnt(cx, i),
        Abs(i) => dp_reg::abs(cx, i),
        LogicalShifted(i) => dp_reg::logical_shifted(cx, i),
        AddSubShifted(i) => dp_reg::add_sub_shifted(cx, i),
        AddSubExtended(i) => dp_reg::add_sub_extended(cx, i),
        AddSubCarry(i) => dp_reg::add_sub_carry(cx, i),
        Rmif(i) => flag_ops::rmif(cx, i),
        Setf(i) => flag_ops::setf(cx, i),
        CondCompareReg(i) => dp_reg::cond_compare_reg(cx, i),
        CondCompareImm(i) => dp_reg::cond_compare_imm(cx, i),
        CondSelect(i) => dp_reg::cond_select(cx, i),
        MaddMsub(i) => dp_reg::madd_msub(cx, i),
        Smaddl(i) => dp_reg::smaddl(cx, i),
        Smulh(i) => dp_reg::smulh(cx, i),
        Umaddl(i) => dp_reg::umaddl(cx, i),
        Umulh(i) => dp_reg::umulh(cx, i),

        _ => dispatch_simd::lift(cx, insn),
    }
}
