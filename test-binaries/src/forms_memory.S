// Loads and stores: X1 points into the middle of a buffer, X2 is a small signed offset, W3 the same as 32 bits.
        .include "forms.inc"
        .arch   armv8.4-a

        GROUP   load
        .macro  LOADS m:vararg
        F       ldr w0, \m
        F       ldr x0, \m
        F       ldrb w0, \m
        F       ldrh w0, \m
        F       ldrsb w0, \m
        F       ldrsb x0, \m
        F       ldrsh w0, \m
        F       ldrsh x0, \m
        F       ldrsw x0, \m
        F       ldr b0, \m
        F       ldr h0, \m
        F       ldr s0, \m
        F       ldr d0, \m
        F       ldr q0, \m
        .endm
        LOADS   [x1]
        LOADS   [x1, #64]
        LOADS   [x1, #-5]
        LOADS   [x1, #8]!
        LOADS   [x1], #-16
        LOADS   [x1, x2]
        LOADS   [x1, w3, sxtw]
        LOADS   [x1, w4, uxtw]
        F       ldr w0, [x1, x4, lsl #2]
        F       ldr x0, [x1, x4, lsl #3]
        F       ldr x0, [x1, w3, sxtw #3]
        F       ldrh w0, [x1, w4, uxtw #1]
        F       ldrsh x0, [x1, x4, lsl #1]
        F       ldrsw x0, [x1, w3, sxtw #2]
        F       ldr q0, [x1, x4, lsl #4]
        F       ldr d0, [x1, x4, sxtx #3]
        F       ldr q0, [x1, #32]
        F       ldur x0, [x1, #-255]
        F       ldur q0, [x1, #255]
        F       ldr x0, .
        F       ldrsw x0, .
        F       ldr w0, .
        F       ldr d0, .
        F       prfm pldl1keep, [x1]
        F       prfum pstl1strm, [x1, #-3]

        GROUP   store
        .macro  STORES m:vararg
        F       str w0, \m
        F       str x0, \m
        F       strb w0, \m
        F       strh w0, \m
        F       str b0, \m
        F       str h0, \m
        F       str s0, \m
        F       str d0, \m
        F       str q0, \m
        .endm
        STORES  [x1]
        STORES  [x1, #64]
        STORES  [x1, #-5]
        STORES  [x1, #8]!
        STORES  [x1], #-16
        STORES  [x1, x2]
        STORES  [x1, w3, sxtw]
        STORES  [x1, w4, uxtw]
        F       str xzr, [x1]
        F       str wzr, [x1, #12]
        F       str x0, [x1, x4, lsl #3]
        F       str q0, [x1, x4, lsl #4]
        F       strh w0, [x1, w3, sxtw #1]
        F       sttr x0, [x1, #-9]
        F       sttrb w0, [x1, #9]

        GROUP   pair
        .irp    r, w, x, s, d, q
        F       ldp \r\()4, \r\()5, [x1]
        F       ldp \r\()4, \r\()5, [x1, #16]
        F       ldp \r\()4, \r\()5, [x1, #-32]!
        F       ldp \r\()4, \r\()5, [x1], #48
        F       stp \r\()6, \r\()7, [x1]
        F       stp \r\()6, \r\()7, [x1, #16]
        F       stp \r\()6, \r\()7, [x1, #-32]!
        F       stp \r\()6, \r\()7, [x1], #48
        F       ldnp \r\()4, \r\()5, [x1, #16]
        F       stnp \r\()4, \r\()5, [x1, #-16]
        .endr
        F       ldpsw x4, x5, [x1, #8]
        F       ldpsw x4, x5, [x1], #-8
        F       stp xzr, xzr, [x1, #-16]!
        F       ldp x4, xzr, [x1]

        GROUP   structure
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s, 1d, 2d
        .irp    op, ld1, st1
        F       \op {v0.\t}, [x1]
        F       \op {v0.\t, v1.\t}, [x1], x2
        F       \op {v0.\t, v1.\t, v2.\t}, [x1]
        F       \op {v0.\t, v1.\t, v2.\t, v3.\t}, [x1], x2
        .endr
        F       ld1r {v0.\t}, [x1]
        F       ld2r {v0.\t, v1.\t}, [x1], x2
        F       ld3r {v0.\t, v1.\t, v2.\t}, [x1]
        F       ld4r {v0.\t, v1.\t, v2.\t, v3.\t}, [x1], x2
        .endr
        .macro  LANES op, t
        F       \op\()2 {v0.\t, v1.\t}, [x1]
        F       \op\()2 {v0.\t, v1.\t}, [x1], x2
        F       \op\()3 {v0.\t, v1.\t, v2.\t}, [x1]
        F       \op\()4 {v0.\t, v1.\t, v2.\t, v3.\t}, [x1]
        F       \op\()4 {v0.\t, v1.\t, v2.\t, v3.\t}, [x1], x2
        .endm
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s, 2d
        LANES   ld, \t
        LANES   st, \t
        .endr
        F       ld1 {v0.16b, v1.16b}, [x1], #32
        F       st1 {v0.8b}, [x1], #8
        F       ld4 {v0.4s, v1.4s, v2.4s, v3.4s}, [x1], #64
        .irp    op, ld, st
        F       \op\()1 {v0.b}[11], [x1]
        F       \op\()1 {v0.h}[5], [x1], #2
        F       \op\()1 {v0.s}[3], [x1], x2
        F       \op\()1 {v0.d}[1], [x1]
        F       \op\()2 {v0.b, v1.b}[15], [x1]
        F       \op\()2 {v0.d, v1.d}[0], [x1], #16
        F       \op\()3 {v0.h, v1.h, v2.h}[7], [x1]
        F       \op\()3 {v0.s, v1.s, v2.s}[2], [x1], x2
        F       \op\()4 {v0.b, v1.b, v2.b, v3.b}[6], [x1], #4
        F       \op\()4 {v0.s, v1.s, v2.s, v3.s}[1], [x1]
        F       \op\()4 {v0.d, v1.d, v2.d, v3.d}[1], [x1], x2
        .endr

        GROUP   ordered
        .irp    op, ldar, ldapr, ldlar
        F       \op w0, [x1]
        F       \op x0, [x1]
        F       \op\()b w0, [x1]
        F       \op\()h w0, [x1]
        .endr
        .irp    op, stlr, stllr
        F       \op w0, [x1]
        F       \op x0, [x1]
        F       \op\()b w0, [x1]
        F       \op\()h w0, [x1]
        .endr
        .irp    op, ldapur, stlur
        F       \op w0, [x1, #8]
        F       \op x0, [x1, #-16]
        F       \op\()b w0, [x1, #-1]
        F       \op\()h w0, [x1, #2]
        .endr
        F       ldapursb w0, [x1, #3]
        F       ldapursh x0, [x1, #2]
        F       ldapursw x0, [x1, #4]

        GROUP   lse
        .macro  ATOMICS op, o
        F       \op\o w0, w4, [x1]
        F       \op\o x0, x4, [x1]
        F       \op\o\()b w0, w4, [x1]
        F       \op\o\()h w0, w4, [x1]
        .endm
        .irp    op, swp, ldadd, ldclr, ldeor, ldset, ldsmax, ldsmin, ldumax, ldumin, cas
        ATOMICS \op
        ATOMICS \op, a
        ATOMICS \op, l
        ATOMICS \op, al
        .endr
        .irp    op, stadd, stclr, steor, stset, stsmax, stsmin, stumax, stumin
        F       \op w0, [x1]
        F       \op x0, [x1]
        F       \op\()b w0, [x1]
        F       \op\()lh w0, [x1]
        .endr
        .irp    op, casp, caspa, caspl, caspal
        F       \op w4, w5, w6, w7, [x1]
        F       \op x4, x5, x6, x7, [x1]
        .endr

        GROUP   cas_hit
        F       cas w5, w4, [x1]
        F       casal x5, x4, [x1]
        F       casb w5, w4, [x1]
        F       casah w5, w4, [x1]
