//! The interpreter's memory: a copy of the compiled code's, at the same addresses.

use xemu_guest::{FaultKind, GuestFault};
use xemu_interp::{Devices, GuestMemory, rmw_result};
use xemu_ir::RmwKind;

pub struct Memory {
    pub base: u64,
    pub bytes: Vec<u8>,
}

impl Memory {
    fn range(
        &self,
        addr: u64,
        size: u32,
        write: bool,
    ) -> Result<core::ops::Range<usize>, GuestFault> {
        let at = addr.wrapping_sub(self.base) as usize;
        match at.checked_add(size as usize) {
            Some(end) if end <= self.bytes.len() => Ok(at..end),
            _ => Err(GuestFault { kind: FaultKind::Unmapped, addr, write }),
        }
    }
}

impl GuestMemory for Memory {
    fn read(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault> {
        let range = self.range(addr, size, false)?;
        let mut value = [0; 16];
        value[..size as usize].copy_from_slice(&self.bytes[range]);
        Ok(u128::from_le_bytes(value))
    }

    fn write(&mut self, addr: u64, size: u32, value: u128) -> Result<(), GuestFault> {
        let range = self.range(addr, size, true)?;
        self.bytes[range].copy_from_slice(&value.to_le_bytes()[..size as usize]);
        Ok(())
    }

    fn rmw(&mut self, addr: u64, size: u32, kind: RmwKind, value: u64) -> Result<u64, GuestFault> {
        let old = self.read(addr, size)? as u64;
        self.write(addr, size, rmw_result(kind, size, old, value).into())?;
        Ok(old)
    }

    fn cas(&mut self, addr: u64, size: u32, expected: u64, new: u64) -> Result<u64, GuestFault> {
        let old = self.read(addr, size)? as u64;
        if old == expected {
            self.write(addr, size, new.into())?;
        }
        Ok(old)
    }

    fn cas128(&mut self, addr: u64, expected: u128, new: u128) -> Result<u128, GuestFault> {
        let old = self.read(addr, 16)?;
        if old == expected {
            self.write(addr, 16, new)?;
        }
        Ok(old)
    }

    fn check_write(&mut self, addr: u64, size: u32) -> Result<(), GuestFault> {
        self.range(addr, size, true).map(drop)
    }

    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault> {
        let range = self.range(addr & !63, 64, true)?;
        self.bytes[range].fill(0);
        Ok(())
    }
}

impl Devices for Memory {
    fn counter(&mut self) -> u64 {
        0
    }
    fn random(&mut self) -> Option<u64> {
        None
    }
    fn ic_ivau(&mut self, _addr: u64) {}
}
