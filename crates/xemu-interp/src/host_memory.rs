//! The guest memory of this process.

use xemu_guest::GuestFault;
use xemu_ir::RmwKind;
use xemu_mem::{AtomicOp, GuestInt};

use crate::memory::GuestMemory;

/// The guest memory that `xemu-mem` gives checked access to. Really atomic.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostMemory;

/// Calls a generic function with the unsigned integer type of `size` bytes, at most 8.
macro_rules! with_type {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            _ => {
                type $T = u64;
                $body
            }
        }
    };
}

fn atomic_op(kind: RmwKind) -> AtomicOp {
    match kind {
        RmwKind::Add => AtomicOp::Add,
        RmwKind::Clr => AtomicOp::Clr,
        RmwKind::Eor => AtomicOp::Eor,
        RmwKind::Set => AtomicOp::Set,
        RmwKind::Smax => AtomicOp::Smax,
        RmwKind::Smin => AtomicOp::Smin,
        RmwKind::Umax => AtomicOp::Umax,
        RmwKind::Umin => AtomicOp::Umin,
        RmwKind::Swp => AtomicOp::Swp,
    }
}

fn widen<T: GuestInt + Into<u64>>(value: Result<T, GuestFault>) -> Result<u64, GuestFault> {
    value.map(Into::into)
}

impl GuestMemory for HostMemory {
    fn read(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault> {
        if size == 16 {
            return xemu_mem::read::<u128>(addr);
        }
        with_type!(size, T => widen(xemu_mem::read::<T>(addr))).map(u128::from)
    }

    fn write(&mut self, addr: u64, size: u32, value: u128) -> Result<(), GuestFault> {
        if size == 16 {
            return xemu_mem::write(addr, value);
        }
        with_type!(size, T => xemu_mem::write(addr, value as T))
    }

    fn rmw(&mut self, addr: u64, size: u32, kind: RmwKind, value: u64) -> Result<u64, GuestFault> {
        let op = atomic_op(kind);
        with_type!(size, T => widen(xemu_mem::fetch_op(op, addr, value as T)))
    }

    fn cas(&mut self, addr: u64, size: u32, expected: u64, new: u64) -> Result<u64, GuestFault> {
        with_type!(size, T => {
            widen(xemu_mem::compare_exchange(addr, expected as T, new as T))
        })
    }

    fn cas128(&mut self, addr: u64, expected: u128, new: u128) -> Result<u128, GuestFault> {
        xemu_mem::compare_exchange(addr, expected, new)
    }

    fn check_write(&mut self, addr: u64, size: u32) -> Result<(), GuestFault> {
        // Adding nothing writes what is there, whatever other threads do meanwhile.
        xemu_mem::fetch_add(addr, 0u8)?;
        xemu_mem::fetch_add(addr.wrapping_add(u64::from(size) - 1), 0u8).map(drop)
    }

    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault> {
        self.check_write(addr, 1)?;
        xemu_mem::fill(addr & !63, 0, 64)
    }

    fn copy(&mut self, to: u64, from: u64, len: u32) -> Result<(), GuestFault> {
        const SHORT: usize = 256;
        let len = len as usize;
        if len <= SHORT {
            let mut bytes = [0; SHORT];
            xemu_mem::copy_in(from, &mut bytes[..len])?;
            return xemu_mem::copy_out(to, &bytes[..len]);
        }
        let overlap = to.wrapping_sub(from) < len as u64;
        if !overlap {
            return xemu_mem::copy_within(to, from, len).1.map_or(Ok(()), Err);
        }
        let bytes = xemu_mem::read_bytes(from, len)?;
        xemu_mem::copy_out(to, &bytes)
    }

    fn tag(&mut self, addr: u64) -> Option<u8> {
        xemu_mem::tag_at(addr)
    }

    fn set_tag(&mut self, addr: u64, tag: u8) {
        xemu_mem::set_tag(addr, tag);
    }

    fn is_shadow_stack(&self, addr: u64) -> bool {
        xemu_mem::is_shadow_stack(addr)
    }

    fn set(&mut self, addr: u64, value: u8, len: u32) -> Result<(), GuestFault> {
        xemu_mem::fill(addr, value, len as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use xemu_guest::FaultKind;

    use super::*;

    fn address(cells: &[AtomicU64]) -> u64 {
        cells.as_ptr() as u64
    }

    #[test]
    fn every_size() {
        let cells = [0x8877_6655_4433_2211, 0, 0, 0].map(AtomicU64::new);
        let (addr, mut memory) = (address(&cells), HostMemory);
        assert_eq!(memory.read(addr + 1, 1), Ok(0x22));
        assert_eq!(memory.read(addr + 1, 2), Ok(0x3322));
        assert_eq!(memory.read(addr + 4, 8), Ok(0x8877_6655));
        memory.write(addr + 7, 16, u128::MAX).expect("the cells are writable");
        assert_eq!(memory.read(addr, 16), Ok(u128::MAX << 56 | 0x77_6655_4433_2211));
        assert_eq!(memory.rmw(addr, 1, RmwKind::Smax, 0x80), Ok(0x11));
        assert_eq!(memory.rmw(addr, 2, RmwKind::Clr, 0x11), Ok(0x2211));
        assert_eq!(memory.cas(addr, 4, 0x4433_2200, 5), Ok(0x4433_2200));
        assert_eq!(cells[0].load(Ordering::Relaxed), 0xff77_6655_0000_0005);
        assert_eq!(cells[2].load(Ordering::Relaxed), 0x00ff_ffff_ffff_ffff);
    }

    #[test]
    fn faults_are_errors() {
        xemu_mem::install_fault_handlers().expect("handlers can be installed");
        let unmapped = |write| Err(GuestFault { kind: FaultKind::Unmapped, addr: 16, write });
        assert_eq!(HostMemory.read(16, 4), unmapped(false));
        assert_eq!(HostMemory.check_write(16, 4).map(|()| 0), unmapped(true));
        let constant = b"in read-only memory".as_ptr() as u64;
        let denied = GuestFault { kind: FaultKind::Permission, addr: constant, write: true };
        assert_eq!(HostMemory.rmw(constant, 1, RmwKind::Swp, 0), Err(denied));
    }

    #[test]
    fn concurrent_additions_are_not_lost() {
        let cells = [const { AtomicU64::new(0) }; 8];
        let addr = address(&cells);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        let added = HostMemory.rmw(addr, 4, RmwKind::Add, 1);
                        added.expect("the cells are writable");
                        let toggled = HostMemory.rmw(addr + 4, 4, RmwKind::Eor, 1);
                        toggled.expect("the cells are writable");
                    }
                });
            }
        });
        assert_eq!(cells[0].load(Ordering::Relaxed), 2000);
    }
}
