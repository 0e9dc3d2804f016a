// The entry into the instruction stubs of the forms_*.S files, and the macros are in forms.inc.
        .text
        .global run_form
        .type   run_form, %function
// void run_form(void (*stub)(void), struct state *s): loads X0–X7, V0–V7, NZCV, FPCR and FPSR from *s,
// calls the stub, stores them all back. The stub may change nothing else.
run_form:
        stp     x29, x30, [sp, #-48]!
        stp     x19, x20, [sp, #16]
        str     x21, [sp, #32]
        mov     x19, x1
        mov     x20, x0
        mrs     x21, fpcr
        ldp     q0, q1, [x19, #64]
        ldp     q2, q3, [x19, #96]
        ldp     q4, q5, [x19, #128]
        ldp     q6, q7, [x19, #160]
        ldp     x0, x1, [x19, #192]
        msr     nzcv, x0
        msr     fpcr, x1
        ldr     x0, [x19, #208]
        msr     fpsr, x0
        ldp     x0, x1, [x19]
        ldp     x2, x3, [x19, #16]
        ldp     x4, x5, [x19, #32]
        ldp     x6, x7, [x19, #48]
        blr     x20
        stp     x0, x1, [x19]
        stp     x2, x3, [x19, #16]
        stp     x4, x5, [x19, #32]
        stp     x6, x7, [x19, #48]
        mrs     x0, nzcv
        mrs     x1, fpsr
        msr     fpcr, x21
        str     x0, [x19, #192]
        str     x1, [x19, #208]
        stp     q0, q1, [x19, #64]
        stp     q2, q3, [x19, #96]
        stp     q4, q5, [x19, #128]
        stp     q6, q7, [x19, #160]
        ldp     x19, x20, [sp, #16]
        ldr     x21, [sp, #32]
        ldp     x29, x30, [sp], #48
        ret
        .section .note.GNU-stack, "", %progbits
