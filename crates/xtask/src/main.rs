//! The project's own commands, run as `cargo xtask COMMAND`.
//!
//! Each command is a module; this file only finds the one that was asked for.

#![forbid(unsafe_code)]

mod bench;
mod cargo;
mod census;
mod fuzz;
mod instructions;
mod lexer;
mod package;
mod repository;
mod runtimes;
mod tidy;
mod unsafe_count;

use std::ffi::OsString;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND
  tidy                 checks what the compiler does not: sizes, arrows, unsafe, paths in docs
  unsafe-count         prints the number of unsafe blocks and functions of each crate
  bless [CARGO ARGS]   runs the tests with BLESS=1, which rewrites the golden files
  dump ARGS            prints what the emulator makes of an instruction or a block
  deb [FILE]           builds the Debian package, of FILE or of a new release build
  image [TOOL]         builds the installer image with docker, or TOOL
  bench [OPTIONS]      measures against native speed and against QEMU (bench --help)
  instructions         writes docs/instructions.md
  census FILE...       counts what of ELF files is not translated to host code alone
  fuzz WHAT [OPTIONS]  compares the engines and QEMU on random programs (fuzz --help)
  sweep [--shard I/N]  compares the decoder with capstone on all words, or a part of them
  runtimes [OPTIONS]   runs programs of language runtimes over and over (runtimes --help)";

/// What a command gives: an error is a sentence for the user.
pub type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<OsString> = arguments.collect();
    let outcome = match command.to_str() {
        Some("tidy") => tidy::command(),
        Some("unsafe-count") => unsafe_count::command(),
        Some("bless") => cargo::bless(&rest),
        Some("dump") => cargo::dump(&rest),
        Some("deb") => package::deb(&rest),
        Some("image") => package::image(&rest),
        Some("bench") => bench::command(rest),
        Some("instructions") => instructions::command(),
        Some("census") => census::command(rest),
        Some("sweep") => cargo::sweep(rest),
        Some("fuzz") => fuzz::command(rest),
        Some("runtimes") => runtimes::main(rest),
        Some("measure") => bench::measure::command(&rest),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
