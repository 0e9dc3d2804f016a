//! What floating-point ops are emitted as: valid code for every op, size, shape and choice of
//! registers at both host levels, fault points on the instructions that may trap, and golden text.

use std::fmt::Write;

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};
use xemu_ir::{Analysis, AttrKind, Block, Builder, Effects, Es, FpMode, Op, RoundKind, Ty, Val};
use xemu_ir::{parse, passes::liveness, verify};
use xemu_x64::{CompileContext, CompileError, Compiler, HostFeatures};

const LEVELS: [HostFeatures; 2] = [HostFeatures::V2, HostFeatures::V3];

const CONTEXT: CompileContext = CompileContext {
    code_addr: 0x10_0000,
    slots_addr: 0x20_0000,
    first_slot: 0,
    loop_inside: false,
    strip_tags: false,
    check_tags: false,
    guard_stores: false,
};

/// What the compiler gets of a block.
fn analysed(block: &Block) -> (Block, Analysis) {
    if let Err(e) = verify(block) {
        panic!("{e}");
    }
    let mut block = block.clone();
    let mut analysis = Analysis::default();
    let mut context = liveness::Context { flags_live_at: &mut |_| false };
    liveness::run(&mut block, &mut context, &mut analysis);
    (block, analysis)
}

/// The code of a block up to its exit, with the offsets of fault points.
fn compile(features: HostFeatures, block: &Block) -> (Vec<Instruction>, Vec<u64>) {
    let (block, analysis) = analysed(block);
    let mut compiler = Compiler::new(features);
    let compiled = compiler.compile(&block, &analysis, &CONTEXT).expect("encodable");
    let decoder = Decoder::with_ip(64, compiled.code, 0, DecoderOptions::NONE);
    // Behind the last exit's stub are constants.
    let last = compiled.exits.iter().map(|exit| u64::from(exit.stub)).max().unwrap_or(u64::MAX);
    let code: Vec<Instruction> = decoder.into_iter().take_while(|insn| insn.ip() <= last).collect();
    assert!(code.iter().all(|insn| !insn.is_invalid()), "{block}");
    let faults = compiled.faults.iter().map(|f| u64::from(f.offset)).collect();
    (code, faults)
}

/// The code's text up to the exit; an asterisk marks fault points.
fn text(features: HostFeatures, block: &str) -> String {
    let block = parse(block).expect("the text parses");
    let (code, faults) = compile(features, &block);
    let mut formatter = IntelFormatter::new();
    let mut out = String::new();
    for insn in code {
        if insn.is_jmp_near_indirect() {
            break;
        }
        let mut line = String::new();
        formatter.format(&insn, &mut line);
        let mark = if faults.contains(&insn.ip()) { '*' } else { ' ' };
        let _ = writeln!(out, "{mark}{line}");
    }
    out
}

#[track_caller]
fn check(features: HostFeatures, ops: &str, expect: &str) {
    let block = format!("block 0x1000\ninsn #0x1000\n{ops}\ngoto #0x2000");
    let found = text(features, &block);
    let lines = |s: &str| s.lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&found), lines(expect.trim_start_matches('\n')), "\n{found}");
}

#[test]
fn a_block_with_too_many_values_is_refused_and_the_next_one_is_not() {
    let block = |count: usize| {
        let mut text = String::from("block 0x1000\ninsn #0x1000\n%1 = get_x x1\n");
        for n in 0..count {
            let _ = writeln!(text, "%{} = load64 0 %1 - #{:#x}", n + 2, 8 * n);
        }
        let mut sum = 2;
        for n in 1..count {
            let _ = writeln!(text, "%{} = xor64 %{} %{sum}", count + n + 1, n + 2);
            sum = count + n + 1;
        }
        let _ = writeln!(text, "set_x x2 %{sum}\ngoto #0x2000");
        analysed(&parse(&text).expect("the text parses"))
    };
    for features in LEVELS {
        let mut compiler = Compiler::new(features);
        let mut compile = |count| {
            let (block, analysis) = block(count);
            compiler.compile(&block, &analysis, &CONTEXT).map(drop)
        };
        assert!(compile(100).is_ok());
        assert!(matches!(compile(200), Err(CompileError::TooManyValues)));
        assert!(compile(100).is_ok());
    }
}

