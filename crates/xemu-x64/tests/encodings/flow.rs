//! Labels, jumps, data and operands relative to RIP.

use crate::support::{Checker, render};
use xemu_x64::asm::{Alu, Asm, AsmError, Cond, Label, Mem, VecOp, Width, reg::*};

#[test]
fn backward_jumps_take_the_short_form_when_near() {
    // 126 bytes between label and jump: the displacement of a 2-byte jump is -128.
    for (gap, len) in [(0, 2), (126, 2), (127, 5), (1000, 5)] {
        let mut asm = Asm::new(true);
        let label = asm.here();
        asm.nop(gap);
        asm.jmp(label);
        assert_eq!(asm.pos(), gap + len, "gap {gap}");
        assert!(render(asm.finish().unwrap()).ends_with("jmp ->0x0"), "gap {gap}");
        asm.reset();
        let label = asm.here();
        asm.nop(gap);
        asm.jcc(Cond::LE, label);
        let len = if len == 5 { 6 } else { 2 };
        assert_eq!(asm.pos(), gap + len, "gap {gap}");
        assert!(render(asm.finish().unwrap()).ends_with("jle ->0x0"), "gap {gap}");
    }
}

#[test]
fn forward_jumps_are_patched() {
    let mut asm = Asm::new(true);
    let (a, b) = (asm.new_label(), asm.new_label());
    asm.jmp(a); // 5
    asm.jcc(Cond::B, b); // 11
    asm.jmp_short(a); // 13
    asm.jrcxz_short(b); // 15
    asm.jcc_short(Cond::G, b); // 17
    asm.call(a); // 22
    assert_eq!(asm.finish(), Err(AsmError::UnboundLabel(6)));
    assert_eq!(asm.label_offset(a), None);
    asm.bind(a);
    asm.ret();
    assert_eq!(asm.finish(), Err(AsmError::UnboundLabel(3)));
    asm.bind(b);
    asm.call(b);
    assert_eq!(asm.label_offset(b), Some(23));
    let text = render(asm.finish().unwrap());
    let expect =
        "jmp ->0x16; jb ->0x17; jmp ->0x16; jrcxz ->0x17; jg ->0x17; call ->0x16; ret; call ->0x17";
    assert_eq!(text, expect);
}

#[test]
fn all_conditions() {
    let mut c = Checker::new(true);
    for cond in Cond::ALL {
        let name = format!("{cond:?}").to_lowercase();
        let short = |a: &mut Asm| {
            let label = a.new_label();
            a.jcc_short(cond, label);
            a.bind(label);
        };
        c.check_len(short, &format!("j{name} ->0x2"), 2);
        let near = |a: &mut Asm| {
            let label = a.new_label();
            a.jcc(cond, label);
            a.bind(label);
        };
        // Not `check`: a displacement of zero would fit a short jump.
        c.asm.reset();
        near(&mut c.asm);
        c.asm.nop(0x200);
        let text = render(&c.asm.code()[..6]);
        assert_eq!(text, format!("j{name} ->0x6"));
        assert_eq!(cond.invert().invert(), cond);
        assert_eq!(cond.invert() as u8, cond as u8 ^ 1);
    }
}

#[test]
fn short_jumps_out_of_reach_are_errors() {
    let mut asm = Asm::new(true);
    let label = asm.new_label();
    asm.jmp_short(label);
    asm.nop(128);
    asm.bind(label);
    assert_eq!(asm.finish(), Err(AsmError::ShortJump(1)));
    asm.reset();
    let label = asm.new_label();
    asm.jmp_short(label);
    asm.nop(127);
    asm.bind(label);
    assert!(asm.finish().is_ok());
    asm.reset();
    let label = asm.here();
    asm.nop(127);
    asm.jcc_short(Cond::E, label);
    assert_eq!(asm.finish(), Err(AsmError::ShortJump(128)));
}

