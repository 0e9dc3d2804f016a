//! Tests of whole blocks, and the checks that hold for every row of the decode table.

use xemu_a64::{Decode, ROWS, Row, RowId, decode};
use xemu_guest::{FaultKind, GuestFault};
use xemu_ir::{Block, Effects, Op, verify};

use crate::{CpuModel, LiftConfig, Lifter, Limits};

const PC: u64 = 0x1000;

fn fault(addr: u64) -> GuestFault {
    GuestFault { kind: FaultKind::FetchUnmapped, addr, write: false }
}

fn max_lifter() -> Lifter {
    Lifter::new(LiftConfig { model: CpuModel::by_name("max").expect("exists") })
}

/// Lifts `code` from [`PC`] on; stops before addresses in `stops`.
fn lift(code: &[u32], max_insns: u32, stops: &[u64]) -> Result<Block, GuestFault> {
    let mut block = Block::default();
    let mut fetch = |pc: u64| {
        let index = (pc - PC) as usize / 4;
        code.get(index).copied().ok_or(fault(pc))
    };
    let mut stop_at = |pc| stops.contains(&pc);
    let mut limits = Limits { max_insns, fp_out_of_line: false, stop_at: &mut stop_at };
    max_lifter().lift_block(PC, &mut fetch, &mut block, &mut limits)?;
    verify(&block).map_err(|e| panic!("{e}")).map(|()| block)
}

/// Whether two texts agree but for indentation.
#[track_caller]
fn same(said: &str, expect: &str) {
    let trimmed = |s: &str| s.lines().map(str::trim).map(str::to_owned).collect::<Vec<_>>();
    let (said_lines, expect_lines) = (trimmed(said.trim()), trimmed(expect.trim()));
    assert!(said_lines == expect_lines, "lifted to:\n{said}\nexpected:\n{expect}");
}

/// Checks what one instruction lifts to, without the block's head, the instruction's mark and the
/// jump to the next instruction.
#[track_caller]
pub(crate) fn check(word: u32, expect: &str) {
    let block = lift(&[word], 1, &[]).expect("lifts");
    let text = block.to_string();
    let body: Vec<&str> = text.lines().skip(2).collect();
    let body = body.strip_suffix(&["  goto #0x1004"]).unwrap_or(&body);
    same(&body.join("\n"), expect);
}

#[track_caller]
fn check_block(code: &[u32], max_insns: u32, stops: &[u64], expect: &str) {
    let block = lift(code, max_insns, stops).expect("lifts");
    let text = block.to_string();
    let (_, body) = text.split_once('\n').expect("a head");
    same(body, expect);
}
