//! A handler for programs that have guest memory but no guest signals: tests and tools.

use xemu_host::{Errno, HostContext, SIG_DFL, SigInfo, install_handler, set_disposition};

const SIGBUS: i32 = 7;
const SIGSEGV: i32 = 11;

/// Makes faults in this crate's accesses errors; any other fault ends the process as usual.
pub fn install_fault_handlers() -> Result<(), Errno> {
    install_handler(SIGSEGV, handle, 0, 0)?;
    install_handler(SIGBUS, handle, 0, 0)
}

fn handle(sig: i32, info: &SigInfo, ctx: &mut HostContext) {
    if !crate::fixup(sig, info, ctx) {
        // The instruction is repeated after the return and faults again.
        let _ = set_disposition(sig, SIG_DFL, 0);
    }
}
