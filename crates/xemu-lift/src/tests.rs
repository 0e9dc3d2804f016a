//! Tests of whole blocks, and the checks that hold for every row of the decode table.

use xemu_a64::{Decode, ROWS, Row, decode};
use xemu_guest::{FaultKind, GuestFault};
use xemu_ir::{Block, Effects, FpMode, Op, verify};

use crate::{CpuModel, Extras, LiftConfig, Lifter, Limits, MaxInsns};

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
    let mut limits = Limits {
        max_insns: MaxInsns::of(max_insns),
        fp: FpMode::Host,
        stop_at: &mut stop_at,
        guarded: None,
        extras: Extras::default(),
    };
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

#[track_caller]
fn check_block(code: &[u32], max_insns: u32, stops: &[u64], expect: &str) {
    let block = lift(code, max_insns, stops).expect("lifts");
    let text = block.to_string();
    let (_, body) = text.split_once('\n').expect("a head");
    same(body, expect);
}

const NOP: u32 = 0xd503_201f;
#[test]
fn block_goes_on_behind_a_conditional_branch_and_ends_at_a_jump() {
    // cbz w1, .+8; b.ne .; b .-8
    check_block(
        &[0x3400_0041, 0x5400_0001, 0x17ff_fffe],
        64,
        &[],
        "insn #0x1000
        %1 = get_w x1
        exit_if_z32 %1 #0x1008
        insn #0x1004
        exit_if ne #0x1004
        insn #0x1008
        goto #0x1000",
    );
}

#[test]
fn a_branch_makes_blocks_shorter() {
    // cbz w1, .
    const CBZ: u32 = 0x3400_0001;
    let length = |code: &[u32]| {
        let mut block = Block::default();
        let max_insns = MaxInsns { branching: 3, straight: 6 };
        let (fp, extras) = (FpMode::Host, Extras::default());
        let stop_at = &mut |_| false;
        let mut limits = Limits { max_insns, fp, stop_at, guarded: None, extras };
        let mut fetch = |pc: u64| Ok(code.get((pc - PC) as usize / 4).copied().unwrap_or(NOP));
        max_lifter().lift_block(PC, &mut fetch, &mut block, &mut limits).expect("lifts");
        block.guest_insns
    };
    assert_eq!(length(&[NOP]), 6);
    assert_eq!(length(&[NOP, CBZ]), 3);
    assert_eq!(length(&[NOP, NOP, NOP, NOP, CBZ]), 5);
}

#[test]
fn backward_branch_to_the_start_exits_to_the_start() {
    // subs x0, x0, #1; b.ne .-4
    check_block(
        &[0xf100_0400, 0x54ff_ffe1],
        64,
        &[],
        "insn #0x1000
        %1 = get_x x0
        %2 = const64 #0x1
        %3 = subs64 %1 %2
        set_x x0 %3
        insn #0x1004
        exit_if ne #0x1000
        goto #0x1008",
    );
}

#[test]
fn block_ends_at_the_limit_and_before_what_cannot_be_fetched() {
    let text = "insn #0x1000\ninsn #0x1004\ngoto #0x1008";
    check_block(&[NOP, NOP, NOP], 2, &[], text);
    check_block(&[NOP, NOP], 64, &[], text);
    assert_eq!(lift(&[], 64, &[]), Err(fault(PC)));
}

#[test]
fn block_ends_before_translated_code_behind_a_branch_only() {
    // b.eq .+16
    let branch = 0x5400_0080;
    check_block(
        &[NOP, branch, NOP],
        64,
        &[PC + 4, PC + 8],
        "insn #0x1000\ninsn #0x1004\nexit_if eq #0x1014\ngoto #0x1008",
    );
}

#[test]
fn constants_fold_across_instructions() {
    // adrp x0, .; add x0, x0, #8; mov x1, x0; mov w2, #0x1234; movk w2, #0x5678, lsl #16; ret
    let code = [0x9000_0000, 0x9100_2000, 0xaa00_03e1, 0x5282_4682, 0x72aa_cf02, 0xd65f_03c0];
    let block = lift(&code, 64, &[]).expect("lifts");
    let set = |reg: u8| {
        let mut insts = block.insts.iter().filter(move |i| i.effects().has(Effects::WRITES_STATE));
        insts.rfind(|i| i.a == reg).and_then(|i| block.constant(i.args[0]))
    };
    assert_eq!(set(0), Some(0x1008));
    assert_eq!(set(1), Some(0x1008));
    assert_eq!(set(2), Some(0x5678_1234));
}

