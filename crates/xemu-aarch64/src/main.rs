//! The command `xemu-aarch64`: options, wiring, reports.
#![cfg_attr(not(test), no_main)]

mod bench_translate;
mod crash;
mod debug_log;
mod disasm;
mod dump;
mod elf_file;
mod engines;
mod native;
mod options;
mod start;
mod stats;

use std::ffi::OsString;
#[cfg(not(test))]
use std::ffi::{CStr, OsStr, c_char, c_int};
#[cfg(not(test))]
use std::os::unix::ffi::OsStrExt;

use options::{Request, StartedBy};

#[global_allocator]
static HEAP: xemu_host::Heap = xemu_host::Heap;

/// The exit status for a wrong command line, as env(1) and its kin use it.
const STATUS_USAGE: i32 = 125;

/// The C entry point. Rust's own would ignore SIGPIPE, open descriptors 0 to 2 and install signal
/// handlers, all of which the guest would inherit.
///
/// # Safety
/// `argv` must be an array of `argc` pointers to C strings, as the C library hands it over.
#[cfg(not(test))]
#[allow(unsafe_code, reason = "the entry point replaces Rust's own")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    // SAFETY: this is the array of the process's start, of which nobody holds a reference.
    unsafe { xemu_host::remember_arguments(argc, argv) };
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

#[cfg_attr(test, allow(dead_code, reason = "the test harness has an entry point of its own"))]
fn run(args: Vec<OsString>) -> i32 {
    const AT_FLAGS: u64 = 8;
    const AT_FLAGS_PRESERVE_ARGV0: u64 = 1;
    const AT_SECURE: u64 = 23;
    let secure = xemu_host::getauxval(AT_SECURE) != 0;
    let binfmt_argv0 = xemu_host::getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0 != 0;
    const AT_EXECFD: u64 = 2;
    let execfd = xemu_host::auxval(AT_EXECFD).and_then(|fd| i32::try_from(fd).ok());
    crash::remember_command(&args);
    match options::parse(args, StartedBy { secure, binfmt_argv0, execfd }) {
        Err(what) => {
            eprintln!("xemu-aarch64: {what}");
            STATUS_USAGE
        }
        Ok(Request::Print(text)) => {
            print!("{text}");
            0
        }
        Ok(Request::Tool(name, args)) if name == "binfmt" => xemu_binfmt::command(args),
        Ok(Request::Tool(name, args)) => {
            let result =
                if name == "dump" { dump::run(&args) } else { bench_translate::run(&args) };
            match result {
                Ok(()) => 0,
                Err(what) => {
                    eprintln!("xemu-aarch64: {what}");
                    1
                }
            }
        }
        Ok(Request::Run(options)) => {
            let failure = start::run(*options, secure);
            eprintln!("xemu-aarch64: {}", failure.message);
            failure.status
        }
    }
}
