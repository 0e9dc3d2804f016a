//! The command `xemu-aarch64`: options, wiring, reports.
#![no_main]

mod engines;
mod options;
mod start;

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

use options::Request;

/// The exit status for a wrong command line, as env(1) and its kin use it.
const STATUS_USAGE: i32 = 125;

/// The C entry point. Rust's own would ignore SIGPIPE, open descriptors 0 to 2 and install signal
/// handlers, all of which the guest would inherit.
///
/// # Safety
/// `argv` must be an array of `argc` pointers to C strings, as the C library hands it over.
#[allow(unsafe_code, reason = "the entry point replaces Rust's own")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    let mut args: Vec<OsString> = Vec::new();
    for n in 0..usize::try_from(argc).unwrap_or(0) {
        // SAFETY: the caller promises `argc` pointers.
        let at = unsafe { argv.add(n) };
        // SAFETY: the pointer is inside the array.
        let at = unsafe { at.read() };
        // SAFETY: the caller promises C strings.
        let arg = unsafe { CStr::from_ptr(at) };
        args.push(OsStr::from_bytes(arg.to_bytes()).to_owned());
    }
    run(args)
}

fn run(args: Vec<OsString>) -> i32 {
    const AT_SECURE: u64 = 23;
    let secure = xemu_host::getauxval(AT_SECURE) != 0;
    match options::parse(args, secure) {
        Err(what) => {
            eprintln!("xemu-aarch64: {what}");
            STATUS_USAGE
        }
        Ok(Request::Print(text)) => {
            print!("{text}");
            0
        }
        Ok(Request::Tool(name, _)) => {
            eprintln!("xemu-aarch64: no tool `{name}`");
            1
        }
        Ok(Request::Run(options)) => {
            let failure = start::run(*options, secure);
            eprintln!("xemu-aarch64: {}", failure.message);
            failure.status
        }
    }
}