#[test]
fn scalars_keep_what_the_manual_says_with_nep() {
    let model = CpuModel::by_name("max").expect("exists");
    let mut lifter = Lifter::new(LiftConfig { model });
    let mut kept = |word: u32, fp| {
        let mut block = Block::default();
        let mut limits = Limits {
            max_insns: MaxInsns::of(1),
            fp,
            stop_at: &mut |_| false,
            guarded: None,
            extras: Extras::default(),
        };
        lifter.lift_block(PC, &mut |_| Ok(word), &mut block, &mut limits).expect("lifts");
        let merge = block.insts.iter().find(|inst| inst.op == Op::VIns)?;
        Some(block.def(merge.args[0]).a)
    };
    // fadd d4, d1, d2; fmadd d4, d1, d2, d3; fsqrt d4, d1; fcmeq d4, d1, d2; fmov d4, d1
    let words = [0x1e62_2824, 0x1f42_0c24, 0x1e61_c024, 0x5e62_e424, 0x1e60_4024];
    let expected = [Some(1), Some(3), Some(4), Some(2), None];
    assert_eq!(words.map(|word| kept(word, FpMode::Merging)), expected);
    assert_eq!(words.map(|word| kept(word, FpMode::OutOfLine)), [None; 5]);
}

#[test]
fn instruction_of_an_absent_feature_is_undefined_unless_a_hint() {
    let model = CpuModel::by_name("cortex-a53").expect("exists");
    let mut lifter = Lifter::new(LiftConfig { model });
    let mut last = |word: u32| {
        let mut block = Block::default();
        let (fp, stop_at) = (FpMode::OutOfLine, &mut |_| false);
        let mut limits = Limits {
            max_insns: MaxInsns::of(1),
            fp,
            stop_at,
            guarded: None,
            extras: Extras::default(),
        };
        lifter.lift_block(PC, &mut |_| Ok(word), &mut block, &mut limits).expect("lifts");
        assert_eq!(block.fp, FpMode::OutOfLine);
        block.insts.last().expect("not empty").op
    };
    // ldadd w0, w2, [x1]; paciasp; pacia x0, x1
    assert_eq!(last(0xb820_0022), Op::Undef);
    assert_eq!(last(0xd503_233f), Op::Goto);
    assert_eq!(last(0xdac1_0020), Op::Undef);
}

/// A small generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn word(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as u32
    }
}

/// Words that decode to the row, as far as some are found.
fn words_of(row: &'static Row, random: &mut Random) -> Vec<u32> {
    let candidates = (0..2000).map(|_| random.word() & !row.mask | row.value);
    let decodes =
        |word: &u32| matches!(decode(*word), Decode::Insn(i) if core::ptr::eq(i.row(), row));
    candidates.filter(decodes).take(100).collect()
}

/// Nothing that may fault comes behind a register write of the same instruction.
fn assert_faults_come_first(block: &Block) {
    let mut written = false;
    for inst in &block.insts {
        match inst.op {
            Op::Insn => written = false,
            Op::SetX | Op::SetW | Op::SetV | Op::SetNzcv | Op::SetSys => written = true,
            _ => {
                let may_fault = inst.effects().has(Effects::MAY_FAULT.or(Effects::FP));
                assert!(!(written && may_fault), "a fault would come too late in\n{block}");
            }
        }
    }
}

#[test]
fn random_words_of_every_row_lift_to_well_formed_blocks() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for row in ROWS.iter().filter(|row| row.implemented) {
        for word in words_of(row, &mut random) {
            let block = lift(&[word, NOP], 2, &[]).expect("lifts");
            assert_faults_come_first(&block);
        }
    }
}

/// Rows that are undefined for programs, or belong to features that no model has.
const NOT_LIFTED: &str = "
    Udf Stshh Hvc Smc Hlt Dcps Sysl Eret Drps Ereta Stzgm Stgm Ldgm
";

#[test]
fn every_row_is_lifted_or_listed() {
    let mut random = Random(0xfeed_f00d_dead_beef);
    for row in ROWS.iter().filter(|row| row.implemented) {
        let undefined = words_of(row, &mut random).iter().all(|word| {
            let block = lift(&[*word], 1, &[]).expect("lifts");
            block.insts.last().is_some_and(|i| i.op == Op::Undef)
        });
        // Few system registers exist, so random words of these may hit none.
        let system = matches!(row.name, "Sys" | "Mrs" | "MsrReg");
        let listed = NOT_LIFTED.split_whitespace().any(|name| name == row.name);
        let words = words_of(row, &mut random);
        assert!(undefined == listed || system, "{} is undefined: {undefined} {words:x?}", row.name);
    }
}
