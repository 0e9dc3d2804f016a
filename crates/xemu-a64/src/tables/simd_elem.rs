//! Advanced SIMD: permutation, copies, immediates and operations with one element (Arm ARM C4.1,
//! "Data Processing -- Scalar Floating-Point and Advanced SIMD").

macro_rules! simd_elem_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Advanced SIMD table lookup" {
    /// TBL, TBX (`op`); `len` plus one table registers.
    TblTbx              [0 q 001110 00 0 rm:5 0 len:2 op 00 rn:5 rd:5];
    /// LUTI4 of halfwords, two table registers.
    Luti4H              [0 1 001110 01 0 rm:5 0 index:2 100 rn:5 rd:5] : Lut;
    /// LUTI4 of bytes.
    Luti4B              [0 1 001110 01 0 rm:5 0 index 1000 rn:5 rd:5] : Lut;
    /// LUTI2 of bytes.
    Luti2B              [0 1 001110 10 0 rm:5 0 index:2 100 rn:5 rd:5] : Lut;
    /// LUTI2 of halfwords.
    Luti2H              [0 1 001110 11 0 rm:5 0 index:3 00 rn:5 rd:5] : Lut;
}
class "Advanced SIMD permute" {
    Uzp1Vec             [0 q 001110 size:2 0 rm:5 0 001 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    Trn1Vec             [0 q 001110 size:2 0 rm:5 0 010 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    Zip1Vec             [0 q 001110 size:2 0 rm:5 0 011 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    Uzp2Vec             [0 q 001110 size:2 0 rm:5 0 101 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    Trn2Vec             [0 q 001110 size:2 0 rm:5 0 110 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
    Zip2Vec             [0 q 001110 size:2 0 rm:5 0 111 10 rn:5 rd:5]
        where |i| i.q() == 1 || i.size() != 3;
}
class "Advanced SIMD extract" {
    ExtVec              [0 q 1 01110 000 rm:5 0 imm4:4 0 rn:5 rd:5]
        where |i| i.q() == 1 || i.imm4() < 8;
}
class "Advanced SIMD copy" {
    DupElemVec          [0 q 0 01110000 imm5:5 0 0000 1 rn:5 rd:5]
        where |i| i.imm5() & 15 != 0 && (i.q() == 1 || i.imm5() & 15 != 8);
    DupGenVec           [0 q 0 01110000 imm5:5 0 0001 1 rn:5 rd:5]
        where |i| i.imm5() & 15 != 0 && (i.q() == 1 || i.imm5() & 15 != 8);
    /// SMOV; `q` is the width of the general register.
    Smov                [0 q 0 01110000 imm5:5 0 0101 1 rn:5 rd:5]
        where |i| i.imm5() & 3 != 0 || (i.q() == 1 && i.imm5() & 4 != 0);
    Umov                [0 q 0 01110000 imm5:5 0 0111 1 rn:5 rd:5]
        where |i| umov_allocated(i.q(), i.imm5());
    InsGen              [0 1 0 01110000 imm5:5 0 0011 1 rn:5 rd:5] where |i| i.imm5() & 15 != 0;
    InsElem             [0 1 1 01110000 imm5:5 0 imm4:4 1 rn:5 rd:5] where |i| i.imm5() & 15 != 0;
}
class "Advanced SIMD modified immediate" {
    /// MOVI, MVNI, ORR, BIC, FMOV (vector, immediate): see `operation`.
    SimdModImm          [0 q op 0111100000 abc:3 cmode:4 o2 1 defgh:5 rd:5]
        where |i| mod_imm_allocated(i.q(), i.op(), i.cmode(), i.o2());
}
class "Advanced SIMD shift by immediate" {
    SshrVec             [0 q 0 011110 immh:4 immb:3 00000 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SsraVec             [0 q 0 011110 immh:4 immb:3 00010 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SrshrVec            [0 q 0 011110 immh:4 immb:3 00100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SrsraVec            [0 q 0 011110 immh:4 immb:3 00110 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    ShlVec              [0 q 0 011110 immh:4 immb:3 01010 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SqshlImmVec         [0 q 0 011110 immh:4 immb:3 01110 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    ShrnVec             [0 q 0 011110 immh:4 immb:3 10000 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    RshrnVec            [0 q 0 011110 immh:4 immb:3 10001 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    SqshrnVec           [0 q 0 011110 immh:4 immb:3 10010 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    SqrshrnVec          [0 q 0 011110 immh:4 immb:3 10011 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    SshllVec            [0 q 0 011110 immh:4 immb:3 10100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    ScvtfFixedVec       [0 q 0 011110 immh:4 immb:3 11100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() > 1 && (i.q() == 1 || i.immh() < 8);
    FcvtzsFixedVec      [0 q 0 011110 immh:4 immb:3 11111 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() > 1 && (i.q() == 1 || i.immh() < 8);
    UshrVec             [0 q 1 011110 immh:4 immb:3 00000 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    UsraVec             [0 q 1 011110 immh:4 immb:3 00010 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    UrshrVec            [0 q 1 011110 immh:4 immb:3 00100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    UrsraVec            [0 q 1 011110 immh:4 immb:3 00110 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SriVec              [0 q 1 011110 immh:4 immb:3 01000 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SliVec              [0 q 1 011110 immh:4 immb:3 01010 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SqshluVec           [0 q 1 011110 immh:4 immb:3 01100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    UqshlImmVec         [0 q 1 011110 immh:4 immb:3 01110 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.q() == 1 || i.immh() < 8;
    SqshrunVec          [0 q 1 011110 immh:4 immb:3 10000 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    SqrshrunVec         [0 q 1 011110 immh:4 immb:3 10001 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    UqshrnVec           [0 q 1 011110 immh:4 immb:3 10010 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    UqrshrnVec          [0 q 1 011110 immh:4 immb:3 10011 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    UshllVec            [0 q 1 011110 immh:4 immb:3 10100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() < 8;
    UcvtfFixedVec       [0 q 1 011110 immh:4 immb:3 11100 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() > 1 && (i.q() == 1 || i.immh() < 8);
    FcvtzuFixedVec      [0 q 1 011110 immh:4 immb:3 11111 1 rn:5 rd:5]
        fallback_of(SimdModImm) where |i| i.immh() > 1 && (i.q() == 1 || i.immh() < 8);
}
class "Advanced SIMD vector x indexed element" {
    FmlaElemH           [0 q 0 01111 00 l m rm:4 0001 h 0 rn:5 rd:5] : Fp16;
    FmlsElemH           [0 q 0 01111 00 l m rm:4 0101 h 0 rn:5 rd:5] : Fp16;
    FmulElemH           [0 q 0 01111 00 l m rm:4 1001 h 0 rn:5 rd:5] : Fp16;
    SudotElem           [0 q 0 01111 00 l m rm:4 1111 h 0 rn:5 rd:5] : I8mm;
    BfdotElem           [0 q 0 01111 01 l m rm:4 1111 h 0 rn:5 rd:5] : Bf16;
    FmlalElem           [0 q 0 01111 10 l m rm:4 0000 h 0 rn:5 rd:5] : Fhm;
    FmlaElem            [0 q 0 01111 1 sz l m rm:4 0001 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || (i.l() == 0 && i.q() == 1);
    FmlslElem           [0 q 0 01111 10 l m rm:4 0100 h 0 rn:5 rd:5] : Fhm;
    FmlsElem            [0 q 0 01111 1 sz l m rm:4 0101 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || (i.l() == 0 && i.q() == 1);
    FmulElem            [0 q 0 01111 1 sz l m rm:4 1001 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || (i.l() == 0 && i.q() == 1);
    UsdotElem           [0 q 0 01111 10 l m rm:4 1111 h 0 rn:5 rd:5] : I8mm;
    /// BFMLALB, BFMLALT (`q`).
    BfmlalElem          [0 q 0 01111 11 l m rm:4 1111 h 0 rn:5 rd:5] : Bf16;
    SmlalElem           [0 q 0 01111 size:2 l m rm:4 0010 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmlalElem         [0 q 0 01111 size:2 l m rm:4 0011 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SmlslElem           [0 q 0 01111 size:2 l m rm:4 0110 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmlslElem         [0 q 0 01111 size:2 l m rm:4 0111 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    MulElem             [0 q 0 01111 size:2 l m rm:4 1000 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SmullElem           [0 q 0 01111 size:2 l m rm:4 1010 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmullElem         [0 q 0 01111 size:2 l m rm:4 1011 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmulhElem         [0 q 0 01111 size:2 l m rm:4 1100 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqrdmulhElem        [0 q 0 01111 size:2 l m rm:4 1101 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SdotElem            [0 q 0 01111 10 l m rm:4 1110 h 0 rn:5 rd:5] : DotProd;
    !Fp8FdotElem        [0 q 0 01111 0 sz l m rm:4 0000 h 0 rn:5 rd:5] : Fp8;
    !Fp8FmlalElem       [0 t 0 01111 11 l m rm:4 0000 h 0 rn:5 rd:5] : Fp8;
    !FdotElem           [0 q 0 01111 01 l m rm:4 1001 h 0 rn:5 rd:5] : FpMatmul;
    FmulxElemH          [0 q 1 01111 00 l m rm:4 1001 h 0 rn:5 rd:5] : Fp16;
    FcmlaElem           [0 q 1 01111 size:2 l m rm:4 0 rot:2 1 h 0 rn:5 rd:5] : Fcma
        where |i| fcmla_elem_allocated(i.q(), i.size(), i.l(), i.h());
    FmulxElem           [0 q 1 01111 1 sz l m rm:4 1001 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || (i.l() == 0 && i.q() == 1);
    Fmlal2Elem          [0 q 1 01111 10 l m rm:4 1000 h 0 rn:5 rd:5] : Fhm;
    Fmlsl2Elem          [0 q 1 01111 10 l m rm:4 1100 h 0 rn:5 rd:5] : Fhm;
    MlaElem             [0 q 1 01111 size:2 l m rm:4 0000 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    UmlalElem           [0 q 1 01111 size:2 l m rm:4 0010 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    MlsElem             [0 q 1 01111 size:2 l m rm:4 0100 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    UmlslElem           [0 q 1 01111 size:2 l m rm:4 0110 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    UmullElem           [0 q 1 01111 size:2 l m rm:4 1010 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqrdmlahElem        [0 q 1 01111 size:2 l m rm:4 1101 h 0 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
    UdotElem            [0 q 1 01111 10 l m rm:4 1110 h 0 rn:5 rd:5] : DotProd;
    SqrdmlshElem        [0 q 1 01111 size:2 l m rm:4 1111 h 0 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
    !Fp8FmlallElem      [0 tb 1 01111 0 t l m rm:4 1000 h 0 rn:5 rd:5] : Fp8;
}
    ] $($more)* } };
}
