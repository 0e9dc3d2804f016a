//! Checked access to guest memory: plain loads and stores, copies, strings.
//!
//! Guest addresses are host addresses. There is never a reference into guest memory: other guest
//! threads write it at any time. An address may carry a tag in its top byte.

use xemu_guest::{FaultKind, GuestFault};

use crate::stubs::{self, Outcome};

/// An address without its tag: the top byte becomes copies of bit 55. (Arm ARM D8.8)
#[inline]
pub fn untag(addr: u64) -> u64 {
    ((addr as i64) << 8 >> 8) as u64
}

/// The address of an access as Linux tells a program of it: without its tag in the lower half; in
/// the upper half, where nothing is, as it is. (untagged_addr in arch/arm64/include/asm/memory.h)
#[inline]
pub fn accessed(addr: u64) -> u64 {
    addr & untag(addr)
}

mod sealed {
    pub trait Sealed {}
}

/// An integer that guest memory holds.
pub trait GuestInt: Copy + Eq + sealed::Sealed {
    #[doc(hidden)]
    fn load(addr: u64) -> Result<Self, GuestFault>;
    #[doc(hidden)]
    fn store(self, addr: u64) -> Result<(), GuestFault>;
    #[doc(hidden)]
    fn exchange(self, addr: u64) -> Result<Self, GuestFault>;
    #[doc(hidden)]
    fn add(self, addr: u64) -> Result<Self, GuestFault>;
    #[doc(hidden)]
    fn cas(addr: u64, expected: Self, new: Self) -> Result<Self, GuestFault>;
    #[doc(hidden)]
    fn combine(self, op: crate::AtomicOp, operand: Self) -> Self;
}

#[inline(always)]
fn finish(
    addr: u64,
    outcome: Outcome,
    write: bool,
    again: impl Fn(u64) -> Outcome,
) -> Result<u64, GuestFault> {
    if outcome.status == 0 { Ok(outcome.value) } else { stubs::retry(addr, outcome, write, again) }
}

macro_rules! guest_int {
    ($($ty:ident $signed:ident
        $load:ident $store:ident $xchg:ident $xadd:ident $cas:ident;)*) => {$(
        impl sealed::Sealed for $ty {}
        impl GuestInt for $ty {
            #[inline]
            fn load(addr: u64) -> Result<Self, GuestFault> {
                // SAFETY: the stub reads one value; `fixup` makes a fault in it a status.
                let access = |addr| unsafe { stubs::$load(addr) };
                finish(addr, access(addr), false, access).map(|v| v as $ty)
            }
            #[inline]
            fn store(self, addr: u64) -> Result<(), GuestFault> {
                // SAFETY: the stub writes one value to the guest's memory, see the crate's
                // documentation; `fixup` makes a fault in it a status.
                let access = |addr| unsafe { stubs::$store(addr, u64::from(self)) };
                finish(addr, access(addr), true, access).map(drop)
            }
            #[inline]
            fn exchange(self, addr: u64) -> Result<Self, GuestFault> {
                // SAFETY: as in `store`.
                let access = |addr| unsafe { stubs::$xchg(addr, u64::from(self)) };
                finish(addr, access(addr), true, access).map(|v| v as $ty)
            }
            #[inline]
            fn add(self, addr: u64) -> Result<Self, GuestFault> {
                // SAFETY: as in `store`.
                let access = |addr| unsafe { stubs::$xadd(addr, u64::from(self)) };
                finish(addr, access(addr), true, access).map(|v| v as $ty)
            }
            #[inline]
            fn cas(addr: u64, expected: Self, new: Self) -> Result<Self, GuestFault> {
                let (expected, new) = (u64::from(expected), u64::from(new));
                // SAFETY: as in `store`.
                let access = |addr| unsafe { stubs::$cas(addr, expected, new) };
                finish(addr, access(addr), true, access).map(|v| v as $ty)
            }
            fn combine(self, op: crate::AtomicOp, operand: Self) -> Self {
                crate::atomic::combine!(self, op, operand, $ty, $signed)
            }
        }
    )*};
}

