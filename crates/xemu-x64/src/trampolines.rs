//! The assembly between Rust and generated code: entering, leaving, looking up, calling out.

#![allow(clippy::useless_conversion, reason = "the macro converts register numbers to u8")]

use core::mem::offset_of;

use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm, x64::X64Relocation};
use xemu_guest::{CpuState, EngineSlots, STATE_BIAS};

use crate::contract::{Helper, LOOKUP_ENTRIES, LeaveReason, V_HOMES, X_HOMES};

/// How many pairs above the top of the return-prediction stack a wrong prediction looks at. As many
/// pairs must be readable above the stack's base.
pub const RETURN_SEARCH: i32 = 16;

/// How many routines [`Helper`] names.
pub const HELPERS: usize = 11;

/// The trampolines' code, which runs at any address, and the offsets of its entries.
#[derive(Debug)]
pub struct Trampolines {
    /// The bytes.
    pub code: Vec<u8>,
    /// `extern "C" fn(state: *mut CpuState, code: *const u8)`: runs generated code until it leaves.
    pub enter: usize,
    /// Offsets of the routines behind [`Helper`], by its number; 0 for those that are not here.
    pub helpers: [usize; HELPERS],
}

type Ops = VecAssembler<X64Relocation>;

const fn st(offset: usize) -> i32 {
    offset as i32 - STATE_BIAS
}

const fn en(offset: usize) -> i32 {
    st(offset_of!(CpuState, engine) + offset)
}

const HOST_SP: i32 = en(offset_of!(EngineSlots, host_sp));
const RETURN_SP: i32 = en(offset_of!(EngineSlots, return_sp));
const REASON: i32 = en(offset_of!(EngineSlots, leave_reason));
const ARG: i32 = en(offset_of!(EngineSlots, leave_arg));
const TABLE: i32 = en(offset_of!(EngineSlots, lookup_table));
const PC: i32 = st(offset_of!(CpuState, pc));
const MXCSR: i32 = st(offset_of!(CpuState, mxcsr));

const fn helper_at(which: Helper) -> i32 {
    en(offset_of!(EngineSlots, helpers) + which as usize * 8)
}

const fn x_at(n: u8) -> i32 {
    st(offset_of!(CpuState, x) + n as usize * 8)
}

const fn v_at(n: u8) -> i32 {
    st(offset_of!(CpuState, v) + n as usize * 16)
}

fn load_homes(ops: &mut Ops) {
    for (n, r) in X_HOMES {
        dynasm!(ops ; .arch x64 ; mov Rq(r.index()), [rbp + x_at(n)]);
    }
    for (n, r) in V_HOMES {
        dynasm!(ops ; .arch x64 ; movaps Rx(r.index()), [rbp + v_at(n)]);
    }
}

fn store_homes(ops: &mut Ops) {
    for (n, r) in X_HOMES {
        dynasm!(ops ; .arch x64 ; mov [rbp + x_at(n)], Rq(r.index()));
    }
    for (n, r) in V_HOMES {
        dynasm!(ops ; .arch x64 ; movaps [rbp + v_at(n)], Rx(r.index()));
    }
}

/// Assembles the trampolines.
pub fn assemble() -> Trampolines {
    let mut ops: Ops = VecAssembler::new(0);
    let mut helpers = [0; HELPERS];
    let enter = emit_enter(&mut ops);
    emit_leave(&mut ops, &mut helpers);
    emit_lookup(&mut ops, &mut helpers);
    emit_call_out(&mut ops, &mut helpers, Helper::Eval, Helper::EvalFn);
    emit_call_out(&mut ops, &mut helpers, Helper::IcIvau, Helper::IcIvauFn);
    emit_call_out(&mut ops, &mut helpers, Helper::Exec, Helper::ExecFn);
    let code = ops.finalize().expect("invariant: every label of the trampolines is bound");
    Trampolines { code, enter, helpers }
}

