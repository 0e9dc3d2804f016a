//! Scalar floating point (Arm ARM C4.1, "Data Processing -- Scalar Floating-Point and Advanced
//! SIMD").
//!
//! `ftype` is 0 single, 1 double, 3 half precision; half precision needs FEAT_FP16, which
//! `Insn::feature` knows.

macro_rules! fp_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Conversion between floating-point and fixed-point" {
    /// SCVTF, UCVTF (`u`) from fixed point; 64 - `scale` fraction bits.
    CvtfFixedGpr        [sf 0011110 ftype:2 0 00 01 u scale:6 rn:5 rd:5]
        where |i| i.ftype() != 2 && (i.sf() == 1 || i.scale() >= 32);
    /// FCVTZS, FCVTZU (`u`) to fixed point; 64 - `scale` fraction bits.
    FcvtzFixedGpr       [sf 0011110 ftype:2 0 11 00 u scale:6 rn:5 rd:5]
        where |i| i.ftype() != 2 && (i.sf() == 1 || i.scale() >= 32);
}
class "Conversion between floating-point and integer" {
    /// FCVTNS, FCVTPS, FCVTMS, FCVTZS: `rmode` 0 to 3; `u` unsigned.
    FcvtGpr             [sf 0011110 ftype:2 1 rmode:2 00 u 000000 rn:5 rd:5]
        where |i| i.ftype() != 2;
    /// FCVTAS, FCVTAU (`u`).
    FcvtaGpr            [sf 0011110 ftype:2 1 00 10 u 000000 rn:5 rd:5] where |i| i.ftype() != 2;
    /// SCVTF, UCVTF (`u`).
    CvtfGpr             [sf 0011110 ftype:2 1 00 01 u 000000 rn:5 rd:5] where |i| i.ftype() != 2;
    /// FMOV between a general register and a scalar; `to_fp` is opcode<0>.
    FmovGpr             [sf 0011110 ftype:2 1 00 11 to_fp 000000 rn:5 rd:5]
        where |i| i.ftype() == 3 || i.ftype() == i.sf();
    /// FMOV between an X register and the upper half of a V register.
    FmovTop             [1 0011110 10 1 01 11 to_fp 000000 rn:5 rd:5];
    Fjcvtzs             [0 0011110 01 1 11 110 000000 rn:5 rd:5] : Jscvt;
    /// FCVTNS, FCVTNU to a SIMD&FP register of another width.
    FcvtnSimd          [sf 0011110 ftype:2 1 01 01 u 000000 rn:5 rd:5] : Fprcvt
        where |i| fprcvt_allocated(i.sf(), i.ftype());
    /// FCVTPS, FCVTPU to a SIMD&FP register of another width.
    FcvtpSimd          [sf 0011110 ftype:2 1 10 01 u 000000 rn:5 rd:5] : Fprcvt
        where |i| fprcvt_allocated(i.sf(), i.ftype());
    /// FCVTMS, FCVTMU to a SIMD&FP register of another width.
    FcvtmSimd          [sf 0011110 ftype:2 1 10 10 u 000000 rn:5 rd:5] : Fprcvt
        where |i| fprcvt_allocated(i.sf(), i.ftype());
    /// FCVTZS, FCVTZU to a SIMD&FP register of another width.
    FcvtzSimd          [sf 0011110 ftype:2 1 10 11 u 000000 rn:5 rd:5] : Fprcvt
        where |i| fprcvt_allocated(i.sf(), i.ftype());
    /// FCVTAS, FCVTAU to a SIMD&FP register of another width.
    FcvtaSimd          [sf 0011110 ftype:2 1 11 01 u 000000 rn:5 rd:5] : Fprcvt
        where |i| fprcvt_allocated(i.sf(), i.ftype());
    /// SCVTF, UCVTF from a SIMD&FP register of another width.
    CvtfSimd           [sf 0011110 ftype:2 1 11 10 u 000000 rn:5 rd:5] : Fprcvt
        where |i| fprcvt_allocated(i.sf(), i.ftype());
}
class "Floating-point data-processing (1 source)" {
    FmovScalar          [00011110 ftype:2 1 0000 00 10000 rn:5 rd:5] where |i| i.ftype() != 2;
    FabsScalar          [00011110 ftype:2 1 0000 01 10000 rn:5 rd:5] where |i| i.ftype() != 2;
    FnegScalar          [00011110 ftype:2 1 0000 10 10000 rn:5 rd:5] where |i| i.ftype() != 2;
    FsqrtScalar         [00011110 ftype:2 1 0000 11 10000 rn:5 rd:5] where |i| i.ftype() != 2;
    /// FCVT from precision `ftype` to `opc` (0 single, 1 double, 3 half).
    FcvtScalar          [00011110 ftype:2 1 0001 opc:2 10000 rn:5 rd:5]
        fallback_of(BfcvtScalar) where |i| i.ftype() != 2 && i.opc() != 2 && i.opc() != i.ftype();
    BfcvtScalar         [00011110 01 1 0001 10 10000 rn:5 rd:5] : Bf16;
    /// FRINTN, FRINTP, FRINTM, FRINTZ, FRINTA, (5 reserved), FRINTX, FRINTI: `rmode` 0 to 7.
    FrintScalar         [00011110 ftype:2 1 001 rmode:3 10000 rn:5 rd:5]
        where |i| i.ftype() != 2 && i.rmode() != 5;
    /// FRINT32Z, FRINT32X, FRINT64Z, FRINT64X: `opc` 0 to 3; `sz` is double precision.
    Frint3264Scalar     [00011110 0 sz 1 0100 opc:2 10000 rn:5 rd:5] : Frintts;
}
class "Floating-point compare" {
    /// FCMP, FCMPE (`e`); `z` compares with zero.
    Fcmp                [00011110 ftype:2 1 rm:5 001000 rn:5 e z 000] where |i| i.ftype() != 2;
}
class "Floating-point immediate" {
    FmovImmScalar       [00011110 ftype:2 1 imm8:8 100 00000 rd:5] where |i| i.ftype() != 2;
}
class "Floating-point conditional compare" {
    /// FCCMP, FCCMPE (`op`).
    Fccmp               [00011110 ftype:2 1 rm:5 cond:4 01 rn:5 op nzcv:4] where |i| i.ftype() != 2;
}
class "Floating-point data-processing (2 source)" {
    FmulScalar          [00011110 ftype:2 1 rm:5 0000 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FdivScalar          [00011110 ftype:2 1 rm:5 0001 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FaddScalar          [00011110 ftype:2 1 rm:5 0010 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FsubScalar          [00011110 ftype:2 1 rm:5 0011 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FmaxScalar          [00011110 ftype:2 1 rm:5 0100 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FminScalar          [00011110 ftype:2 1 rm:5 0101 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FmaxnmScalar        [00011110 ftype:2 1 rm:5 0110 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FminnmScalar        [00011110 ftype:2 1 rm:5 0111 10 rn:5 rd:5] where |i| i.ftype() != 2;
    FnmulScalar         [00011110 ftype:2 1 rm:5 1000 10 rn:5 rd:5] where |i| i.ftype() != 2;
}
class "Floating-point conditional select" {
    Fcsel               [00011110 ftype:2 1 rm:5 cond:4 11 rn:5 rd:5] where |i| i.ftype() != 2;
}
class "Floating-point data-processing (3 source)" {
    /// FMADD, FMSUB, FNMADD, FNMSUB: `o1:o0` 0 to 3.
    FmaddScalar         [00011111 ftype:2 o1 rm:5 o0 ra:5 rn:5 rd:5] where |i| i.ftype() != 2;
}
    ] $($more)* } };
}
