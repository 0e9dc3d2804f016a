// Accesses that must be aligned, and others that forms_fault.S has not. X1 is the address, X2 an offset of zero.
        .include "forms.inc"
        .arch   armv8.5-a
        GROUP   aligned
        .irp    m, ldxrb, ldaxrh, ldxr, ldar, ldarh, ldaprb, ldapr, ldlar
        F       \m w0, [x1]
        .endr
        .irp    m, ldxr, ldaxr, ldar, ldapr
        F       \m x0, [x1]
        .endr
        F       ldxp w4, w5, [x1]
        F       ldaxp x4, x5, [x1]
        .irp    m, stxrb, stlxrh, stxr
        F       \m w7, w0, [x1]
        .endr
        F       stlxr w7, x0, [x1]
        F       stxp w7, w4, w5, [x1]
        F       stlxp w7, x4, x5, [x1]
        .irp    m, stlrb, stlrh, stlr, stllr
        F       \m w0, [x1]
        .endr
        F       stlr x0, [x1]
        F       ldapur x0, [x1]
        F       ldapursh w0, [x1]
        F       stlur w0, [x1]
        F       ldaddb w0, w4, [x1]
        F       ldclrah w0, w4, [x1]
        F       ldsetl w0, w4, [x1]
        F       ldumaxal x0, x4, [x1]
        F       stsmin x0, [x1]
        F       swph w0, w4, [x1]
        F       swpal x0, x4, [x1]
        F       casb w0, w4, [x1]
        F       casah w0, w4, [x1]
        F       cas w0, w4, [x1]
        F       casl x0, x4, [x1]
        F       casp w4, w5, w6, w7, [x1]
        F       caspal x4, x5, x6, x7, [x1]
        F       ldr x0, [x1]
        F       stp x4, x5, [x1]
        F       ldp q4, q5, [x1]
        F       st1 {v0.2d, v1.2d}, [x1]

        GROUP   others
        F       prfm pldl1keep, [x1]
        F       prfum pstl1keep, [x1, #-8]
        F       prfm pldl2strm, [x1, x2, lsl #3]
        F       ldr x0, [x1, #4088]
        F       ldur x0, [x1, #-8]
        F       ldtr w0, [x1]
        F       sttr w0, [x1]
        F       ldr x0, [x1, x2, lsl #3]
        F       ldrsw x0, [x1, w2, sxtw #2]
        F       str q0, [x1, x2, lsl #4]
        F       strb w0, [x1, #-1]!
        F       ldnp x4, x5, [x1]
        F       stnp q4, q5, [x1]
        F       stp x4, x5, [x1, #-16]!
        F       ld1 {v0.b}[3], [x1]
        F       st3 {v0.h, v1.h, v2.h}[1], [x1], #6
        F       ld2r {v0.4s, v1.4s}, [x1], x2
        F       st4 {v0.2d, v1.2d, v2.2d, v3.2d}, [x1], #64
        F       dc cvac, x1
        F       dc cvau, x1
        F       dc civac, x1
        F       ic ivau, x1
        F       ldxr x0, [x1]
        F       ldxp x4, x5, [x1]