/// Attributes and immediates that the lifter may give to an op.
fn forms(op: Op) -> Vec<(u8, u8, u64)> {
    let sizes = [Es::H, Es::S, Es::D].map(u8::from);
    let rounds: Vec<u8> = [
        RoundKind::TieEven,
        RoundKind::PlusInf,
        RoundKind::MinusInf,
        RoundKind::Zero,
        RoundKind::TieAway,
    ]
    .map(u8::from)
    .to_vec();
    let [first, second] = op.info().attrs;
    let seconds: Vec<u8> = match second {
        AttrKind::Es => sizes.to_vec(),
        AttrKind::Round => rounds,
        AttrKind::Cc => (0..15).collect(),
        AttrKind::Non => vec![0],
        _ => vec![0, 1],
    };
    let imms: Vec<u64> = match op {
        Op::Frint => (0..11).collect(),
        Op::Fcadd => vec![1, 3],
        Op::Fcmla => vec![0, 1, 2, 3],
        Op::Fccmp => (0..32).collect(),
        Op::VFToI => vec![0, 3, 0x100, 0x103, 0x200, 0x300],
        _ if op.info().imm => vec![0, 7, 0x100, 0x107],
        _ => vec![0],
    };
    let firsts: Vec<u8> = match first {
        AttrKind::Cc => (0..16).collect(),
        AttrKind::Non => vec![0],
        _ => sizes.to_vec(),
    };
    let mut all = Vec::new();
    for a in firsts {
        for b in &seconds {
            all.extend(imms.iter().map(|imm| (a, *b, *imm)));
        }
    }
    all
}

/// Compares, then does the op on the given registers and uses its result and NZCV.
fn block_of(op: Op, (a, b, imm): (u8, u8, u64), registers: [u8; 4]) -> Block {
    let mut block = Block::default();
    block.reset(0x1000);
    let mut builder = Builder::new(&mut block);
    builder.begin_insn(0x1000);
    let x = builder.get_x(1);
    builder.emit(Op::Subs64, 0, 0, [x, x, Val::NONE], 0);
    builder.begin_insn(0x1004);
    let mut args = [Val::NONE; 3];
    for (n, ty) in op.info().args.iter().enumerate() {
        args[n] = match ty {
            Ty::V => builder.get_v(registers[n].into()),
            Ty::I32 => builder.get_w(registers[n].into()),
            _ => builder.get_x(registers[n].into()),
        };
    }
    let v = builder.emit(op, a, b, args, imm);
    match op.info().result {
        Ty::V => builder.set_v(registers[3].into(), Es::D, v),
        Ty::I32 => builder.set_w(registers[3].into(), v),
        Ty::I64 => builder.set_x(registers[3].into(), v),
        Ty::Non => {}
    }
    builder.begin_insn(0x1008);
    builder.exit(Op::ExitIf, 12, Val::NONE, 0x3000);
    builder.exit(Op::Goto, 0, Val::NONE, 0x2000);
    block
}

fn is_float(op: Op) -> bool {
    op.info().effects.has(Effects::FP) || matches!(op, Op::Fabs | Op::Fneg | Op::VCsel)
}

#[test]
fn every_form_is_emitted() {
    // Homes are V0 to V7; the last is the result's.
    let registers = [
        [0, 1, 2, 3],
        [0, 1, 2, 0],
        [0, 1, 2, 1],
        [0, 1, 2, 2],
        [1, 1, 1, 1],
        [20, 21, 22, 23],
        [20, 21, 22, 1],
        [0, 21, 1, 20],
    ];
    let mut forms_seen = 0;
    for op in Op::ALL.iter().copied().filter(|op| is_float(*op)) {
        for form in forms(op) {
            for registers in registers {
                let mut block = block_of(op, form, registers);
                let inline = [FpMode::Host, FpMode::Watched, FpMode::Flush];
                for (mode, features) in inline.into_iter().flat_map(|m| LEVELS.map(|f| (m, f))) {
                    block.fp = mode;
                    let (code, faults) = compile(features, &block);
                    for at in faults {
                        let insn = code.iter().find(|insn| insn.ip() == at);
                        let insn = insn.unwrap_or_else(|| panic!("{at:#x} is inside\n{block}"));
                        let inexact = mode == FpMode::Flush && from_integer(insn);
                        assert!(may_trap(insn) || inexact, "{insn}\n{block}");
                    }
                }
                forms_seen += 1;
                // Out of line there are neither fault points nor unmasked traps.
                block.fp = FpMode::OutOfLine;
                for features in LEVELS {
                    let (code, faults) = compile(features, &block);
                    assert!(faults.is_empty(), "{block}");
                    assert!(!code.iter().any(may_trap), "{block}");
                }
            }
        }
    }
    assert!(forms_seen > 4000, "{forms_seen}");
}

/// Whether the instruction converts integers, which may be inexact.
fn from_integer(insn: &Instruction) -> bool {
    let name = format!("{:?}", insn.mnemonic()).to_lowercase();
    name.contains("cvtsi2") || name.contains("cvtdq2")
}

