//! Moves between elements, and permutations.

use xemu_ir::Es;

use super::lanes::{build, get, set};

/// Every element the operand's element `index`.
pub(super) fn dup(es: Es, x: u128, index: u8) -> u128 {
    let e = get(es, x, usize::from(index));
    build(es, |_| e)
}

/// `x` with element `index` replaced by element `from` of `y`.
pub(super) fn ins(es: Es, x: u128, y: u128, index: u8, from: u64) -> u128 {
    set(es, x, usize::from(index), get(es, y, from as usize & 15))
}

/// ZIP1 (`part` 0) and ZIP2 (`part` 1): elements of both operands in turn, of the `part`th halves.
pub(super) fn zip(es: Es, part: usize, x: u128, y: u128) -> u128 {
    let half = es.lanes() / 2;
    build(es, |i| get(es, if i % 2 == 0 { x } else { y }, part * half + i / 2))
}

/// UZP1 (`part` 0) and UZP2 (`part` 1): the even or odd elements of `x`, then those of `y`.
pub(super) fn uzp(es: Es, part: usize, x: u128, y: u128) -> u128 {
    let half = es.lanes() / 2;
    build(es, |i| get(es, if i < half { x } else { y }, i % half.max(1) * 2 + part))
}

/// TRN1 (`part` 0) and TRN2 (`part` 1): even or odd elements of both operands in turn.
pub(super) fn trn(es: Es, part: usize, x: u128, y: u128) -> u128 {
    build(es, |i| get(es, if i % 2 == 0 { x } else { y }, (i & !1) + part))
}

/// EXT: 16 bytes from byte `position` of the pair of `x` (low) and `y` (high).
pub(super) fn ext(x: u128, y: u128, position: u8) -> u128 {
    match u32::from(position) * 8 {
        0 => x,
        shift @ 1..128 => x >> shift | y << (128 - shift),
        shift => y.checked_shr(shift - 128).unwrap_or(0),
    }
}

/// TBX with one table register whose first byte has index `first`.
pub(super) fn tbx(acc: u128, table: u128, indices: u128, first: u8) -> u128 {
    build(Es::B, |i| {
        let index = (get(Es::B, indices, i) as u8).wrapping_sub(first);
        if index < 16 { get(Es::B, table, index.into()) } else { get(Es::B, acc, i) }
    })
}

/// LUTI2, LUTI4: elements of two tables, picked by packed indices of `bits` from number `first` on.
pub(super) fn lut(es: Es, [low, high, indices]: &[u128; 3], bits: u8, first: u64) -> u128 {
    build(es, |i| {
        let at = u32::from(bits) * (first as u32 + i as u32);
        let index = indices.checked_shr(at).unwrap_or(0) as usize & ((1 << bits) - 1);
        let table = if index < es.lanes() { low } else { high };
        get(es, *table, index % es.lanes())
    })
}

/// REV16, REV32, REV64: reverses the elements in each container.
pub(super) fn rev(es: Es, container: Es, x: u128) -> u128 {
    let last = (container.bytes() / es.bytes()).max(1) as usize - 1;
    build(es, |i| get(es, x, i ^ last))
}