#[test]
fn offsets_outside_the_buffer() {
    let mut c = Checker::new(true);
    c.check(|a| a.jmp_offset(0x1234), "jmp ->0x1234");
    c.check(|a| a.call_offset(-0x1000), "call ->0xfffffffffffff000");
    c.check(|a| a.jcc_offset(Cond::AE, 0x7000_0000), "jae ->0x70000000");
    c.check_len(|a| a.jmp_rm(Mem::rip(-0x100)), "jmp [=0xffffffffffffff00]", 6);
    c.check_len(|a| a.call_rm(Mem::rip(0x100)), "call [=0x100]", 6);
    c.asm.reset();
    c.asm.jmp_offset(i32::MIN);
    assert_eq!(c.asm.finish(), Err(AsmError::RipRange(5)));
}

/// An instruction and its text, `P` for the place.
type Use = (Box<dyn Fn(&mut Asm)>, &'static str);

/// Instructions with all sizes of what may follow the displacement.
fn uses(place: Mem) -> [Use; 8] {
    let w = Width::W64;
    [
        (Box::new(move |a| a.mov(w, R9, place)), "mov r9,P"),
        (Box::new(move |a| a.store_imm(Width::B8, place, 1)), "mov P,0x1"),
        (Box::new(move |a| a.store_imm(Width::W16, place, 1)), "mov P,0x1"),
        (Box::new(move |a| a.store_imm(Width::W32, place, 1)), "mov P,0x1"),
        (Box::new(move |a| a.alu_imm(Alu::Cmp, w, place, 5)), "cmp P,0x5"),
        (Box::new(move |a| a.v3(VecOp::PADDD, XMM1, XMM2, place)), "vpaddd xmm1,xmm2,P"),
        (Box::new(move |a| a.lock_alu_imm(Alu::Add, w, place, 500)), "lock add P,0x1f4"),
        (Box::new(move |a| a.lock_cmpxchg(w, place, R8)), "lock cmpxchg P,r8"),
    ]
}

#[test]
fn rip_relative_operands() {
    let mut asm = Asm::new(true);
    for (emit, text) in uses(Mem::rip(0x4321)) {
        asm.reset();
        asm.nop(9);
        emit(&mut asm);
        let expect = text.replace('P', "[=0x4321]");
        assert!(render(asm.finish().unwrap()).ends_with(&expect), "{expect}");
    }
}

#[test]
fn rip_relative_labels() {
    let mut asm = Asm::new(true);
    for forward in [false, true] {
        for number in 0..8 {
            asm.reset();
            let label: Label = asm.new_label();
            if !forward {
                asm.nop(9);
                asm.bind(label);
            }
            let at = asm.pos();
            let (emit, text) = &uses(Mem::label(label))[number];
            emit(&mut asm);
            let end = asm.pos();
            if forward {
                assert_eq!(asm.finish(), Err(AsmError::UnboundLabel(1)));
                asm.align(8);
                asm.bind(label);
                asm.data64(u64::MAX);
            }
            let offset = asm.label_offset(label).unwrap();
            assert!(asm.finish().is_ok());
            // Decoded alone, the instruction starts at 0.
            let target = (offset as i64 - at as i64).cast_unsigned();
            let expect = text.replace('P', &format!("[={target:#x}]"));
            assert_eq!(render(&asm.code()[at..end]), expect);
        }
    }
}

#[test]
fn the_buffer_grows_and_is_reused() {
    let mut asm = Asm::new(true);
    let start = asm.here();
    let end = asm.new_label();
    asm.jmp(end);
    for number in 0..20_000_u32 {
        asm.alu_imm(Alu::Add, Width::W32, Mem::disp(R15, 0x1000), number.cast_signed() | 0x1000);
    }
    asm.bytes(&[0x90; 70_000]);
    asm.bind(end);
    asm.jmp(start);
    let len = asm.pos();
    assert!(len > 200_000);
    assert!(asm.finish().is_ok());
    let back = 0_u32.wrapping_sub(len as u32);
    assert_eq!(asm.code()[len - 4..], back.to_le_bytes());
    asm.reset();
    assert_eq!((asm.pos(), asm.code().len()), (0, 0));
    asm.data32(0);
    asm.data64(7);
    asm.patch32(0, 5);
    asm.patch64(4, 9);
    assert_eq!(asm.finish().unwrap(), [5, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    asm.align(16);
    assert_eq!(asm.pos(), 16);
    asm.truncate(12);
    assert_eq!(asm.pos(), 12);
}
