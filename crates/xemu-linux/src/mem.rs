//! Guest memory as handlers use it: copies that answer EFAULT, structures, strings, futex words.

use xemu_abi::{Errno, Wire};
use xemu_mem::CStrError;

/// Copies from guest memory.
pub fn read(addr: u64, to: &mut [u8]) -> Result<(), Errno> {
    xemu_mem::copy_in(addr, to).map_err(|_| Errno::EFAULT)
}

/// Copies to guest memory.
pub fn write(addr: u64, from: &[u8]) -> Result<(), Errno> {
    if xemu_mem::is_shadow_stack(addr) {
        return Err(Errno::EFAULT);
    }
    xemu_mem::copy_out(addr, from).map_err(|_| Errno::EFAULT)
}

/// Reads a value of fixed layout.
pub fn read_as<T: Wire>(addr: u64) -> Result<T, Errno> {
    let mut bytes = vec![0; T::SIZE];
    read(addr, &mut bytes)?;
    Ok(T::decode(&bytes))
}

/// Reads a structure.
pub fn read_wire<T: Wire>(addr: u64) -> Result<T, Errno> {
    read_as(addr)
}

/// Writes a structure; its padding becomes zero.
pub fn write_wire<T: Wire>(addr: u64, value: &T) -> Result<(), Errno> {
    write(addr, &value.to_vec())
}

/// Reads a string up to its zero or up to `limit` bytes, whichever is first.
pub fn read_cstr(addr: u64, limit: usize) -> Result<Vec<u8>, Errno> {
    match xemu_mem::read_cstr(addr, limit) {
        Ok(text) => Ok(text),
        Err(CStrError::Fault(_)) => Err(Errno::EFAULT),
        Err(CStrError::TooLong) => {
            let mut text = vec![0; limit];
            read(addr, &mut text)?;
            Ok(text)
        }
    }
}

/// Reads a futex word.
pub fn load_u32(addr: u64) -> Result<u32, Errno> {
    xemu_mem::read(addr).map_err(|_| Errno::EFAULT)
}

/// Exchanges a futex word if it is `expected`; tells whether it was.
pub fn compare_exchange_u32(addr: u64, expected: u32, new: u32) -> Result<bool, Errno> {
    let old = xemu_mem::compare_exchange(addr, expected, new).map_err(|_| Errno::EFAULT)?;
    Ok(old == expected)
}
