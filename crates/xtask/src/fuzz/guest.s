// The arm64 side of `cargo xtask fuzz insn`: a program without libraries, loaded at 0x400000.
//
// It reads 64 cases at a time from standard input, executes the instruction of each on the state
// that the case holds, and writes the cases back with the states as they are then. A case:
//   0 X0-X30   248 SP   256 V0-V31   768 NZCV   776 FPCR   784 FPSR   792 the instruction word
//   796 out: 1 if the instruction was undefined
// Each instruction runs in a slot of its own: load X30, the instruction, a branch to `back`.
// `program.rs` holds what the assembler makes of this file; a test compares.
    .equ CASES, 64
    .equ CASE, 800
    .equ SLOTS, 0x410000
    .equ VARS, 0x420000
    .equ BUFFER, 0x421000
    .equ ALTSTACK, 0x440000
    .text
    .globl _start
_start:
    // The handler of SIGILL needs a stack: SP is whatever a case says.
    adr x0, altstack
    mov x1, #0
    mov x8, #132
    svc #0
    mov x0, #4
    adr x1, action
    mov x2, #0
    mov x3, #8
    mov x8, #134
    svc #0
batch:
    ldr x20, buffer
    ldr x23, bytes
    mov x21, #0
read_more:
    mov x0, #0
    add x1, x20, x21
    sub x2, x23, x21
    mov x8, #63
    svc #0
    cmp x0, #0
    b.le end
    add x21, x21, x0
    cmp x21, x23
    b.ne read_more
    // Fill the slots and make them known to instruction fetch.
    ldr x24, slots
    mov x25, x24
    add x26, x20, x23
    ldr w4, load_x30
    adr x5, back
    mov w6, #0x14000000
fill:
    ldr w0, [x20, #792]
    ldr x1, [x20, #240]
    add x2, x25, #8
    sub x2, x5, x2
    ubfx x2, x2, #2, #26
    orr w2, w2, w6
    stp w4, w0, [x25]
    str w2, [x25, #8]
    str x1, [x25, #16]
    dc cvau, x25
    dsb ish
    ic ivau, x25
    add x25, x25, #32
    add x20, x20, #800
    cmp x20, x26
    b.ne fill
    dsb ish
    isb
    ldr x30, buffer
    ldr x29, slots
next:
    // X30 is the case, X29 its slot.
    ldr x28, vars
    stp x30, x29, [x28]
    mov x28, x29
    ldr x0, [x30, #768]
    msr nzcv, x0
    ldr x0, [x30, #776]
    msr fpcr, x0
    ldr x0, [x30, #784]
    msr fpsr, x0
    ldr x0, [x30, #248]
    mov sp, x0
    add x0, x30, #256
    ldp q0, q1, [x0], #32
    ldp q2, q3, [x0], #32
    ldp q4, q5, [x0], #32
    ldp q6, q7, [x0], #32
    ldp q8, q9, [x0], #32
    ldp q10, q11, [x0], #32
    ldp q12, q13, [x0], #32
    ldp q14, q15, [x0], #32
    ldp q16, q17, [x0], #32
    ldp q18, q19, [x0], #32
    ldp q20, q21, [x0], #32
    ldp q22, q23, [x0], #32
    ldp q24, q25, [x0], #32
    ldp q26, q27, [x0], #32
    ldp q28, q29, [x0], #32
    ldp q30, q31, [x0], #32
    ldp x0, x1, [x30]
    ldp x2, x3, [x30, #16]
    ldp x4, x5, [x30, #32]
    ldp x6, x7, [x30, #48]
    ldp x8, x9, [x30, #64]
    ldp x10, x11, [x30, #80]
    ldp x12, x13, [x30, #96]
    ldp x14, x15, [x30, #112]
    ldp x16, x17, [x30, #128]
    ldp x18, x19, [x30, #144]
    ldp x20, x21, [x30, #160]
    ldp x22, x23, [x30, #176]
    ldp x24, x25, [x30, #192]
    ldp x26, x27, [x30, #208]
    msr tpidr_el0, x28
    ldp x28, x29, [x30, #224]
    mrs x30, tpidr_el0
    br x30
back:
    // No register is free but TPIDR_EL0.
    msr tpidr_el0, x30
    ldr x30, vars
    ldr x30, [x30]
    stp x0, x1, [x30]
    stp x2, x3, [x30, #16]
    stp x4, x5, [x30, #32]
    stp x6, x7, [x30, #48]
    stp x8, x9, [x30, #64]
    stp x10, x11, [x30, #80]
    stp x12, x13, [x30, #96]
    stp x14, x15, [x30, #112]
    stp x16, x17, [x30, #128]
    stp x18, x19, [x30, #144]
    stp x20, x21, [x30, #160]
    stp x22, x23, [x30, #176]
    stp x24, x25, [x30, #192]
    stp x26, x27, [x30, #208]
    stp x28, x29, [x30, #224]
    mrs x0, tpidr_el0
    mov x1, sp
    stp x0, x1, [x30, #240]
    mrs x0, nzcv
    str x0, [x30, #768]
    mrs x0, fpcr
    str x0, [x30, #776]
    mrs x0, fpsr
    str x0, [x30, #784]
    add x0, x30, #256
    stp q0, q1, [x0], #32
    stp q2, q3, [x0], #32
    stp q4, q5, [x0], #32
    stp q6, q7, [x0], #32
    stp q8, q9, [x0], #32
    stp q10, q11, [x0], #32
    stp q12, q13, [x0], #32
    stp q14, q15, [x0], #32
    stp q16, q17, [x0], #32
    stp q18, q19, [x0], #32
    stp q20, q21, [x0], #32
    stp q22, q23, [x0], #32
    stp q24, q25, [x0], #32
    stp q26, q27, [x0], #32
    stp q28, q29, [x0], #32
    stp q30, q31, [x0], #32
    ldr x28, vars
    ldp x30, x29, [x28]
    add x30, x30, #800
    add x29, x29, #32
    ldr x20, buffer
    ldr x23, bytes
    add x21, x20, x23
    cmp x30, x21
    b.ne next
write_more:
    mov x0, #1
    mov x1, x20
    sub x2, x21, x20
    mov x8, #64
    svc #0
    cmp x0, #0
    b.le end
    add x20, x20, x0
    cmp x20, x21
    b.ne write_more
    b batch
end:
    mov x0, #0
    mov x8, #94
    svc #0
handler:
    // Go on behind the instruction: ucontext.uc_mcontext.pc is at 440.
    ldr x3, [x2, #440]
    add x3, x3, #4
    str x3, [x2, #440]
    ldr x4, vars
    ldr x4, [x4]
    mov w5, #1
    str w5, [x4, #796]
    ret
    .balign 8
load_x30:
    .word 0x5800009e, 0
buffer: .quad BUFFER
bytes:  .quad CASES*CASE
slots:  .quad SLOTS
vars:   .quad VARS
altstack: .quad ALTSTACK, 0, 0x10000
action: .quad handler, 0x08000004, 0, 0
