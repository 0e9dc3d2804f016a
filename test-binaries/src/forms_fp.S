// Floating point: scalar and vector, single and double precision, and conversions with half precision.
        .include "forms.inc"
        .arch   armv8.5-a

        GROUP   fp_two
        .irp    op, fadd, fsub, fmul, fdiv, fmax, fmin, fmaxnm, fminnm, fnmul, fmulx, fabd, frecps, frsqrts
        F       \op s0, s1, s2
        F       \op d0, d1, d2
        .endr
        .irp    op, fcmeq, fcmge, fcmgt, facge, facgt
        F       \op s0, s1, s2
        F       \op d0, d1, d2
        .endr
        .irp    op, faddp, fmaxp, fminp, fmaxnmp, fminnmp
        F       \op s0, v1.2s
        F       \op d0, v1.2d
        .endr

        GROUP   fp_one
        .irp    op, fmov, fabs, fneg, fsqrt, frintn, frintp, frintm, frintz, frinta, frintx, frinti, frecpe, frecpx, frsqrte
        F       \op s0, s1
        F       \op d0, d1
        .endr
        .irp    op, fcmeq, fcmge, fcmgt, fcmle, fcmlt
        F       \op s0, s1, #0.0
        F       \op d0, d1, #0.0
        .endr

        GROUP   fp_three
        .irp    op, fmadd, fmsub, fnmadd, fnmsub
        F       \op s0, s1, s2, s3
        F       \op d0, d1, d2, d3
        .endr

        GROUP   fp_compare
        .irp    op, fcmp, fcmpe
        F       \op s1, s2
        F       \op d1, d2
        F       \op s1, #0.0
        F       \op d1, #0.0
        .endr
        .irp    c, eq, ne, hs, lo, mi, pl, vs, vc, hi, ls, ge, lt, gt, le
        F       fcsel s0, s1, s2, \c
        F       fcsel d0, d1, d2, \c
        F       fccmp s1, s2, #5, \c
        F       fccmpe d1, d2, #10, \c
        .endr

        GROUP   fp_convert
        .irp    r, s, d
        .irp    op, fcvtns, fcvtnu, fcvtps, fcvtpu, fcvtms, fcvtmu, fcvtzs, fcvtzu, fcvtas, fcvtau
        F       \op w0, \r\()1
        F       \op x0, \r\()1
        F       \op \r\()0, \r\()1
        .endr
        .irp    op, fcvtzs, fcvtzu
        F       \op w0, \r\()1, #1
        F       \op w0, \r\()1, #32
        F       \op x0, \r\()1, #7
        F       \op x0, \r\()1, #64
        F       \op \r\()0, \r\()1, #5
        .endr
        .irp    op, scvtf, ucvtf
        F       \op \r\()0, w1
        F       \op \r\()0, x1
        F       \op \r\()0, w1, #3
        F       \op \r\()0, x1, #64
        F       \op \r\()0, \r\()1
        F       \op \r\()0, \r\()1, #9
        .endr
        .endr
        F       fcvt s0, d1
        F       fcvt d0, s1
        F       fcvt h0, s1
        F       fcvt h0, d1
        F       fcvt s0, h1
        F       fcvt d0, h1
        F       fcvtxn s0, d1
        F       fmov w0, s1
        F       fmov x0, d1
        F       fmov s0, w1
        F       fmov d0, x1
        F       fmov x0, v1.d[1]
        F       fmov v0.d[1], x1

        GROUP   fp_vector
        .irp    t, 2s, 4s, 2d
        .irp    op, fadd, fsub, fmul, fdiv, fmax, fmin, fmaxnm, fminnm, fmulx, fabd, frecps, frsqrts, fmla, fmls
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .irp    op, fcmeq, fcmge, fcmgt, facge, facgt, faddp, fmaxp, fminp, fmaxnmp, fminnmp
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .irp    op, fabs, fneg, fsqrt, frintn, frintp, frintm, frintz, frinta, frintx, frinti, frecpe, frsqrte
        F       \op v0.\t, v1.\t
        .endr
        .irp    op, fcmeq, fcmge, fcmgt, fcmle, fcmlt
        F       \op v0.\t, v1.\t, #0.0
        .endr
        .irp    op, fcvtns, fcvtnu, fcvtps, fcvtpu, fcvtms, fcvtmu, fcvtzs, fcvtzu, fcvtas, fcvtau, scvtf, ucvtf
        F       \op v0.\t, v1.\t
        .endr
        .irp    op, fcvtzs, fcvtzu, scvtf, ucvtf
        F       \op v0.\t, v1.\t, #3
        F       \op v0.\t, v1.\t, #32
        .endr
        .endr
        .irp    op, fmaxv, fminv, fmaxnmv, fminnmv
        F       \op s0, v1.4s
        .endr
        F       fcvtl v0.4s, v1.4h
        F       fcvtl2 v0.4s, v1.8h
        F       fcvtl v0.2d, v1.2s
        F       fcvtl2 v0.2d, v1.4s
        F       fcvtn v0.4h, v1.4s
        F       fcvtn2 v0.8h, v1.4s
        F       fcvtn v0.2s, v1.2d
        F       fcvtn2 v0.4s, v1.2d
        F       fcvtxn v0.2s, v1.2d
        F       fcvtxn2 v0.4s, v1.2d

        GROUP   jscvt
        F       fjcvtzs w0, d1

        GROUP   fcma
        .irp    t, 2s, 4s, 2d
        .irp    n, 90, 270
        F       fcadd v0.\t, v1.\t, v2.\t, #\n
        .endr
        .irp    n, 0, 90, 180, 270
        F       fcmla v0.\t, v1.\t, v2.\t, #\n
        .endr
        .endr
        F       fcmla v0.4s, v1.4s, v2.s[1], #90

        GROUP   frint
        .irp    op, frint32z, frint32x, frint64z, frint64x
        F       \op s0, s1
        F       \op d0, d1
        F       \op v0.2s, v1.2s
        F       \op v0.4s, v1.4s
        F       \op v0.2d, v1.2d
        .endr