/// System V: RDI = state, RSI = where to go. The host's MXCSR is kept above the saved registers.
fn emit_enter(ops: &mut Ops) -> usize {
    let at = ops.offset().0;
    dynasm!(ops
        ; .arch x64
        ; push rbx
        ; push rbp
        ; push r12
        ; push r13
        ; push r14
        ; push r15
        ; sub rsp, 8
        ; stmxcsr [rsp]
        ; lea rbp, [rdi + STATE_BIAS]
        ; mov [rbp + HOST_SP], rsp
        ; ldmxcsr [rbp + MXCSR]
        ; mov rax, rsi
    );
    load_homes(ops);
    dynasm!(ops
        ; .arch x64
        ; mov rsp, [rbp + RETURN_SP]
        ; jmp rax
    );
    at
}

fn emit_leave(ops: &mut Ops, helpers: &mut [usize; HELPERS]) {
    helpers[Helper::Link as usize] = ops.offset().0;
    dynasm!(ops
        ; .arch x64
        ; mov [rbp + ARG], eax
        ; mov eax, LeaveReason::Link as i32
        ; jmp >leave
    );
    helpers[Helper::LeaveFault as usize] = ops.offset().0;
    dynasm!(ops ; .arch x64 ; mov eax, LeaveReason::Fault as i32);
    helpers[Helper::Leave as usize] = ops.offset().0;
    dynasm!(ops
        ; .arch x64
        ; leave:
        ; mov [rbp + REASON], eax
    );
    store_homes(ops);
    dynasm!(ops
        ; .arch x64
        ; mov [rbp + RETURN_SP], rsp
        ; mov rsp, [rbp + HOST_SP]
        ; stmxcsr [rbp + MXCSR]
        ; ldmxcsr [rsp]
        ; add rsp, 8
        ; pop r15
        ; pop r14
        ; pop r13
        ; pop r12
        ; pop rbp
        ; pop rbx
        ; ret
    );
}

fn emit_lookup(ops: &mut Ops, helpers: &mut [usize; HELPERS]) {
    // A return that was not predicted: an outer frame's return (longjmp, an exception) finds its
    // pair further up; the pairs below it are dropped.
    helpers[Helper::ReturnMiss as usize] = ops.offset().0;
    for n in 1..RETURN_SEARCH {
        dynasm!(ops
            ; .arch x64
            ; cmp rax, [rsp + n * 16 + 8]
            ; jne >next
            ; add rsp, n * 16
            ; ret
            ; next:
        );
    }
    helpers[Helper::Lookup as usize] = ops.offset().0;
    let mask = ((LOOKUP_ENTRIES - 1) << 4) as i32;
    dynasm!(ops
        ; .arch x64
        ; lea ecx, [rax * 4]
        ; and ecx, mask
        ; add rcx, [rbp + TABLE]
        ; cmp rax, [rcx]
        ; jne >miss
        ; jmp QWORD [rcx + 8]
        ; miss:
        ; mov [rbp + PC], rax
        ; mov eax, LeaveReason::Lookup as i32
        ; jmp QWORD [rbp + helper_at(Helper::Leave)]
    );
}

/// Called with an argument in RAX; calls `function(state, RAX)` on the host stack. ZF says whether
/// the function's result, if it has one, is 0.
fn emit_call_out(ops: &mut Ops, helpers: &mut [usize; HELPERS], which: Helper, function: Helper) {
    helpers[which as usize] = ops.offset().0;
    store_homes(ops);
    dynasm!(ops
        ; .arch x64
        ; mov [rbp + RETURN_SP], rsp
        ; mov rsp, [rbp + HOST_SP]
        ; lea rdi, [rbp - STATE_BIAS]
        ; mov rsi, rax
        ; call QWORD [rbp + helper_at(function)]
        ; mov rsp, [rbp + RETURN_SP]
        ; test eax, eax
    );
    // Loads leave the flags alone.
    load_homes(ops);
    dynasm!(ops ; .arch x64 ; ret);
}
