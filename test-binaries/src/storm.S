// Rounds of work in which every register is alive, and a signal handler that spoils them all.
//
// void round(const struct state *init, struct state *got): loads X0–X30, V0–V31, NZCV, FPCR and FPSR from
// *init, works on them, and stores them to *got. SP points below everything, so a signal may push its frame
// at any instant. The results depend on *init alone.
        .arch   armv8.1-a
        .text

        .set    SP_AT, 248              // how far SP has moved
        .set    NZCV_AT, 256
        .set    FPCR_AT, 264
        .set    FPSR_AT, 272
        .set    V_AT, 288
        .set    GOT, 800                // behind the state: where the result goes,
        .set    OWN, 808                // what SP is,
        .set    WORDS, 816              // and two words to work on
        .set    FRAME, 832

        .macro  load_all
        ldr     x0, [sp, #FPCR_AT]
        msr     fpcr, x0
        ldr     x0, [sp, #FPSR_AT]
        msr     fpsr, x0
        ldr     x0, [sp, #NZCV_AT]
        msr     nzcv, x0
        .irp    n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30
        pair    ldp, q, \n, V_AT + 16 * \n
        .endr
        .irp    n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28
        pair    ldp, x, \n, 8 * \n
        .endr
        ldr     x30, [sp, #240]
        .endm

        .macro  store_all
        .irp    n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28
        pair    stp, x, \n, 8 * \n
        .endr
        str     x30, [sp, #240]
        .irp    n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30
        pair    stp, q, \n, V_AT + 16 * \n
        .endr
        mrs     x0, nzcv
        str     x0, [sp, #NZCV_AT]
        mrs     x0, fpcr
        str     x0, [sp, #FPCR_AT]
        mrs     x0, fpsr
        str     x0, [sp, #FPSR_AT]
        mov     x0, sp
        ldr     x1, [sp, #OWN]
        sub     x0, x0, x1
        str     x0, [sp, #SP_AT]
        .endm

        .macro  pair op, kind, n, at
        .altmacro
        pair_of \op, \kind, \n, %(\n + 1), %(\at)
        .noaltmacro
        .endm
        .macro  pair_of op, kind, n, m, at
        \op     \kind\n, \kind\m, [sp, #\at]
        .endm

        .macro  begin name
        .global \name
        .type   \name, %function
        .balign 16
\name:
        stp     x29, x30, [sp, #-176]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mrs     x9, fpcr
        mrs     x10, fpsr
        stp     x9, x10, [sp, #160]
        sub     sp, sp, #FRAME
        str     x1, [sp, #GOT]
        mov     x9, sp
        str     x9, [sp, #OWN]
        str     xzr, [sp, #WORDS]
        str     xzr, [sp, #WORDS + 8]
        mov     x10, #800
1:      sub     x10, x10, #16
        ldr     q0, [x0, x10]
        str     q0, [x9, x10]
        cbnz    x10, 1b
        load_all
        .endm

        .macro  finish name
        store_all
        mov     x9, sp
        ldr     x1, [sp, #GOT]
        mov     x10, #800
1:      sub     x10, x10, #16
        ldr     q0, [x9, x10]
        str     q0, [x1, x10]
        cbnz    x10, 1b
        add     sp, sp, #FRAME
        ldp     x9, x10, [sp, #160]
        msr     fpcr, x9
        msr     fpsr, x10
        ldp     d14, d15, [sp, #144]
        ldp     d12, d13, [sp, #128]
        ldp     d10, d11, [sp, #112]
        ldp     d8, d9, [sp, #96]
        ldp     x27, x28, [sp, #80]
        ldp     x25, x26, [sp, #64]
        ldp     x23, x24, [sp, #48]
        ldp     x21, x22, [sp, #32]
        ldp     x19, x20, [sp, #16]
        ldp     x29, x30, [sp], #176
        ret
        .size   \name, . - \name
        .endm

// One step for each register but X17: the carry goes from each to the next, and over the loop's end.
        .macro  mix
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        .altmacro
        mix_one \n, %(\n + 18 - 3 * (\n / 13))
        .noaltmacro
        .endr
        .irp    n, 18,19,20,21,22,23,24,25,26,27,28,29,30
        .altmacro
        mix_one \n, %(\n - 18)
        .noaltmacro
        .endr
        .endm
        .macro  mix_one n, m
        adcs    x\n, x\n, x\m
        eor     x\m, x\m, x\n, ror #29
        .endm

        begin   round_integer
        mov     x17, #40
2:      mix
        sub     x17, x17, #1
        cbnz    x17, 2b
        finish  round_integer

// Vectors of every kind: half of the registers hold doubles, half bits. No NZCV is written: it lives through.
        .macro  fp_one n, m
        fmla    v\n\().2d, v\m\().2d, v15.2d
        fmul    v\n\().2d, v\n\().2d, v14.2d
        fadd    d\n, d\n, d\m
        .endm
        .macro  bits_one n, m
        add     v\n\().4s, v\n\().4s, v\m\().4s
        ext     v\m\().16b, v\m\().16b, v\n\().16b, #3
        eor     v\n\().16b, v\n\().16b, v\m\().16b
        .endm
        begin   round_float
        mov     x17, #30
        mov     x16, #0x3fd0000000000000
        dup     v14.2d, x16
        mov     x16, #0x3fb0000000000000
        dup     v15.2d, x16
2:      .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12
        .altmacro
        fp_one  \n, %(\n + 1)
        .noaltmacro
        .endr
        fdiv    v13.2d, v0.2d, v1.2d
        fabs    v13.2d, v13.2d
        fsqrt   v13.2d, v13.2d
        fminnm  v13.2d, v13.2d, v14.2d
        fcvtns  x16, d13
        scvtf   d13, x16, #3
        fadd    v13.2d, v13.2d, v15.2d
        .irp    n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        .altmacro
        bits_one \n, %(\n + 1)
        .noaltmacro
        .endr
        sub     x17, x17, #1
        cbnz    x17, 2b
        finish  round_float

// Calls and returns, whose addresses are part of the result in X30 and on the stack, so both are cleared.
        .balign 16
calls_deeper:
        stp     x30, x17, [sp, #-16]!
        adcs    x0, x0, x17
        sub     x17, x17, #1
        cbz     x17, 3f
        bl      calls_deeper
        eor     x1, x1, x0, ror #7
        tbz     x1, #5, 3f
        adr     x30, 4f
        adcs    x2, x2, x1
        br      x30
4:      ror     x2, x2, #3
3:      ldp     x30, x17, [sp], #16
        ret
        begin   round_calls
        mov     x16, #6
2:      mov     x17, #9
        bl      calls_deeper
        adr     x17, calls_deeper
        mov     x30, x17
        mov     x17, #4
        blr     x30
        mov     x30, xzr
        mov     x17, xzr
        sub     x16, x16, #1
        cbnz    x16, 2b
        finish  round_calls

// System calls between: all but X0 keeps. What they answer is cleared.
        begin   round_kernel
        mov     x17, #3
2:      mov     x8, #172                // getpid
        svc     #0
        mov     x0, x17
        mix
        mov     x8, #178                // gettid
        svc     #0
        mov     x0, xzr
        mov     x8, #1000               // no call at all
        svc     #0
        sub     x17, x17, #1
        cbnz    x17, 2b
        finish  round_kernel

// Atomic accesses of each kind. A signal takes the mark of an exclusive load away, which shows in no result.
        begin   round_atomics
        mov     x17, #12
        add     x16, sp, #WORDS
2:      mrs     x11, nzcv
5:      msr     nzcv, x11
        ldaxr   x15, [x16]
        adcs    x15, x15, x0
        stlxr   w14, x15, [x16]
        cbnz    w14, 5b
        ldaddal x1, x13, [x16]
        swpal   x13, x12, [x16]
        eor     x0, x0, x12, ror #9
        mov     x10, x12
        mov     x11, x13
        caspal  x10, x11, x0, x1, [x16]
        eor     x1, x1, x10, ror #3
        casal   x2, x11, [x16]
        stsetl  x1, [x16]
        sub     x17, x17, #1
        cbnz    x17, 2b
        mov     x16, xzr
        mov     x14, xzr
        finish  round_atomics

// Spoils every register, general and vector, the flags and both control registers, and returns from the
// handler itself: nothing of the interrupted program may depend on what is left here.
        .global spoil
        .type   spoil, %function
        .balign 16
spoil:
        adrp    x9, spoiled
        add     x9, x9, :lo12:spoiled
        mov     x10, #1
        ldaddal x10, x10, [x9]
        mov     x9, #0x0780
        lsl     x9, x9, #16             // flushing, rounding towards minus infinity, default NaN
        msr     fpcr, x9
        mov     x9, #0x9f
        msr     fpsr, x9
        .irp    n, 0,1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        mov     x\n, #0xdead0000
        movk    x\n, #\n
        dup     v\n\().2d, x\n
        .endr
        dup     v8.2d, x9
        dup     v31.2d, x9
        cmp     x1, x2
        mov     x8, #139                // rt_sigreturn
        svc     #0
        .size   spoil, . - spoil

        .bss
        .global spoiled
        .balign 64
spoiled:
        .zero   64
        .section .note.GNU-stack, "", %progbits