guest_int! {
    u8  i8  xemu_load1 xemu_store1 xemu_xchg1 xemu_xadd1 xemu_cas1;
    u16 i16 xemu_load2 xemu_store2 xemu_xchg2 xemu_xadd2 xemu_cas2;
    u32 i32 xemu_load4 xemu_store4 xemu_xchg4 xemu_xadd4 xemu_cas4;
    u64 i64 xemu_load8 xemu_store8 xemu_xchg8 xemu_xadd8 xemu_cas8;
}

impl sealed::Sealed for u128 {}
impl GuestInt for u128 {
    #[inline]
    fn load(addr: u64) -> Result<Self, GuestFault> {
        let mut value = 0u128;
        let out = &raw mut value;
        // SAFETY: the stub reads guest memory and writes `value`; `fixup` makes a fault a status.
        let access = |addr| unsafe { stubs::xemu_load16(addr, out) };
        finish(addr, access(addr), false, access)?;
        Ok(value)
    }
    #[inline]
    fn store(self, addr: u64) -> Result<(), GuestFault> {
        // SAFETY: the stub reads `self` and writes guest memory; `fixup` makes a fault a status.
        let access = |addr| unsafe { stubs::xemu_store16(addr, &raw const self) };
        finish(addr, access(addr), true, access).map(drop)
    }
    fn exchange(self, addr: u64) -> Result<Self, GuestFault> {
        crate::fetch_update(addr, |_| self)
    }
    fn add(self, addr: u64) -> Result<Self, GuestFault> {
        crate::fetch_update(addr, |old: u128| old.wrapping_add(self))
    }
    fn cas(addr: u64, expected: Self, new: Self) -> Result<Self, GuestFault> {
        let mut old = expected;
        let slot = &raw mut old;
        // SAFETY: the stub reads and writes `old`, reads `new` and accesses guest memory; `fixup`
        // makes a fault a status.
        let access = |addr| unsafe { stubs::xemu_cas16(addr, slot, &raw const new) };
        finish(addr, access(addr), true, access)?;
        Ok(old)
    }
    fn combine(self, op: crate::AtomicOp, operand: Self) -> Self {
        crate::atomic::combine!(self, op, operand, u128, i128)
    }
}

/// Loads an integer; need not be aligned. An aligned load of up to 64 bits is single-copy atomic
/// and ordered like a load-acquire; one of 128 bits is atomic on hosts with AVX.
#[inline]
pub fn read<T: GuestInt>(addr: u64) -> Result<T, GuestFault> {
    T::load(addr)
}

/// Stores an integer; need not be aligned. Atomic as [`read`] is, ordered like a store-release, but
/// may be overtaken by later loads.
#[inline]
pub fn write<T: GuestInt>(addr: u64, value: T) -> Result<(), GuestFault> {
    value.store(addr)
}

/// Copies guest memory into `to` up to the first byte that cannot be read. Gives how many bytes
/// were copied, and the fault when that is fewer than asked for.
pub fn copy_in_partial(addr: u64, to: &mut [u8]) -> (usize, Option<GuestFault>) {
    let addr = untag(addr);
    // SAFETY: the stub writes `to` and reads guest memory; `fixup` makes a fault a status.
    let outcome = unsafe { stubs::xemu_copy(to.as_mut_ptr() as u64, addr, to.len()) };
    bulk_result(addr, to.len(), outcome, false)
}

/// Copies `from` to guest memory up to the first byte that cannot be written. Gives how many bytes
/// were copied, and the fault when that is fewer than asked for.
pub fn copy_out_partial(addr: u64, from: &[u8]) -> (usize, Option<GuestFault>) {
    let addr = untag(addr);
    // SAFETY: the stub reads `from` and writes guest memory, see the crate's documentation;
    // `fixup` makes a fault a status.
    let outcome = unsafe { stubs::xemu_copy(addr, from.as_ptr() as u64, from.len()) };
    bulk_result(addr, from.len(), outcome, true)
}

fn bulk_result(
    addr: u64,
    len: usize,
    outcome: Outcome,
    write: bool,
) -> (usize, Option<GuestFault>) {
    if outcome.status == 0 {
        return (len, None);
    }
    let done = len - outcome.value as usize;
    (done, Some(stubs::bulk_fault(addr.wrapping_add(done as u64), outcome.status, write)))
}

