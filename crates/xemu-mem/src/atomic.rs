//! Atomic read-modify-write of guest memory, sequentially consistent. (Arm ARM: LD<op>, CAS, SWP)
//!
//! Addresses need not be aligned here, except for 128 bits: which misaligned accesses fault is the
//! engines' knowledge.

use xemu_guest::GuestFault;

use crate::{GuestInt, read};

/// The operation of an atomic instruction; the operand is the register's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOp {
    /// LDADD.
    Add,
    /// LDCLR: memory AND NOT operand.
    Clr,
    /// LDEOR.
    Eor,
    /// LDSET: memory OR operand.
    Set,
    /// LDSMAX.
    Smax,
    /// LDSMIN.
    Smin,
    /// LDUMAX.
    Umax,
    /// LDUMIN.
    Umin,
    /// SWP.
    Swp,
}

/// The new value of memory: an expression per operation, for one width.
macro_rules! combine {
    ($old:expr, $op:expr, $operand:expr, $ty:ident, $signed:ident) => {
        match $op {
            $crate::AtomicOp::Add => $old.wrapping_add($operand),
            $crate::AtomicOp::Clr => $old & !$operand,
            $crate::AtomicOp::Eor => $old ^ $operand,
            $crate::AtomicOp::Set => $old | $operand,
            $crate::AtomicOp::Smax => ($old as $signed).max($operand as $signed) as $ty,
            $crate::AtomicOp::Smin => ($old as $signed).min($operand as $signed) as $ty,
            $crate::AtomicOp::Umax => $old.max($operand),
            $crate::AtomicOp::Umin => $old.min($operand),
            $crate::AtomicOp::Swp => $operand,
        }
    };
}
pub(crate) use combine;

/// Stores `new` when memory holds `expected`. Gives the old value either way.
#[inline]
pub fn compare_exchange<T: GuestInt>(addr: u64, expected: T, new: T) -> Result<T, GuestFault> {
    T::cas(addr, expected, new)
}

/// Stores a value; gives the old one.
#[inline]
pub fn swap<T: GuestInt>(addr: u64, value: T) -> Result<T, GuestFault> {
    value.exchange(addr)
}

/// Adds, wrapping; gives the old value.
#[inline]
pub fn fetch_add<T: GuestInt>(addr: u64, value: T) -> Result<T, GuestFault> {
    value.add(addr)
}

/// Does an operation; gives the old value.
pub fn fetch_op<T: GuestInt>(op: AtomicOp, addr: u64, operand: T) -> Result<T, GuestFault> {
    match op {
        AtomicOp::Add => fetch_add(addr, operand),
        AtomicOp::Swp => swap(addr, operand),
        _ => fetch_update(addr, |old: T| old.combine(op, operand)),
    }
}

/// Replaces the value by `f` of it, trying again when another thread was faster; gives the old one.
pub fn fetch_update<T: GuestInt>(addr: u64, f: impl Fn(T) -> T) -> Result<T, GuestFault> {
    let mut old: T = read(addr)?;
    loop {
        let seen = compare_exchange(addr, old, f(old))?;
        if seen == old {
            return Ok(old);
        }
        old = seen;
    }
}
