//! What a block acts on besides the processor's state: guest memory and a few devices.

use xemu_guest::GuestFault;
use xemu_ir::RmwKind;

/// Guest memory, by untagged addresses. Sizes are 1, 2, 4, 8 or 16 bytes; values are little-endian
/// in the low bytes, the rest of a result is zero, the rest of an operand is ignored.
///
/// A faulting access changes nothing. Aligned accesses of up to 8 bytes are single-copy atomic, and
/// so are aligned 16-byte ones where the host can do so. (Arm ARM B2.2.1, FEAT_LSE2)
pub trait GuestMemory {
    /// Reads.
    ///
    /// # Errors
    /// The fault that the guest gets; so in all accesses.
    fn read(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault>;

    /// Writes.
    fn write(&mut self, addr: u64, size: u32, value: u128) -> Result<(), GuestFault>;

    /// Replaces the value of up to 8 bytes atomically as `kind` says; returns the old value.
    fn rmw(&mut self, addr: u64, size: u32, kind: RmwKind, value: u64) -> Result<u64, GuestFault>;

    /// Replaces up to 8 bytes atomically if they are `expected`; returns the old value.
    fn cas(&mut self, addr: u64, size: u32, expected: u64, new: u64) -> Result<u64, GuestFault>;

    /// Replaces 16 bytes atomically if they are `expected`; returns the old value.
    fn cas128(&mut self, addr: u64, expected: u128, new: u128) -> Result<u128, GuestFault>;

    /// Faults if a write there would, and changes nothing.
    fn check_write(&mut self, addr: u64, size: u32) -> Result<(), GuestFault>;

    /// DC ZVA: zeroes the 64 aligned bytes that hold the address.
    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault>;

    /// Copies at most a page's bytes, neither from nor to more than one page. All are read before
    /// any is written.
    fn copy(&mut self, to: u64, from: u64, len: u32) -> Result<(), GuestFault> {
        let at = |base: u64, i: u32| base.wrapping_add(i.into());
        let bytes: Result<Vec<u128>, _> = (0..len).map(|i| self.read(at(from, i), 1)).collect();
        let mut bytes = bytes?.into_iter().zip(0..);
        bytes.try_for_each(|(byte, i)| self.write(at(to, i), 1, byte))
    }

    /// The tag of the 16 aligned bytes that hold the address, where memory has tags.
    fn tag(&mut self, _addr: u64) -> Option<u8> {
        None
    }

    /// Sets that tag, where memory has tags.
    fn set_tag(&mut self, _addr: u64, _tag: u8) {}

    /// Whether the address is in a guarded control stack.
    fn is_shadow_stack(&self, _addr: u64) -> bool {
        false
    }

    /// Sets bytes of one page.
    fn set(&mut self, addr: u64, value: u8, len: u32) -> Result<(), GuestFault> {
        let mut places = (0..len).map(|i| addr.wrapping_add(i.into()));
        places.try_for_each(|at| self.write(at, 1, value.into()))
    }
}

/// What else a block can reach outside of the processor.
pub trait Devices {
    /// CNTVCT_EL0, in units of [`xemu_guest::COUNTER_HZ`].
    fn counter(&mut self) -> u64;

    /// The time since 1970 in nanoseconds, for the vdso; the counter on a machine without calendar.
    fn wall_clock(&mut self) -> u64 {
        self.counter()
    }

    /// RNDR: a random number, or `None` if there is none at the moment.
    fn random(&mut self) -> Option<u64>;

    /// IC IVAU: forgets code translated from the 64 aligned bytes that hold the address.
    fn ic_ivau(&mut self, addr: u64);
}

/// Everything outside of the processor.
pub trait Machine: GuestMemory + Devices {}

impl<T: GuestMemory + Devices> Machine for T {}

/// A machine put together from memory and devices.
#[derive(Clone, Copy, Debug, Default)]
pub struct Combined<M, D> {
    /// The memory.
    pub memory: M,
    /// The devices.
    pub devices: D,
}

impl<M, D: Devices> Devices for Combined<M, D> {
    fn counter(&mut self) -> u64 {
        self.devices.counter()
    }
    fn wall_clock(&mut self) -> u64 {
        self.devices.wall_clock()
    }
    fn random(&mut self) -> Option<u64> {
        self.devices.random()
    }
    fn ic_ivau(&mut self, addr: u64) {
        self.devices.ic_ivau(addr);
    }
}

impl<M: GuestMemory, D> GuestMemory for Combined<M, D> {
    fn read(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault> {
        self.memory.read(addr, size)
    }
    fn write(&mut self, addr: u64, size: u32, value: u128) -> Result<(), GuestFault> {
        self.memory.write(addr, size, value)
    }
    fn rmw(&mut self, addr: u64, size: u32, kind: RmwKind, value: u64) -> Result<u64, GuestFault> {
        self.memory.rmw(addr, size, kind, value)
    }
    fn cas(&mut self, addr: u64, size: u32, expected: u64, new: u64) -> Result<u64, GuestFault> {
        self.memory.cas(addr, size, expected, new)
    }
    fn cas128(&mut self, addr: u64, expected: u128, new: u128) -> Result<u128, GuestFault> {
        self.memory.cas128(addr, expected, new)
    }
    fn check_write(&mut self, addr: u64, size: u32) -> Result<(), GuestFault> {
        self.memory.check_write(addr, size)
    }
    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault> {
        self.memory.dc_zva(addr)
    }
    fn copy(&mut self, to: u64, from: u64, len: u32) -> Result<(), GuestFault> {
        self.memory.copy(to, from, len)
    }
    fn set(&mut self, addr: u64, value: u8, len: u32) -> Result<(), GuestFault> {
        self.memory.set(addr, value, len)
    }
    fn tag(&mut self, addr: u64) -> Option<u8> {
        self.memory.tag(addr)
    }
    fn set_tag(&mut self, addr: u64, tag: u8) {
        self.memory.set_tag(addr, tag);
    }
    fn is_shadow_stack(&self, addr: u64) -> bool {
        self.memory.is_shadow_stack(addr)
    }
}

// [`GuestMemory`] gets the address that Linux reports of a fault, and branches treat their target
// alike. (Arm ARM AArch64.BranchAddr)
pub use xemu_mem::{accessed, untag};

/// What [`GuestMemory::rmw`] leaves in memory, given what was there. Bits above `size` bytes are
/// unspecified.
pub fn rmw_result(kind: RmwKind, size: u32, old: u64, value: u64) -> u64 {
    let rest = 64 - 8 * size.clamp(1, 8);
    let signed = |v: u64| (v << rest) as i64;
    let unsigned = |v: u64| v << rest;
    let pick = |first: bool| if first { old } else { value };
    match kind {
        RmwKind::Add => old.wrapping_add(value),
        RmwKind::Clr => old & !value,
        RmwKind::Eor => old ^ value,
        RmwKind::Set => old | value,
        RmwKind::Smax => pick(signed(old) >= signed(value)),
        RmwKind::Smin => pick(signed(old) <= signed(value)),
        RmwKind::Umax => pick(unsigned(old) >= unsigned(value)),
        RmwKind::Umin => pick(unsigned(old) <= unsigned(value)),
        RmwKind::Swp => value,
    }
}