/// Whether the instruction may raise an invalid operation.
fn may_trap(insn: &Instruction) -> bool {
    let name = format!("{:?}", insn.mnemonic()).to_lowercase();
    let name = name.strip_prefix('v').unwrap_or(&name);
    let float = ["ps", "pd", "ss", "sd"].iter().any(|lanes| name.ends_with(lanes));
    let computes = ["add", "sub", "mul", "div", "min", "max", "sqrt", "cmp", "round", "fmadd"]
        .iter()
        .any(|op| name.starts_with(op));
    float && computes
        || name.starts_with("ucomis")
        || name.starts_with("comis")
        || name.starts_with("cvt") && !name.contains("cvtsi2") && !name.contains("cvtdq2")
}

#[test]
fn sums() {
    let add = "%1 = get_v q1\n%2 = get_v q2\n%3 = f_add .d scalar %1 %2\nset_v q0 .d %3";
    check(LEVELS[0], add, " movaps xmm8,xmm9\n*addsd xmm8,xmm10\n movq xmm8,xmm8\n");
    check(LEVELS[1], add, "*vaddsd xmm8,xmm9,xmm10\n vmovq xmm8,xmm8\n");
    // The second operand is in the result's home: the legacy form must not overwrite it before
    // the trap.
    let sub = "%1 = get_v q1\n%2 = get_v q0\n%3 = f_sub .s vector %1 %2\nset_v q0 .q %3";
    check(LEVELS[0], sub, " movaps xmm0,xmm9\n*subps xmm0,xmm8\n movaps xmm8,xmm0\n");
    check(LEVELS[1], sub, "*vsubps xmm8,xmm9,xmm8\n");
}

#[test]
fn what_is_known_to_be_zero_is_not_cleared() {
    let ops = "%1 = get_x x0\n%2 = v_from_x %1\n%3 = f_add .d scalar %2 %2\nset_v q0 .d %3";
    check(LEVELS[1], ops, " vmovq xmm0,rsi\n*vaddsd xmm8,xmm0,xmm0\n");
}

#[test]
fn fused_multiply_add_checks_the_addend_before() {
    let ops = "%1 = get_v q0\n%2 = get_v q1\n%3 = get_v q2\n\
               %4 = f_madd .s vector %1 %2 %3\nset_v q0 .q %4";
    check(LEVELS[1], ops, "*vcmpleps xmm0,xmm8,xmm8\n*vfmadd231ps xmm8,xmm9,xmm10\n");
}

#[test]
fn products_are_looked_at_for_the_least_normal_number() {
    let mul = "%1 = get_v q1\n%2 = get_v q2\n%3 = f_mul .d scalar %1 %2\nset_v q0 .d %3\n\
               insn #0x4\ngoto #0x8";
    let found = text(LEVELS[1], &format!("block 0x0 fp_watched\ninsn #0x0\n{mul}"));
    let (before, behind) = found.split_once(" vpaddq xmm1,xmm0,xmm0\n").expect("doubles it");
    assert_eq!(before, "*vmulsd xmm0,xmm9,xmm10\n");
    assert!(behind.starts_with(" vpcmpeqq xmm1,xmm1,["), "{found}");
    let found = text(LEVELS[1], &format!("block 0x0 fp_flush\ninsn #0x0\n{mul}"));
    let compares =
        "*vcmpeqsd xmm0,xmm9,xmm9\n*vcmpeqsd xmm0,xmm10,xmm10\n*vmulsd xmm0,xmm9,xmm10\n";
    assert!(found.starts_with(compares), "{found}");
}

#[test]
fn comparisons_order_operands_for_their_reader() {
    let less = "%1 = get_v q0\n%2 = get_v q1\nf_cmp .d 0 %1 %2\nexit_if mi #0x3000";
    check(LEVELS[1], less, "*vucomisd xmm9,xmm8\n ja 0000000000000011h\n");
    let greater = "%1 = get_v q0\n%2 = get_v q1\nf_cmp .d 1 %1 %2\nexit_if gt #0x3000";
    check(LEVELS[1], greater, "*vcomisd xmm8,xmm9\n ja 0000000000000011h\n");
}

#[test]
fn conversions() {
    let ops = "%1 = get_v q0\n%2 = f_to_i64 .d z %1 #0x0\nset_x x0 %2";
    check(LEVELS[1], ops, "*vcvttsd2si rsi,xmm8\n");
    let ops = "%1 = get_w x0\n%2 = i32_to_f .d 0 %1 #0x0\nset_v q0 .d %2";
    check(LEVELS[1], ops, " vxorps xmm8,xmm0,xmm0\n vcvtsi2sd xmm8,xmm8,esi\n");
}

#[test]
fn signs_are_bits() {
    let ops = "%1 = get_v q0\n%2 = f_neg .d scalar %1\nset_v q1 .d %2";
    let found = text(LEVELS[1], &format!("block 0x0\ninsn #0x0\n{ops}\ngoto #0x8"));
    assert!(found.starts_with(" vxorps xmm9,xmm8,[rbp+"), "{found}");
}
