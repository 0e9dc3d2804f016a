//! Conditions of the rows' `where` clauses: which field values the manual allocates.

/// Whether a logical immediate is allocated: the cheap half of `DecodeBitMasks()`.
pub(crate) const fn bit_masks_allocated(n: u32, imms: u32, sf: u32) -> bool {
    if n == 1 {
        return sf == 1 && imms != 63;
    }
    // The leading ones of imms give the element size; the rest must not be all ones.
    let selector = !imms & 63;
    selector >= 2 && {
        let levels = (1 << (31 - selector.leading_zeros())) - 1;
        imms & levels != levels
    }
}

/// Bitfield moves and EXTR: `n` repeats `sf`, and 32-bit forms have five-bit positions.
pub(crate) const fn bitfield_allocated(sf: u32, n: u32, immr: u32, imms: u32) -> bool {
    n == sf && (sf == 1 || (immr | imms) < 32)
}

/// MSR (immediate): the PSTATE fields that exist.
pub(crate) const fn msr_imm_allocated(op1: u32, crm: u32, op2: u32) -> bool {
    match (op1, op2) {
        // UAO, PAN, SPSel.
        (0, 3..=5) => true,
        // ALLINT, PM.
        (1, 0) => crm <= 3,
        // SSBS, DIT, SVCR, TCO, DAIFSet, DAIFClr.
        (3, 3) => matches!(crm, 2..=7),
        (3, 1 | 2 | 4 | 6 | 7) => true,
        _ => false,
    }
}

/// Integer loads and stores: no sign extension of 64 bits, nor of 32 to 32.
pub(crate) const fn int_access_allocated(size: u32, opc: u32) -> bool {
    opc < 2 || size + (opc & 1) < 3
}

/// LD1 to LD4, ST1 to ST4 of whole registers: the opcodes that exist; LD2 to LD4 have no 1D form.
pub(crate) const fn mult_struct_allocated(q: u32, opcode: u32, size: u32) -> bool {
    match opcode {
        0 | 4 | 8 => q == 1 || size != 3,
        2 | 6 | 7 | 10 => true,
        _ => false,
    }
}

/// LD1 to LD4, ST1 to ST4 of one lane: `size` and `s` hold lane bits and the element size.
pub(crate) const fn single_struct_allocated(opcode: u32, s: u32, size: u32) -> bool {
    match opcode >> 1 {
        0 => true,
        1 => size & 1 == 0,
        2 => size == 0 || (size == 1 && s == 0),
        _ => false,
    }
}

/// CPY*: three different registers, none of them 31.
pub(crate) const fn mops_copy_allocated(rs: u32, rn: u32, rd: u32) -> bool {
    rs != rn && rs != rd && rn != rd && rs != 31 && rn != 31 && rd != 31
}

/// SET*: three different registers; only the source of the value may be 31.
pub(crate) const fn mops_set_allocated(rs: u32, rn: u32, rd: u32) -> bool {
    rs != rn && rs != rd && rn != rd && rn != 31 && rd != 31
}

/// LD64B and ST64B: eight registers from an even one, none above X30.
pub(crate) const fn ls64_allocated(rt: u32) -> bool {
    rt & 1 == 0 && rt <= 22
}

/// FCMLA (by element): half precision has a two-bit index `h:l`, single precision `h`, as 4S only.
pub(crate) const fn fcmla_elem_allocated(q: u32, size: u32, l: u32, h: u32) -> bool {
    match size {
        1 => q == 1 || h == 0,
        2 => q == 1 && l == 0,
        _ => false,
    }
}

/// UMOV: doublewords go to X registers, everything else to W registers.
pub(crate) const fn umov_allocated(q: u32, imm5: u32) -> bool {
    if q == 1 { imm5 & 15 == 8 } else { imm5 & 7 != 0 }
}

/// MOVI, MVNI, ORR, BIC, FMOV: double precision needs `q`; `o2` is set for half precision alone.
pub(crate) const fn mod_imm_allocated(q: u32, op: u32, cmode: u32, o2: u32) -> bool {
    match (o2, cmode, op) {
        (1, 15, 0) => true,
        (1, _, _) => false,
        (_, 15, 1) => q == 1,
        _ => true,
    }
}

/// FCVT* and *CVTF between SIMD&FP registers of different widths: `sf` is the integer's width.
pub(crate) const fn fprcvt_allocated(sf: u32, ftype: u32) -> bool {
    ftype == 3 || ftype == 1 - sf
}
