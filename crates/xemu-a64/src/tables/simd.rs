//! Advanced SIMD on vectors: everything but permutation, copies and elements (Arm ARM C4.1,
//! "Data Processing -- Scalar Floating-Point and Advanced SIMD").
//!
//! `H` at the end of a name marks half precision; those rows have no `sz` field.

macro_rules! simd_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Advanced SIMD three same (FP16)" {
    FmaxnmVecH          [0 q 0 01110 0 10 rm:5 00 000 1 rn:5 rd:5] : Fp16;
    FmlaVecH            [0 q 0 01110 0 10 rm:5 00 001 1 rn:5 rd:5] : Fp16;
    FaddVecH            [0 q 0 01110 0 10 rm:5 00 010 1 rn:5 rd:5] : Fp16;
    FmulxVecH           [0 q 0 01110 0 10 rm:5 00 011 1 rn:5 rd:5] : Fp16;
    FcmeqVecH           [0 q 0 01110 0 10 rm:5 00 100 1 rn:5 rd:5] : Fp16;
    FmaxVecH            [0 q 0 01110 0 10 rm:5 00 110 1 rn:5 rd:5] : Fp16;
    FrecpsVecH          [0 q 0 01110 0 10 rm:5 00 111 1 rn:5 rd:5] : Fp16;
    FminnmVecH          [0 q 0 01110 1 10 rm:5 00 000 1 rn:5 rd:5] : Fp16;
    FmlsVecH            [0 q 0 01110 1 10 rm:5 00 001 1 rn:5 rd:5] : Fp16;
    FsubVecH            [0 q 0 01110 1 10 rm:5 00 010 1 rn:5 rd:5] : Fp16;
    FamaxVecH           [0 q 0 01110 1 10 rm:5 00 011 1 rn:5 rd:5] : Faminmax;
    FminVecH            [0 q 0 01110 1 10 rm:5 00 110 1 rn:5 rd:5] : Fp16;
    FrsqrtsVecH         [0 q 0 01110 1 10 rm:5 00 111 1 rn:5 rd:5] : Fp16;
    FmaxnmpVecH         [0 q 1 01110 0 10 rm:5 00 000 1 rn:5 rd:5] : Fp16;
    FaddpVecH           [0 q 1 01110 0 10 rm:5 00 010 1 rn:5 rd:5] : Fp16;
    FmulVecH            [0 q 1 01110 0 10 rm:5 00 011 1 rn:5 rd:5] : Fp16;
    FcmgeVecH           [0 q 1 01110 0 10 rm:5 00 100 1 rn:5 rd:5] : Fp16;
    FacgeVecH           [0 q 1 01110 0 10 rm:5 00 101 1 rn:5 rd:5] : Fp16;
    FmaxpVecH           [0 q 1 01110 0 10 rm:5 00 110 1 rn:5 rd:5] : Fp16;
    FdivVecH            [0 q 1 01110 0 10 rm:5 00 111 1 rn:5 rd:5] : Fp16;
    FminnmpVecH         [0 q 1 01110 1 10 rm:5 00 000 1 rn:5 rd:5] : Fp16;
    FabdVecH            [0 q 1 01110 1 10 rm:5 00 010 1 rn:5 rd:5] : Fp16;
    FaminVecH           [0 q 1 01110 1 10 rm:5 00 011 1 rn:5 rd:5] : Faminmax;
    FcmgtVecH           [0 q 1 01110 1 10 rm:5 00 100 1 rn:5 rd:5] : Fp16;
    FacgtVecH           [0 q 1 01110 1 10 rm:5 00 101 1 rn:5 rd:5] : Fp16;
    FminpVecH           [0 q 1 01110 1 10 rm:5 00 110 1 rn:5 rd:5] : Fp16;
    !FscaleVecH         [0 q 1 01110 1 10 rm:5 00 111 1 rn:5 rd:5] : Fp8;
}
class "Advanced SIMD two-register miscellaneous (FP16)" {
    FrintnVecH          [0 q 0 01110 0 111100 11000 10 rn:5 rd:5] : Fp16;
    FrintmVecH          [0 q 0 01110 0 111100 11001 10 rn:5 rd:5] : Fp16;
    FcvtnsVecH          [0 q 0 01110 0 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtmsVecH          [0 q 0 01110 0 111100 11011 10 rn:5 rd:5] : Fp16;
    FcvtasVecH          [0 q 0 01110 0 111100 11100 10 rn:5 rd:5] : Fp16;
    ScvtfVecH           [0 q 0 01110 0 111100 11101 10 rn:5 rd:5] : Fp16;
    FcmgtZeroVecH       [0 q 0 01110 1 111100 01100 10 rn:5 rd:5] : Fp16;
    FcmeqZeroVecH       [0 q 0 01110 1 111100 01101 10 rn:5 rd:5] : Fp16;
    FcmltZeroVecH       [0 q 0 01110 1 111100 01110 10 rn:5 rd:5] : Fp16;
    FabsVecH            [0 q 0 01110 1 111100 01111 10 rn:5 rd:5] : Fp16;
    FrintpVecH          [0 q 0 01110 1 111100 11000 10 rn:5 rd:5] : Fp16;
    FrintzVecH          [0 q 0 01110 1 111100 11001 10 rn:5 rd:5] : Fp16;
    FcvtpsVecH          [0 q 0 01110 1 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtzsVecH          [0 q 0 01110 1 111100 11011 10 rn:5 rd:5] : Fp16;
    FrecpeVecH          [0 q 0 01110 1 111100 11101 10 rn:5 rd:5] : Fp16;
    FrintaVecH          [0 q 1 01110 0 111100 11000 10 rn:5 rd:5] : Fp16;
    FrintxVecH          [0 q 1 01110 0 111100 11001 10 rn:5 rd:5] : Fp16;
    FcvtnuVecH          [0 q 1 01110 0 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtmuVecH          [0 q 1 01110 0 111100 11011 10 rn:5 rd:5] : Fp16;
    FcvtauVecH          [0 q 1 01110 0 111100 11100 10 rn:5 rd:5] : Fp16;
    UcvtfVecH           [0 q 1 01110 0 111100 11101 10 rn:5 rd:5] : Fp16;
    FcmgeZeroVecH       [0 q 1 01110 1 111100 01100 10 rn:5 rd:5] : Fp16;
    FcmleZeroVecH       [0 q 1 01110 1 111100 01101 10 rn:5 rd:5] : Fp16;
    FnegVecH            [0 q 1 01110 1 111100 01111 10 rn:5 rd:5] : Fp16;
    FrintiVecH          [0 q 1 01110 1 111100 11001 10 rn:5 rd:5] : Fp16;
    FcvtpuVecH          [0 q 1 01110 1 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtzuVecH          [0 q 1 01110 1 111100 11011 10 rn:5 rd:5] : Fp16;
    FrsqrteVecH         [0 q 1 01110 1 111100 11101 10 rn:5 rd:5] : Fp16;
    FsqrtVecH           [0 q 1 01110 1 111100 11111 10 rn:5 rd:5] : Fp16;
}
class "Advanced SIMD three-register extension" {
    SdotVec             [0 q 0 01110 10 0 rm:5 1 0010 1 rn:5 rd:5] : DotProd;
    UsdotVec            [0 q 0 01110 10 0 rm:5 1 0011 1 rn:5 rd:5] : I8mm;
    SmmlaVec            [0 1 0 01110 10 0 rm:5 1 0100 1 rn:5 rd:5] : I8mm;
    UsmmlaVec           [0 1 0 01110 10 0 rm:5 1 0101 1 rn:5 rd:5] : I8mm;
    /// FMLALLBB, FMLALLBT, FMLALLTB, FMLALLTT.
    !Fp8FmlallVec       [0 tb 0 01110 0 t 0 rm:5 1 1000 1 rn:5 rd:5] : Fp8;
    /// FCVTN, FCVTN2 to FP8.
    !Fp8FcvtnVec        [0 q 0 01110 0 sz 0 rm:5 1 1110 1 rn:5 rd:5] : Fp8;
    /// FDOT of FP8 to single (`sz` 0) or half.
    !Fp8FdotVec         [0 q 0 01110 0 sz 0 rm:5 1 1111 1 rn:5 rd:5] : Fp8;
    /// FMLALB, FMLALT.
    !Fp8FmlalVec        [0 t 0 01110 11 0 rm:5 1 1111 1 rn:5 rd:5] : Fp8;
    /// FMMLA of half precision.
    !FmmlaVecH          [0 1 0 01110 11 0 rm:5 1 1101 1 rn:5 rd:5] : FpMatmul;
    /// FMMLA of half precision to single.
    !FmmlaVecHS         [0 1 0 01110 01 0 rm:5 1 1101 1 rn:5 rd:5] : FpMatmul;
    /// FMMLA of FP8 to half (`sz` 0) or single.
    !Fp8FmmlaVec        [0 1 1 01110 sz 0 0 rm:5 1 1101 1 rn:5 rd:5] : Fp8;
    /// FDOT of half precision to single.
    !FdotVec            [0 q 0 01110 10 0 rm:5 1 1111 1 rn:5 rd:5] : FpMatmul;
    SqrdmlahVec         [0 q 1 01110 size:2 0 rm:5 1 0000 1 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
    SqrdmlshVec         [0 q 1 01110 size:2 0 rm:5 1 0001 1 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
    UdotVec             [0 q 1 01110 10 0 rm:5 1 0010 1 rn:5 rd:5] : DotProd;
    UmmlaVec            [0 1 1 01110 10 0 rm:5 1 0100 1 rn:5 rd:5] : I8mm;
    FcmlaVec            [0 q 1 01110 size:2 0 rm:5 110 rot:2 1 rn:5 rd:5] : Fcma
        where |i| i.size() != 0 && (i.q() == 1 || i.size() != 3);
    FcaddVec            [0 q 1 01110 size:2 0 rm:5 111 rot 01 rn:5 rd:5] : Fcma
        where |i| i.size() != 0 && (i.q() == 1 || i.size() != 3);
    BfmmlaVec           [0 1 1 01110 01 0 rm:5 1 1101 1 rn:5 rd:5] : Bf16;
    BfdotVec            [0 q 1 01110 01 0 rm:5 1 1111 1 rn:5 rd:5] : Bf16;
    /// BFMLALB, BFMLALT (`q`).
    BfmlalVec           [0 q 1 01110 11 0 rm:5 1 1111 1 rn:5 rd:5] : Bf16;
}
class "Advanced SIMD two-register miscellaneous" {
    Rev64Vec            [0 q 0 01110 size:2 10000 00000 10 rn:5 rd:5] where |i| i.size() != 3;
    Rev16Vec            [0 q 0 01110 00 10000 00001 10 rn:5 rd:5];
    SaddlpVec           [0 q 0 01110 size:2 10000 00010 10 rn:5 rd:5] where |i| i.size() != 3;
    SuqaddVec           [0 q 0 01110 size:2 10000 00011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    ClsVec              [0 q 0 01110 size:2 10000 00100 10 rn:5 rd:5] where |i| i.size() != 3;
    CntVec              [0 q 0 01110 00 10000 00101 10 rn:5 rd:5];
    SadalpVec           [0 q 0 01110 size:2 10000 00110 10 rn:5 rd:5] where |i| i.size() != 3;
    SqabsVec            [0 q 0 01110 size:2 10000 00111 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmgtZeroVec         [0 q 0 01110 size:2 10000 01000 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmeqZeroVec         [0 q 0 01110 size:2 10000 01001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmltZeroVec         [0 q 0 01110 size:2 10000 01010 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    AbsVec              [0 q 0 01110 size:2 10000 01011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    XtnVec              [0 q 0 01110 size:2 10000 10010 10 rn:5 rd:5] where |i| i.size() != 3;
    SqxtnVec            [0 q 0 01110 size:2 10000 10100 10 rn:5 rd:5] where |i| i.size() != 3;
    FcvtnVec            [0 q 0 01110 0 sz 10000 10110 10 rn:5 rd:5];
    FcvtlVec            [0 q 0 01110 0 sz 10000 10111 10 rn:5 rd:5];
    FrintnVec           [0 q 0 01110 0 sz 10000 11000 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FrintmVec           [0 q 0 01110 0 sz 10000 11001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtnsVec           [0 q 0 01110 0 sz 10000 11010 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtmsVec           [0 q 0 01110 0 sz 10000 11011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtasVec           [0 q 0 01110 0 sz 10000 11100 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    ScvtfVec            [0 q 0 01110 0 sz 10000 11101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    Frint32zVec         [0 q 0 01110 0 sz 10000 11110 10 rn:5 rd:5] : Frintts
        where |i| i.q() == 1 || i.sz() == 0;
    Frint64zVec         [0 q 0 01110 0 sz 10000 11111 10 rn:5 rd:5] : Frintts
        where |i| i.q() == 1 || i.sz() == 0;
    FcmgtZeroVec        [0 q 0 01110 1 sz 10000 01100 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcmeqZeroVec        [0 q 0 01110 1 sz 10000 01101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcmltZeroVec        [0 q 0 01110 1 sz 10000 01110 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FabsVec             [0 q 0 01110 1 sz 10000 01111 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    BfcvtnVec           [0 q 0 01110 10 10000 10110 10 rn:5 rd:5] : Bf16;
    FrintpVec           [0 q 0 01110 1 sz 10000 11000 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FrintzVec           [0 q 0 01110 1 sz 10000 11001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtpsVec           [0 q 0 01110 1 sz 10000 11010 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtzsVec           [0 q 0 01110 1 sz 10000 11011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    UrecpeVec           [0 q 0 01110 10 10000 11100 10 rn:5 rd:5];
    FrecpeVec           [0 q 0 01110 1 sz 10000 11101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    Rev32Vec            [0 q 1 01110 size:2 10000 00000 10 rn:5 rd:5] where |i| i.size() < 2;
    UaddlpVec           [0 q 1 01110 size:2 10000 00010 10 rn:5 rd:5] where |i| i.size() != 3;
    UsqaddVec           [0 q 1 01110 size:2 10000 00011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    ClzVec              [0 q 1 01110 size:2 10000 00100 10 rn:5 rd:5] where |i| i.size() != 3;
    UadalpVec           [0 q 1 01110 size:2 10000 00110 10 rn:5 rd:5] where |i| i.size() != 3;
    SqnegVec            [0 q 1 01110 size:2 10000 00111 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmgeZeroVec         [0 q 1 01110 size:2 10000 01000 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmleZeroVec         [0 q 1 01110 size:2 10000 01001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    NegVec              [0 q 1 01110 size:2 10000 01011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SqxtunVec           [0 q 1 01110 size:2 10000 10010 10 rn:5 rd:5] where |i| i.size() != 3;
    ShllVec             [0 q 1 01110 size:2 10000 10011 10 rn:5 rd:5] where |i| i.size() != 3;
    UqxtnVec            [0 q 1 01110 size:2 10000 10100 10 rn:5 rd:5] where |i| i.size() != 3;
    FcvtxnVec           [0 q 1 01110 01 10000 10110 10 rn:5 rd:5];
    FrintaVec           [0 q 1 01110 0 sz 10000 11000 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FrintxVec           [0 q 1 01110 0 sz 10000 11001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtnuVec           [0 q 1 01110 0 sz 10000 11010 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtmuVec           [0 q 1 01110 0 sz 10000 11011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtauVec           [0 q 1 01110 0 sz 10000 11100 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    UcvtfVec            [0 q 1 01110 0 sz 10000 11101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    Frint32xVec         [0 q 1 01110 0 sz 10000 11110 10 rn:5 rd:5] : Frintts
        where |i| i.q() == 1 || i.sz() == 0;
    Frint64xVec         [0 q 1 01110 0 sz 10000 11111 10 rn:5 rd:5] : Frintts
        where |i| i.q() == 1 || i.sz() == 0;
    NotVec              [0 q 1 01110 00 10000 00101 10 rn:5 rd:5];
    RbitVec             [0 q 1 01110 01 10000 00101 10 rn:5 rd:5];
    FcmgeZeroVec        [0 q 1 01110 1 sz 10000 01100 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcmleZeroVec        [0 q 1 01110 1 sz 10000 01101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FnegVec             [0 q 1 01110 1 sz 10000 01111 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FrintiVec           [0 q 1 01110 1 sz 10000 11001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtpuVec           [0 q 1 01110 1 sz 10000 11010 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcvtzuVec           [0 q 1 01110 1 sz 10000 11011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    UrsqrteVec          [0 q 1 01110 10 10000 11100 10 rn:5 rd:5];
    FrsqrteVec          [0 q 1 01110 1 sz 10000 11101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FsqrtVec            [0 q 1 01110 1 sz 10000 11111 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    /// F1CVTL, F2CVTL, BF1CVTL, BF2CVTL.
    !Fp8CvtlVec         [0 q 1 01110 opc:2 10000 10111 10 rn:5 rd:5] : Fp8;
}
class "Advanced SIMD across lanes" {
    SaddlvVec           [0 q 0 01110 size:2 11000 00011 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    SmaxvVec            [0 q 0 01110 size:2 11000 01010 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    SminvVec            [0 q 0 01110 size:2 11000 11010 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    AddvVec             [0 q 0 01110 size:2 11000 11011 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    FmaxnmvVecH         [0 q 0 01110 00 11000 01100 10 rn:5 rd:5] : Fp16;
    FmaxvVecH           [0 q 0 01110 00 11000 01111 10 rn:5 rd:5] : Fp16;
    FminnmvVecH         [0 q 0 01110 10 11000 01100 10 rn:5 rd:5] : Fp16;
    FminvVecH           [0 q 0 01110 10 11000 01111 10 rn:5 rd:5] : Fp16;
    UaddlvVec           [0 q 1 01110 size:2 11000 00011 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    UmaxvVec            [0 q 1 01110 size:2 11000 01010 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    UminvVec            [0 q 1 01110 size:2 11000 11010 10 rn:5 rd:5]
        where |i| i.size() < 2 || (i.size() == 2 && i.q() == 1);
    /// On four singles.
    FmaxnmvVec          [0 1 1 01110 00 11000 01100 10 rn:5 rd:5];
    /// On four singles.
    FmaxvVec            [0 1 1 01110 00 11000 01111 10 rn:5 rd:5];
    /// On four singles.
    FminnmvVec          [0 1 1 01110 10 11000 01100 10 rn:5 rd:5];
    /// On four singles.
    FminvVec            [0 1 1 01110 10 11000 01111 10 rn:5 rd:5];
}
class "Advanced SIMD three different" {
    SaddlVec            [0 q 0 01110 size:2 1 rm:5 0000 00 rn:5 rd:5] where |i| i.size() != 3;
    SaddwVec            [0 q 0 01110 size:2 1 rm:5 0001 00 rn:5 rd:5] where |i| i.size() != 3;
    SsublVec            [0 q 0 01110 size:2 1 rm:5 0010 00 rn:5 rd:5] where |i| i.size() != 3;
    SsubwVec            [0 q 0 01110 size:2 1 rm:5 0011 00 rn:5 rd:5] where |i| i.size() != 3;
    AddhnVec            [0 q 0 01110 size:2 1 rm:5 0100 00 rn:5 rd:5] where |i| i.size() != 3;
    SabalVec            [0 q 0 01110 size:2 1 rm:5 0101 00 rn:5 rd:5] where |i| i.size() != 3;
    SubhnVec            [0 q 0 01110 size:2 1 rm:5 0110 00 rn:5 rd:5] where |i| i.size() != 3;
    SabdlVec            [0 q 0 01110 size:2 1 rm:5 0111 00 rn:5 rd:5] where |i| i.size() != 3;
    SmlalVec            [0 q 0 01110 size:2 1 rm:5 1000 00 rn:5 rd:5] where |i| i.size() != 3;
    SqdmlalVec          [0 q 0 01110 size:2 1 rm:5 1001 00 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SmlslVec            [0 q 0 01110 size:2 1 rm:5 1010 00 rn:5 rd:5] where |i| i.size() != 3;
    SqdmlslVec          [0 q 0 01110 size:2 1 rm:5 1011 00 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SmullVec            [0 q 0 01110 size:2 1 rm:5 1100 00 rn:5 rd:5] where |i| i.size() != 3;
    SqdmullVec          [0 q 0 01110 size:2 1 rm:5 1101 00 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    /// PMULL, PMULL2 of bytes.
    PmullVec            [0 q 0 01110 00 1 rm:5 1110 00 rn:5 rd:5];
    /// PMULL, PMULL2 of doublewords.
    PmullVecD           [0 q 0 01110 11 1 rm:5 1110 00 rn:5 rd:5] : Pmull;
    UaddlVec            [0 q 1 01110 size:2 1 rm:5 0000 00 rn:5 rd:5] where |i| i.size() != 3;
    UaddwVec            [0 q 1 01110 size:2 1 rm:5 0001 00 rn:5 rd:5] where |i| i.size() != 3;
    UsublVec            [0 q 1 01110 size:2 1 rm:5 0010 00 rn:5 rd:5] where |i| i.size() != 3;
    UsubwVec            [0 q 1 01110 size:2 1 rm:5 0011 00 rn:5 rd:5] where |i| i.size() != 3;
    RaddhnVec           [0 q 1 01110 size:2 1 rm:5 0100 00 rn:5 rd:5] where |i| i.size() != 3;
    UabalVec            [0 q 1 01110 size:2 1 rm:5 0101 00 rn:5 rd:5] where |i| i.size() != 3;
    RsubhnVec           [0 q 1 01110 size:2 1 rm:5 0110 00 rn:5 rd:5] where |i| i.size() != 3;
    UabdlVec            [0 q 1 01110 size:2 1 rm:5 0111 00 rn:5 rd:5] where |i| i.size() != 3;
    UmlalVec            [0 q 1 01110 size:2 1 rm:5 1000 00 rn:5 rd:5] where |i| i.size() != 3;
    UmlslVec            [0 q 1 01110 size:2 1 rm:5 1010 00 rn:5 rd:5] where |i| i.size() != 3;
    UmullVec            [0 q 1 01110 size:2 1 rm:5 1100 00 rn:5 rd:5] where |i| i.size() != 3;
}
class "Advanced SIMD three same" {
    ShaddVec            [0 q 0 01110 size:2 1 rm:5 00000 1 rn:5 rd:5] where |i| i.size() != 3;
    SqaddVec            [0 q 0 01110 size:2 1 rm:5 00001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SrhaddVec           [0 q 0 01110 size:2 1 rm:5 00010 1 rn:5 rd:5] where |i| i.size() != 3;
    ShsubVec            [0 q 0 01110 size:2 1 rm:5 00100 1 rn:5 rd:5] where |i| i.size() != 3;
    SqsubVec            [0 q 0 01110 size:2 1 rm:5 00101 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmgtVec             [0 q 0 01110 size:2 1 rm:5 00110 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmgeVec             [0 q 0 01110 size:2 1 rm:5 00111 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SshlVec             [0 q 0 01110 size:2 1 rm:5 01000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SqshlVec            [0 q 0 01110 size:2 1 rm:5 01001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SrshlVec            [0 q 0 01110 size:2 1 rm:5 01010 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SqrshlVec           [0 q 0 01110 size:2 1 rm:5 01011 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    SmaxVec             [0 q 0 01110 size:2 1 rm:5 01100 1 rn:5 rd:5] where |i| i.size() != 3;
    SminVec             [0 q 0 01110 size:2 1 rm:5 01101 1 rn:5 rd:5] where |i| i.size() != 3;
    SabdVec             [0 q 0 01110 size:2 1 rm:5 01110 1 rn:5 rd:5] where |i| i.size() != 3;
    SabaVec             [0 q 0 01110 size:2 1 rm:5 01111 1 rn:5 rd:5] where |i| i.size() != 3;
    AddVec              [0 q 0 01110 size:2 1 rm:5 10000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmtstVec            [0 q 0 01110 size:2 1 rm:5 10001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    MlaVec              [0 q 0 01110 size:2 1 rm:5 10010 1 rn:5 rd:5] where |i| i.size() != 3;
    MulVec              [0 q 0 01110 size:2 1 rm:5 10011 1 rn:5 rd:5] where |i| i.size() != 3;
    SmaxpVec            [0 q 0 01110 size:2 1 rm:5 10100 1 rn:5 rd:5] where |i| i.size() != 3;
    SminpVec            [0 q 0 01110 size:2 1 rm:5 10101 1 rn:5 rd:5] where |i| i.size() != 3;
    SqdmulhVec          [0 q 0 01110 size:2 1 rm:5 10110 1 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    AddpVec             [0 q 0 01110 size:2 1 rm:5 10111 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    FmaxnmVec           [0 q 0 01110 0 sz 1 rm:5 11000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FmlaVec             [0 q 0 01110 0 sz 1 rm:5 11001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FaddVec             [0 q 0 01110 0 sz 1 rm:5 11010 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FmulxVec            [0 q 0 01110 0 sz 1 rm:5 11011 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcmeqVec            [0 q 0 01110 0 sz 1 rm:5 11100 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FmlalVec            [0 q 0 01110 00 1 rm:5 11101 1 rn:5 rd:5] : Fhm;
    FmaxVec             [0 q 0 01110 0 sz 1 rm:5 11110 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FrecpsVec           [0 q 0 01110 0 sz 1 rm:5 11111 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    AndVec              [0 q 0 01110 00 1 rm:5 00011 1 rn:5 rd:5];
    BicVec              [0 q 0 01110 01 1 rm:5 00011 1 rn:5 rd:5];
    FminnmVec           [0 q 0 01110 1 sz 1 rm:5 11000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FmlsVec             [0 q 0 01110 1 sz 1 rm:5 11001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FsubVec             [0 q 0 01110 1 sz 1 rm:5 11010 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FamaxVec            [0 q 0 01110 1 sz 1 rm:5 11011 1 rn:5 rd:5] : Faminmax
        where |i| i.q() == 1 || i.sz() == 0;
    FmlslVec            [0 q 0 01110 10 1 rm:5 11101 1 rn:5 rd:5] : Fhm;
    FminVec             [0 q 0 01110 1 sz 1 rm:5 11110 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FrsqrtsVec          [0 q 0 01110 1 sz 1 rm:5 11111 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    OrrVec              [0 q 0 01110 10 1 rm:5 00011 1 rn:5 rd:5];
    OrnVec              [0 q 0 01110 11 1 rm:5 00011 1 rn:5 rd:5];
    UhaddVec            [0 q 1 01110 size:2 1 rm:5 00000 1 rn:5 rd:5] where |i| i.size() != 3;
    UqaddVec            [0 q 1 01110 size:2 1 rm:5 00001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    UrhaddVec           [0 q 1 01110 size:2 1 rm:5 00010 1 rn:5 rd:5] where |i| i.size() != 3;
    UhsubVec            [0 q 1 01110 size:2 1 rm:5 00100 1 rn:5 rd:5] where |i| i.size() != 3;
    UqsubVec            [0 q 1 01110 size:2 1 rm:5 00101 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmhiVec             [0 q 1 01110 size:2 1 rm:5 00110 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmhsVec             [0 q 1 01110 size:2 1 rm:5 00111 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    UshlVec             [0 q 1 01110 size:2 1 rm:5 01000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    UqshlVec            [0 q 1 01110 size:2 1 rm:5 01001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    UrshlVec            [0 q 1 01110 size:2 1 rm:5 01010 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    UqrshlVec           [0 q 1 01110 size:2 1 rm:5 01011 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    UmaxVec             [0 q 1 01110 size:2 1 rm:5 01100 1 rn:5 rd:5] where |i| i.size() != 3;
    UminVec             [0 q 1 01110 size:2 1 rm:5 01101 1 rn:5 rd:5] where |i| i.size() != 3;
    UabdVec             [0 q 1 01110 size:2 1 rm:5 01110 1 rn:5 rd:5] where |i| i.size() != 3;
    UabaVec             [0 q 1 01110 size:2 1 rm:5 01111 1 rn:5 rd:5] where |i| i.size() != 3;
    SubVec              [0 q 1 01110 size:2 1 rm:5 10000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    CmeqVec             [0 q 1 01110 size:2 1 rm:5 10001 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    MlsVec              [0 q 1 01110 size:2 1 rm:5 10010 1 rn:5 rd:5] where |i| i.size() != 3;
    PmulVec             [0 q 1 01110 00 1 rm:5 10011 1 rn:5 rd:5];
    UmaxpVec            [0 q 1 01110 size:2 1 rm:5 10100 1 rn:5 rd:5] where |i| i.size() != 3;
    UminpVec            [0 q 1 01110 size:2 1 rm:5 10101 1 rn:5 rd:5] where |i| i.size() != 3;
    SqrdmulhVec         [0 q 1 01110 size:2 1 rm:5 10110 1 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    FmaxnmpVec          [0 q 1 01110 0 sz 1 rm:5 11000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    Fmlal2Vec           [0 q 1 01110 00 1 rm:5 11001 1 rn:5 rd:5] : Fhm;
    FaddpVec            [0 q 1 01110 0 sz 1 rm:5 11010 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FmulVec             [0 q 1 01110 0 sz 1 rm:5 11011 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FcmgeVec            [0 q 1 01110 0 sz 1 rm:5 11100 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FacgeVec            [0 q 1 01110 0 sz 1 rm:5 11101 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FmaxpVec            [0 q 1 01110 0 sz 1 rm:5 11110 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FdivVec             [0 q 1 01110 0 sz 1 rm:5 11111 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    EorVec              [0 q 1 01110 00 1 rm:5 00011 1 rn:5 rd:5];
    BslVec              [0 q 1 01110 01 1 rm:5 00011 1 rn:5 rd:5];
    FminnmpVec          [0 q 1 01110 1 sz 1 rm:5 11000 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    Fmlsl2Vec           [0 q 1 01110 10 1 rm:5 11001 1 rn:5 rd:5] : Fhm;
    FabdVec             [0 q 1 01110 1 sz 1 rm:5 11010 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FaminVec            [0 q 1 01110 1 sz 1 rm:5 11011 1 rn:5 rd:5] : Faminmax
        where |i| i.q() == 1 || i.sz() == 0;
    FcmgtVec            [0 q 1 01110 1 sz 1 rm:5 11100 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FacgtVec            [0 q 1 01110 1 sz 1 rm:5 11101 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    FminpVec            [0 q 1 01110 1 sz 1 rm:5 11110 1 rn:5 rd:5]
        where |i| i.q() == 1 || i.sz() == 0;
    !FscaleVec          [0 q 1 01110 1 sz 1 rm:5 11111 1 rn:5 rd:5] : Fp8
        where |i| i.q() == 1 || i.sz() == 0;
    BitVec              [0 q 1 01110 10 1 rm:5 00011 1 rn:5 rd:5];
    BifVec              [0 q 1 01110 11 1 rm:5 00011 1 rn:5 rd:5];
}
    ] $($more)* } };
}
