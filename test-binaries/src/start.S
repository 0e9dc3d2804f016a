// Checks what the kernel gives a new program, without a C library: registers are zero except SP, SP is
// 16-aligned, argc and argv[0] are there, FPCR is zero, the flags are clear. Prints one letter per fact.
        .global _start
        .text
_start: mov     x20, sp
        mrs     x21, nzcv
        mrs     x22, fpcr
        orr     x23, x0, x1
        orr     x23, x23, x2
        orr     x23, x23, x3
        orr     x23, x23, x29
        orr     x23, x23, x30
        sub     sp, sp, #32
        mov     x19, sp
        cmp     x23, #0                 // general registers
        bl      letter
        tst     x20, #15                // stack alignment
        bl      letter
        ldr     x0, [x20]
        cmp     x0, #1                  // argc
        bl      letter
        ldr     x0, [x20, #8]
        ldrb    w0, [x0]
        cmp     w0, #0                  // argv[0] is not empty
        cset    w0, eq
        cmp     w0, #0
        bl      letter
        ldr     x0, [x20, #16]
        cmp     x0, #0                  // argv ends with null
        bl      letter
        cmp     x21, #0
        bl      letter
        cmp     x22, #0
        bl      letter
        fmov    x0, d0
        fmov    x1, d31
        orr     x0, x0, x1
        cmp     x0, #0                  // vector registers
        bl      letter
        mov     w0, #'\n'
        strb    w0, [x19], #1
        mov     x0, #1
        mov     x1, sp
        sub     x2, x19, x1
        mov     x8, #64                 // write
        svc     #0
        mov     x0, #0
        mov     x8, #94                 // exit_group
        svc     #0
letter: mov     w1, #'y'
        mov     w2, #'n'
        csel    w1, w1, w2, eq
        strb    w1, [x19], #1
        ret
