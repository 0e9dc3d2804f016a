// Advanced SIMD, in the manual's order of classes.
        .include "forms.inc"
        .arch   armv8.2-a

        GROUP   three_same
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s, 2d
        .irp    op, add, sub, cmeq, cmge, cmgt, cmhi, cmhs, cmtst, addp, sqadd, uqadd, sqsub, uqsub, sshl, ushl
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .irp    op, srshl, urshl, sqshl, uqshl, sqrshl, uqrshl
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .endr
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s
        .irp    op, mul, mla, mls, smax, smin, umax, umin, smaxp, sminp, umaxp, uminp, sabd, uabd, saba, uaba
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .irp    op, shadd, uhadd, shsub, uhsub, srhadd, urhadd
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .endr
        .irp    t, 4h, 8h, 2s, 4s
        F       sqdmulh v0.\t, v1.\t, v2.\t
        F       sqrdmulh v0.\t, v1.\t, v2.\t
        .endr
        .irp    t, 8b, 16b
        .irp    op, and, bic, orr, orn, eor, bsl, bit, bif, pmul
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .endr

        GROUP   three_different
        .irp    op, saddl, uaddl, ssubl, usubl, smull, umull, smlal, umlal, smlsl, umlsl, sabdl, uabdl, sabal, uabal
        F       \op v0.8h, v1.8b, v2.8b
        F       \op v0.4s, v1.4h, v2.4h
        F       \op v0.2d, v1.2s, v2.2s
        F       \op\()2 v0.8h, v1.16b, v2.16b
        F       \op\()2 v0.4s, v1.8h, v2.8h
        F       \op\()2 v0.2d, v1.4s, v2.4s
        .endr
        .irp    op, saddw, uaddw, ssubw, usubw
        F       \op v0.8h, v1.8h, v2.8b
        F       \op v0.4s, v1.4s, v2.4h
        F       \op v0.2d, v1.2d, v2.2s
        F       \op\()2 v0.8h, v1.8h, v2.16b
        F       \op\()2 v0.4s, v1.4s, v2.8h
        F       \op\()2 v0.2d, v1.2d, v2.4s
        .endr
        .irp    op, addhn, subhn, raddhn, rsubhn
        F       \op v0.8b, v1.8h, v2.8h
        F       \op v0.4h, v1.4s, v2.4s
        F       \op v0.2s, v1.2d, v2.2d
        F       \op\()2 v0.16b, v1.8h, v2.8h
        F       \op\()2 v0.8h, v1.4s, v2.4s
        F       \op\()2 v0.4s, v1.2d, v2.2d
        .endr
        .irp    op, sqdmull, sqdmlal, sqdmlsl
        F       \op v0.4s, v1.4h, v2.4h
        F       \op v0.2d, v1.2s, v2.2s
        F       \op\()2 v0.4s, v1.8h, v2.8h
        F       \op\()2 v0.2d, v1.4s, v2.4s
        .endr
        F       pmull v0.8h, v1.8b, v2.8b
        F       pmull2 v0.8h, v1.16b, v2.16b

        GROUP   two_misc
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s, 2d
        .irp    op, abs, neg, sqabs, sqneg, suqadd, usqadd
        F       \op v0.\t, v1.\t
        .endr
        .irp    op, cmeq, cmge, cmgt, cmle, cmlt
        F       \op v0.\t, v1.\t, #0
        .endr
        .endr
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s
        F       cls v0.\t, v1.\t
        F       clz v0.\t, v1.\t
        F       rev64 v0.\t, v1.\t
        .endr
        .irp    t, 8b, 16b, 4h, 8h
        F       rev32 v0.\t, v1.\t
        .endr
        .irp    t, 8b, 16b
        .irp    op, cnt, not, rbit, rev16
        F       \op v0.\t, v1.\t
        .endr
        .endr
        .irp    op, saddlp, uaddlp, sadalp, uadalp
        F       \op v0.4h, v1.8b
        F       \op v0.8h, v1.16b
        F       \op v0.2s, v1.4h
        F       \op v0.4s, v1.8h
        F       \op v0.1d, v1.2s
        F       \op v0.2d, v1.4s
        .endr
        .irp    op, xtn, sqxtn, uqxtn, sqxtun
        F       \op v0.8b, v1.8h
        F       \op v0.4h, v1.4s
        F       \op v0.2s, v1.2d
        F       \op\()2 v0.16b, v1.8h
        F       \op\()2 v0.8h, v1.4s
        F       \op\()2 v0.4s, v1.2d
        .endr
        F       shll v0.8h, v1.8b, #8
        F       shll v0.4s, v1.4h, #16
        F       shll v0.2d, v1.2s, #32
        F       shll2 v0.8h, v1.16b, #8
        F       shll2 v0.4s, v1.8h, #16
        F       shll2 v0.2d, v1.4s, #32
        .irp    t, 2s, 4s
        F       urecpe v0.\t, v1.\t
        F       ursqrte v0.\t, v1.\t
        .endr

        GROUP   across
        .irp    op, addv, smaxv, sminv, umaxv, uminv
        F       \op b0, v1.8b
        F       \op b0, v1.16b
        F       \op h0, v1.4h
        F       \op h0, v1.8h
        F       \op s0, v1.4s
        .endr
        .irp    op, saddlv, uaddlv
        F       \op h0, v1.8b
        F       \op h0, v1.16b
        F       \op s0, v1.4h
        F       \op s0, v1.8h
        F       \op d0, v1.4s
        .endr

        GROUP   shift_immediate
        .macro  SHIFTS op, first, last, t1, t2
        F       \op v0.\t1, v1.\t1, #\first
        F       \op v0.\t1, v1.\t1, #3
        F       \op v0.\t2, v1.\t2, #5
        F       \op v0.\t2, v1.\t2, #\last
        .endm
        .irp    op, sshr, ushr, ssra, usra, srshr, urshr, srsra, ursra, sri
        SHIFTS  \op, 1, 8, 8b, 16b
        SHIFTS  \op, 1, 16, 4h, 8h
        SHIFTS  \op, 1, 32, 2s, 4s
        SHIFTS  \op, 1, 64, 2d, 2d
        .endr
        .irp    op, shl, sli, sqshl, uqshl, sqshlu
        SHIFTS  \op, 0, 7, 8b, 16b
        SHIFTS  \op, 0, 15, 4h, 8h
        SHIFTS  \op, 0, 31, 2s, 4s
        SHIFTS  \op, 0, 63, 2d, 2d
        .endr
        .irp    op, shrn, rshrn, sqshrn, uqshrn, sqrshrn, uqrshrn, sqshrun, sqrshrun
        F       \op v0.8b, v1.8h, #1
        F       \op v0.8b, v1.8h, #8
        F       \op\()2 v0.16b, v1.8h, #3
        F       \op v0.4h, v1.4s, #7
        F       \op\()2 v0.8h, v1.4s, #16
        F       \op v0.2s, v1.2d, #1
        F       \op\()2 v0.4s, v1.2d, #32
        .endr
        .irp    op, sshll, ushll
        F       \op v0.8h, v1.8b, #0
        F       \op v0.4s, v1.4h, #9
        F       \op v0.2d, v1.2s, #31
        F       \op\()2 v0.8h, v1.16b, #7
        F       \op\()2 v0.4s, v1.8h, #0
        F       \op\()2 v0.2d, v1.4s, #5
        .endr

        GROUP   permute
        .irp    op, zip1, zip2, uzp1, uzp2, trn1, trn2
        .irp    t, 8b, 16b, 4h, 8h, 2s, 4s, 2d
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        .endr
        .irp    n, 0, 1, 5, 7
        F       ext v0.8b, v1.8b, v2.8b, #\n
        F       ext v0.16b, v1.16b, v2.16b, #\n
        .endr
        F       ext v0.16b, v1.16b, v2.16b, #8
        F       ext v0.16b, v1.16b, v2.16b, #15
        .irp    t, 8b, 16b
        F       tbl v0.\t, {v4.16b}, v1.\t
        F       tbl v0.\t, {v4.16b, v5.16b}, v1.\t
        F       tbl v0.\t, {v4.16b, v5.16b, v6.16b}, v1.\t
        F       tbl v0.\t, {v4.16b, v5.16b, v6.16b, v7.16b}, v1.\t
        F       tbx v0.\t, {v4.16b}, v1.\t
        F       tbx v0.\t, {v4.16b, v5.16b}, v1.\t
        F       tbx v0.\t, {v4.16b, v5.16b, v6.16b}, v1.\t
        F       tbx v0.\t, {v4.16b, v5.16b, v6.16b, v7.16b}, v1.\t
        .endr

        GROUP   copy
        .irp    t, 8b, 16b
        F       dup v0.\t, v1.b[13]
        F       dup v0.\t, w1
        .endr
        .irp    t, 4h, 8h
        F       dup v0.\t, v1.h[6]
        F       dup v0.\t, w1
        .endr
        .irp    t, 2s, 4s
        F       dup v0.\t, v1.s[3]
        F       dup v0.\t, w1
        .endr
        F       dup v0.2d, v1.d[1]
        F       dup v0.2d, x1
        F       dup b0, v1.b[9]
        F       dup h0, v1.h[7]
        F       dup s0, v1.s[2]
        F       dup d0, v1.d[1]
        F       ins v0.b[15], w1
        F       ins v0.h[3], w1
        F       ins v0.s[2], w1
        F       ins v0.d[1], x1
        F       ins v0.b[2], v1.b[14]
        F       ins v0.h[7], v1.h[0]
        F       ins v0.s[0], v1.s[3]
        F       ins v0.d[0], v1.d[1]
        F       smov w0, v1.b[7]
        F       smov x0, v1.b[15]
        F       smov w0, v1.h[4]
        F       smov x0, v1.h[1]
        F       smov x0, v1.s[3]
        F       umov w0, v1.b[8]
        F       umov w0, v1.h[5]
        F       umov w0, v1.s[1]
        F       umov x0, v1.d[1]

        GROUP   modified_immediate
        F       movi v0.8b, #0xa5
        F       movi v0.16b, #0x7f
        F       movi v0.4h, #0x12
        F       movi v0.8h, #0x34, lsl #8
        F       movi v0.2s, #0xff, lsl #16
        F       movi v0.4s, #0x80, lsl #24
        F       movi v0.4s, #0x56, msl #8
        F       movi v0.2s, #0x56, msl #16
        F       movi d0, #0xff00ff00ffff0000
        F       movi v0.2d, #0x00ffff0000ff00ff
        F       mvni v0.4h, #0x12
        F       mvni v0.4s, #0x81, lsl #8
        F       mvni v0.4s, #0x81, msl #16
        F       orr v0.4h, #0x81
        F       orr v0.4s, #0x18, lsl #24
        F       bic v0.8h, #0x81, lsl #8
        F       bic v0.2s, #0xff
        F       fmov v0.2s, #1.0
        F       fmov v0.4s, #-0.125
        F       fmov v0.2d, #31.0
        F       fmov s0, #2.5
        F       fmov d0, #-1.9375

        GROUP   by_element
        .irp    op, mul, mla, mls, sqdmulh, sqrdmulh
        F       \op v0.4h, v1.4h, v2.h[7]
        F       \op v0.8h, v1.8h, v2.h[2]
        F       \op v0.2s, v1.2s, v2.s[3]
        F       \op v0.4s, v1.4s, v2.s[0]
        .endr
        .irp    op, smull, umull, smlal, umlal, smlsl, umlsl, sqdmull, sqdmlal, sqdmlsl
        F       \op v0.4s, v1.4h, v2.h[5]
        F       \op\()2 v0.4s, v1.8h, v2.h[0]
        F       \op v0.2d, v1.2s, v2.s[1]
        F       \op\()2 v0.2d, v1.4s, v2.s[2]
        .endr
        .irp    op, fmul, fmla, fmls, fmulx
        F       \op v0.2s, v1.2s, v2.s[3]
        F       \op v0.4s, v1.4s, v2.s[1]
        F       \op v0.2d, v1.2d, v2.d[1]
        F       \op s0, s1, v2.s[2]
        F       \op d0, d1, v2.d[0]
        .endr

        GROUP   scalar
        .irp    r, b, h, s, d
        .irp    op, sqadd, uqadd, sqsub, uqsub, sqshl, uqshl, sqrshl, uqrshl
        F       \op \r\()0, \r\()1, \r\()2
        .endr
        .irp    op, sqabs, sqneg, suqadd, usqadd
        F       \op \r\()0, \r\()1
        .endr
        .endr
        .irp    op, add, sub, cmeq, cmge, cmgt, cmhi, cmhs, cmtst, sshl, ushl, srshl, urshl
        F       \op d0, d1, d2
        .endr
        .irp    op, cmeq, cmge, cmgt, cmle, cmlt
        F       \op d0, d1, #0
        .endr
        F       abs d0, d1
        F       neg d0, d1
        F       addp d0, v1.2d
        .irp    op, sqdmulh, sqrdmulh
        F       \op h0, h1, h2
        F       \op s0, s1, s2
        F       \op h0, h1, v2.h[6]
        F       \op s0, s1, v2.s[3]
        .endr
        .irp    op, sqdmull, sqdmlal, sqdmlsl
        F       \op s0, h1, h2
        F       \op d0, s1, s2
        F       \op s0, h1, v2.h[3]
        F       \op d0, s1, v2.s[1]
        .endr
        .irp    op, sqxtn, uqxtn, sqxtun
        F       \op b0, h1
        F       \op h0, s1
        F       \op s0, d1
        .endr
        .irp    op, sshr, ushr, ssra, usra, srshr, urshr, srsra, ursra, sri
        F       \op d0, d1, #1
        F       \op d0, d1, #64
        .endr
        .irp    op, shl, sli, sqshl, uqshl, sqshlu
        F       \op d0, d1, #0
        F       \op d0, d1, #63
        .endr
        .irp    op, sqshl, uqshl, sqshlu
        F       \op b0, b1, #3
        F       \op h0, h1, #15
        F       \op s0, s1, #7
        .endr
        .irp    op, sqshrn, uqshrn, sqrshrn, uqrshrn, sqshrun, sqrshrun
        F       \op b0, h1, #3
        F       \op h0, s1, #16
        F       \op s0, d1, #31
        .endr

        GROUP   rdm
        .irp    op, sqrdmlah, sqrdmlsh
        .irp    t, 4h, 8h, 2s, 4s
        F       \op v0.\t, v1.\t, v2.\t
        .endr
        F       \op v0.8h, v1.8h, v2.h[5]
        F       \op v0.4s, v1.4s, v2.s[2]
        F       \op h0, h1, h2
        F       \op s0, s1, s2
        F       \op h0, h1, v2.h[1]
        F       \op s0, s1, v2.s[3]
        .endr

        .arch   armv8.2-a+dotprod
        GROUP   dotprod
        .irp    op, sdot, udot
        F       \op v0.2s, v1.8b, v2.8b
        F       \op v0.4s, v1.16b, v2.16b
        F       \op v0.2s, v1.8b, v2.4b[3]
        F       \op v0.4s, v1.16b, v2.4b[1]
        .endr