/// Copies guest memory into `to`, all of it or a fault.
pub fn copy_in(addr: u64, to: &mut [u8]) -> Result<(), GuestFault> {
    copy_in_partial(addr, to).1.map_or(Ok(()), Err)
}

/// Copies `from` to guest memory. At a fault the bytes before it are written.
pub fn copy_out(addr: u64, from: &[u8]) -> Result<(), GuestFault> {
    copy_out_partial(addr, from).1.map_or(Ok(()), Err)
}

/// Guest memory as a vector, which grows as far as memory can be read: an absurd length is a fault.
pub fn read_bytes(addr: u64, len: usize) -> Result<Vec<u8>, GuestFault> {
    const CHUNK: usize = 1 << 16;
    let mut bytes = Vec::new();
    while bytes.len() < len {
        let done = bytes.len();
        bytes.resize(len.min(done + CHUNK), 0);
        copy_in(addr.wrapping_add(done as u64), &mut bytes[done..])?;
    }
    Ok(bytes)
}

/// An array of guest memory, for structures.
pub fn read_array<const N: usize>(addr: u64) -> Result<[u8; N], GuestFault> {
    let mut bytes = [0; N];
    copy_in(addr, &mut bytes)?;
    Ok(bytes)
}

/// Fills guest memory with a byte. At a fault the bytes before it are written.
pub fn fill(addr: u64, byte: u8, len: usize) -> Result<(), GuestFault> {
    let addr = untag(addr);
    // SAFETY: the stub writes guest memory, see the crate's documentation; `fixup` makes a fault
    // a status.
    let outcome = unsafe { stubs::xemu_fill(addr, u64::from(byte), len) };
    bulk_result(addr, len, outcome, true).1.map_or(Ok(()), Err)
}

/// Copies inside guest memory, forwards byte by byte where the ranges overlap. Gives how many bytes
/// were copied, and the fault when that is fewer than asked for.
pub fn copy_within(to: u64, from: u64, len: usize) -> (usize, Option<GuestFault>) {
    let (to, from) = (untag(to), untag(from));
    // SAFETY: the stub touches guest memory only; `fixup` makes a fault a status.
    let outcome = unsafe { stubs::xemu_copy(to, from, len) };
    if outcome.status == 0 {
        return (len, None);
    }
    let done = len - outcome.value as usize;
    // Which side it was is found by reading the source's byte again.
    let fault = match read::<u8>(from.wrapping_add(done as u64)) {
        Err(fault) => fault,
        Ok(_) => stubs::bulk_fault(to.wrapping_add(done as u64), outcome.status, true),
    };
    (done, Some(fault))
}

/// Why [`read_cstr`] gave no string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CStrError {
    /// The string is in memory that cannot be read: EFAULT.
    Fault(GuestFault),
    /// No NUL within the limit: ENAMETOOLONG or E2BIG.
    TooLong,
}

impl From<GuestFault> for CStrError {
    fn from(fault: GuestFault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads a string up to its NUL, which is not part of the result and counts towards `limit`.
pub fn read_cstr(addr: u64, limit: usize) -> Result<Vec<u8>, CStrError> {
    const CHUNK: usize = 256;
    let mut text = Vec::new();
    let mut at = untag(addr);
    while text.len() < limit {
        // A chunk ends at a multiple of its size, so it does not reach into a page needlessly.
        let room = CHUNK - at as usize % CHUNK;
        let mut chunk = [0; CHUNK];
        let part = &mut chunk[..room.min(limit - text.len())];
        copy_in(at, part)?;
        if let Some(end) = part.iter().position(|&b| b == 0) {
            text.extend_from_slice(&part[..end]);
            return Ok(text);
        }
        text.extend_from_slice(part);
        at = at.wrapping_add(part.len() as u64);
    }
    Err(CStrError::TooLong)
}

/// The fault of an instruction fetch, from that of a load at the same place.
pub(crate) fn as_fetch_fault(fault: GuestFault) -> GuestFault {
    let kind = match fault.kind {
        FaultKind::Unmapped => FaultKind::FetchUnmapped,
        FaultKind::Permission => FaultKind::FetchPermission,
        kind => kind,
    };
    GuestFault { kind, ..fault }
}
