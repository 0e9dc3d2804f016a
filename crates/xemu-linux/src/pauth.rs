//! prctl options about pointer authentication. (arch/arm64/kernel/pointer_auth.c)

use xemu_abi::Errno;
use xemu_abi::hwcap::HWCAP_PACA;

use crate::table::SysResult;
use crate::thread::Thread;

/// The keys of addresses, whose instructions can be turned off. (PR_PAC_ENABLED_KEYS_MASK)
const ADDRESS_KEYS: u64 = 0xf;
/// All keys, the generic one too.
const ALL_KEYS: u64 = 0x1f;

fn check_support(t: &Thread) -> Result<(), Errno> {
    if t.process.config.hwcap[0] & HWCAP_PACA == 0 { Err(Errno::EINVAL) } else { Ok(()) }
}

/// PR_PAC_RESET_KEYS: new random keys for the calling thread; no bits mean all of them.
pub fn reset_keys(t: &mut Thread, which: u64) -> SysResult {
    check_support(t)?;
    if which & !ALL_KEYS != 0 {
        return Err(Errno::EINVAL);
    }
    let which = if which == 0 { ALL_KEYS } else { which };
    for (n, key) in t.cpu.pac.keys.iter_mut().enumerate().filter(|(n, _)| which >> n & 1 != 0) {
        for half in key {
            *half = xemu_host::random_u64().unwrap_or(0x9e37_79b9_7f4a_7c15 << n);
        }
    }
    Ok(0)
}

/// PR_PAC_SET_ENABLED_KEYS: turns the keys `which` on or off as `enabled` says.
pub fn set_enabled_keys(t: &mut Thread, which: u64, enabled: u64) -> SysResult {
    check_support(t)?;
    if which & !ADDRESS_KEYS != 0 || enabled & !which != 0 {
        return Err(Errno::EINVAL);
    }
    let disabled = u64::from(t.cpu.pac.disabled);
    t.cpu.pac.disabled = (disabled & !which | which & !enabled) as u32;
    Ok(0)
}

/// PR_PAC_GET_ENABLED_KEYS.
pub fn enabled_keys(t: &Thread) -> SysResult {
    check_support(t)?;
    Ok(!u64::from(t.cpu.pac.disabled) & ADDRESS_KEYS)
}
