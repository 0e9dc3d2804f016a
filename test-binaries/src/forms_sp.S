// Instructions with SP as a base: the stub runs them with SP = X1, and X1 is SP afterwards.
        .include "forms.inc"
        .macro  SPF text
        .text
99:     mov     x9, sp
        mov     sp, x1
        \text
        mov     x1, sp
        mov     sp, x9
        ret
        .section .rodata.str, "aMS", %progbits, 1
98:     .asciz  "\text"
        CURRENT
        .quad   99b, 98b
        .endm

        .arch   armv8.5-a
        GROUP   sp_base
        .irp    r, w, x, b, h, s, d, q
        SPF     "ldr \r\()0, [sp]"
        SPF     "str \r\()0, [sp, #16]"
        .endr
        SPF     "ldr x0, [sp, x2]"
        SPF     "ldr x0, [sp, w2, uxtw #3]"
        SPF     "ldur x0, [sp, #-7]"
        SPF     "ldtr x0, [sp]"
        SPF     "ldrsw x0, [sp], #16"
        SPF     "str x0, [sp, #-32]!"
        SPF     "ldp x4, x5, [sp], #16"
        SPF     "stp q4, q5, [sp, #-32]!"
        SPF     "ldnp w4, w5, [sp]"
        SPF     "ldpsw x4, x5, [sp]"
        SPF     "ld1 {v0.16b}, [sp]"
        SPF     "st2 {v0.s, v1.s}[1], [sp], #8"
        SPF     "ld1r {v0.2d}, [sp], x2"
        SPF     "ld4 {v0.4h, v1.4h, v2.4h, v3.4h}, [sp]"
        SPF     "ldxr x0, [sp]"
        SPF     "stlxr w4, x0, [sp]"
        SPF     "ldaxp x4, x5, [sp]"
        SPF     "ldar w0, [sp]"
        SPF     "stlrb w0, [sp]"
        SPF     "ldapr x0, [sp]"
        SPF     "ldapur x0, [sp, #1]"
        SPF     "ldaddal x0, x4, [sp]"
        SPF     "stclrb w0, [sp]"
        SPF     "swp w0, w4, [sp]"
        SPF     "cas x0, x4, [sp]"
        SPF     "casp x4, x5, x6, x7, [sp]"
        SPF     "prfm pldl1keep, [sp]"
        SPF     "prfum pldl1keep, [sp, #1]"
        SPF     "prfm pldl1keep, [sp, x2]"
        SPF     "ldr x0, [x3]"

        GROUP   sp_written
        SPF     "add sp, sp, #8; str x0, [sp]"
        SPF     "sub sp, sp, #8; ldr x0, [sp]"
        SPF     "add sp, sp, #8; add sp, sp, #8; ldr x0, [sp]"
        SPF     "sub sp, sp, #48; ldr x0, [sp]"
        SPF     "sub sp, sp, x4; ldr x0, [sp]"
        SPF     "sub sp, sp, x4, lsl #4; ldr x0, [sp]"
        SPF     "add sp, x1, x4, lsl #3; ldr x0, [sp]"
        SPF     "and sp, x3, #0xfffffffffffffff8; ldr x0, [sp]"
        SPF     "and sp, x3, #0xfffffffffffffff0; ldr x0, [sp]"
        SPF     "orr sp, x1, #1; ldr x0, [sp]"
        SPF     "mov sp, x3; ldr x0, [sp]"
        SPF     "ldr x0, [sp], #8; ldr x5, [sp]"
        SPF     "str x0, [sp, #-8]!; ldr x5, [sp]"
        SPF     "ld1 {v0.2d}, [sp], x4; ldr x5, [sp]"
        SPF     "add sp, sp, #8; ldr x0, [x1]; ldr x5, [sp]"
        SPF     "cmp x0, x3; mov sp, x3; cset x0, hi; ldr x5, [sp]"
        SPF     "subs x0, x0, x3; mov sp, x3; b.vs 1f; ldr x5, [sp]; 1:"
        SPF     "mov x7, #9; 1: sub sp, sp, #8; subs x7, x7, #1; b.ne 1b; ldr x0, [sp]"
        SPF     "add wsp, w1, #8; mov sp, x1; ldr x0, [sp]"
