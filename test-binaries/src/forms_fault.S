// Instructions that can fault: X1 is the address, X2 an offset of zero.
        .include "forms.inc"
        .arch   armv8.2-a
        GROUP   reads
        .irp    r, w, x, b, h, s, d, q
        F       ldr \r\()0, [x1]
        .endr
        .irp    m, ldrb, ldrh, ldrsb, ldrsh, ldar, ldarb, ldxr, ldaxrh
        F       \m w0, [x1]
        .endr
        F       ldrsw x0, [x1]
        F       ldr x0, [x1, x2]
        F       ldr x1, [x1]
        F       ldr x0, [x1], #8
        F       ldr x0, [x1, #0]!
        F       ldr q0, [x1], #16
        F       ldp x4, x1, [x1]
        F       ldp w4, w5, [x1], #8
        F       ldp q4, q5, [x1]
        F       ldp d4, d5, [x1], #16
        F       ldxp x4, x5, [x1]
        F       ldpsw x4, x5, [x1]
        F       ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64
        F       ld4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]
        F       ld2 {v0.s, v1.s}[1], [x1], #8
        F       ld1r {v0.2d}, [x1]

        GROUP   writes
        .irp    r, w, x, b, h, s, d, q
        F       str \r\()0, [x1]
        .endr
        .irp    m, strb, strh, stlr, stlrh
        F       \m w0, [x1]
        .endr
        F       str xzr, [x1]
        F       str x0, [x1, x2]
        F       str x0, [x1], #8
        F       str q0, [x1, #0]!
        F       stp x4, x5, [x1]
        F       stp w4, w5, [x1], #8
        F       stp q4, q5, [x1], #32
        F       st1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64
        F       st4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]
        F       st2 {v0.s, v1.s}[1], [x1], #8
        F       dc zva, x1
        .arch   armv8.2-a

        GROUP   atomics
        .irp    m, ldaddal, swp, ldclra, ldsmaxl
        F       \m w0, w4, [x1]
        F       \m x0, x4, [x1]
        .endr
        F       cas w0, w4, [x1]
        F       casal x0, x4, [x1]
        F       casp x4, x5, x6, x7, [x1]
        F       stadd w0, [x1]

        GROUP   undefined
        F       udf #0
        F       udf #0xffff
        F       .inst 0xffffffff
        F       .inst 0x9e7f0000
        F       hvc #0
        F       smc #0
        F       .inst 0xd69f03e0
        F       mrs x0, sctlr_el1
        F       msr daifset, #2
