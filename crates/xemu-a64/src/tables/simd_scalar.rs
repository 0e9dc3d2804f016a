//! Advanced SIMD on scalars (Arm ARM C4.1, "Data Processing -- Scalar Floating-Point and Advanced
//! SIMD").
//!
//! `H` at the end of a name marks half precision; those rows have no `sz` field. Shifts of 64 bits
//! alone have the six-bit field `shift`, which is `immh<2:0>:immb`.

macro_rules! simd_scalar_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Advanced SIMD scalar copy" {
    DupElemScalar       [01 0 11110000 imm5:5 0 0000 1 rn:5 rd:5] where |i| i.imm5() & 15 != 0;
}
class "Advanced SIMD scalar three same (FP16)" {
    FmulxScalarH        [01 0 11110 0 10 rm:5 00 011 1 rn:5 rd:5] : Fp16;
    FcmeqScalarH        [01 0 11110 0 10 rm:5 00 100 1 rn:5 rd:5] : Fp16;
    FrecpsScalarH       [01 0 11110 0 10 rm:5 00 111 1 rn:5 rd:5] : Fp16;
    FrsqrtsScalarH      [01 0 11110 1 10 rm:5 00 111 1 rn:5 rd:5] : Fp16;
    FcmgeScalarH        [01 1 11110 0 10 rm:5 00 100 1 rn:5 rd:5] : Fp16;
    FacgeScalarH        [01 1 11110 0 10 rm:5 00 101 1 rn:5 rd:5] : Fp16;
    FabdScalarH         [01 1 11110 1 10 rm:5 00 010 1 rn:5 rd:5] : Fp16;
    FcmgtScalarH        [01 1 11110 1 10 rm:5 00 100 1 rn:5 rd:5] : Fp16;
    FacgtScalarH        [01 1 11110 1 10 rm:5 00 101 1 rn:5 rd:5] : Fp16;
}
class "Advanced SIMD scalar two-register miscellaneous (FP16)" {
    FcvtnsScalarH       [01 0 11110 0 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtmsScalarH       [01 0 11110 0 111100 11011 10 rn:5 rd:5] : Fp16;
    FcvtasScalarH       [01 0 11110 0 111100 11100 10 rn:5 rd:5] : Fp16;
    ScvtfScalarH        [01 0 11110 0 111100 11101 10 rn:5 rd:5] : Fp16;
    FcmgtZeroScalarH    [01 0 11110 1 111100 01100 10 rn:5 rd:5] : Fp16;
    FcmeqZeroScalarH    [01 0 11110 1 111100 01101 10 rn:5 rd:5] : Fp16;
    FcmltZeroScalarH    [01 0 11110 1 111100 01110 10 rn:5 rd:5] : Fp16;
    FcvtpsScalarH       [01 0 11110 1 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtzsScalarH       [01 0 11110 1 111100 11011 10 rn:5 rd:5] : Fp16;
    FrecpeScalarH       [01 0 11110 1 111100 11101 10 rn:5 rd:5] : Fp16;
    FrecpxScalarH       [01 0 11110 1 111100 11111 10 rn:5 rd:5] : Fp16;
    FcvtnuScalarH       [01 1 11110 0 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtmuScalarH       [01 1 11110 0 111100 11011 10 rn:5 rd:5] : Fp16;
    FcvtauScalarH       [01 1 11110 0 111100 11100 10 rn:5 rd:5] : Fp16;
    UcvtfScalarH        [01 1 11110 0 111100 11101 10 rn:5 rd:5] : Fp16;
    FcmgeZeroScalarH    [01 1 11110 1 111100 01100 10 rn:5 rd:5] : Fp16;
    FcmleZeroScalarH    [01 1 11110 1 111100 01101 10 rn:5 rd:5] : Fp16;
    FcvtpuScalarH       [01 1 11110 1 111100 11010 10 rn:5 rd:5] : Fp16;
    FcvtzuScalarH       [01 1 11110 1 111100 11011 10 rn:5 rd:5] : Fp16;
    FrsqrteScalarH      [01 1 11110 1 111100 11101 10 rn:5 rd:5] : Fp16;
}
class "Advanced SIMD scalar three same extra" {
    SqrdmlahScalar      [01 1 11110 size:2 0 rm:5 1 0000 1 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
    SqrdmlshScalar      [01 1 11110 size:2 0 rm:5 1 0001 1 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
}
class "Advanced SIMD scalar two-register miscellaneous" {
    SuqaddScalar        [01 0 11110 size:2 10000 00011 10 rn:5 rd:5];
    SqabsScalar         [01 0 11110 size:2 10000 00111 10 rn:5 rd:5];
    CmgtZeroScalar      [01 0 11110 11 10000 01000 10 rn:5 rd:5];
    CmeqZeroScalar      [01 0 11110 11 10000 01001 10 rn:5 rd:5];
    CmltZeroScalar      [01 0 11110 11 10000 01010 10 rn:5 rd:5];
    AbsScalar           [01 0 11110 11 10000 01011 10 rn:5 rd:5];
    SqxtnScalar         [01 0 11110 size:2 10000 10100 10 rn:5 rd:5] where |i| i.size() != 3;
    FcvtnsScalar        [01 0 11110 0 sz 10000 11010 10 rn:5 rd:5];
    FcvtmsScalar        [01 0 11110 0 sz 10000 11011 10 rn:5 rd:5];
    FcvtasScalar        [01 0 11110 0 sz 10000 11100 10 rn:5 rd:5];
    ScvtfScalar         [01 0 11110 0 sz 10000 11101 10 rn:5 rd:5];
    FcmgtZeroScalar     [01 0 11110 1 sz 10000 01100 10 rn:5 rd:5];
    FcmeqZeroScalar     [01 0 11110 1 sz 10000 01101 10 rn:5 rd:5];
    FcmltZeroScalar     [01 0 11110 1 sz 10000 01110 10 rn:5 rd:5];
    FcvtpsScalar        [01 0 11110 1 sz 10000 11010 10 rn:5 rd:5];
    FcvtzsScalar        [01 0 11110 1 sz 10000 11011 10 rn:5 rd:5];
    FrecpeScalar        [01 0 11110 1 sz 10000 11101 10 rn:5 rd:5];
    FrecpxScalar        [01 0 11110 1 sz 10000 11111 10 rn:5 rd:5];
    UsqaddScalar        [01 1 11110 size:2 10000 00011 10 rn:5 rd:5];
    SqnegScalar         [01 1 11110 size:2 10000 00111 10 rn:5 rd:5];
    CmgeZeroScalar      [01 1 11110 11 10000 01000 10 rn:5 rd:5];
    CmleZeroScalar      [01 1 11110 11 10000 01001 10 rn:5 rd:5];
    NegScalar           [01 1 11110 11 10000 01011 10 rn:5 rd:5];
    SqxtunScalar        [01 1 11110 size:2 10000 10010 10 rn:5 rd:5] where |i| i.size() != 3;
    UqxtnScalar         [01 1 11110 size:2 10000 10100 10 rn:5 rd:5] where |i| i.size() != 3;
    FcvtxnScalar        [01 1 11110 01 10000 10110 10 rn:5 rd:5];
    FcvtnuScalar        [01 1 11110 0 sz 10000 11010 10 rn:5 rd:5];
    FcvtmuScalar        [01 1 11110 0 sz 10000 11011 10 rn:5 rd:5];
    FcvtauScalar        [01 1 11110 0 sz 10000 11100 10 rn:5 rd:5];
    UcvtfScalar         [01 1 11110 0 sz 10000 11101 10 rn:5 rd:5];
    FcmgeZeroScalar     [01 1 11110 1 sz 10000 01100 10 rn:5 rd:5];
    FcmleZeroScalar     [01 1 11110 1 sz 10000 01101 10 rn:5 rd:5];
    FcvtpuScalar        [01 1 11110 1 sz 10000 11010 10 rn:5 rd:5];
    FcvtzuScalar        [01 1 11110 1 sz 10000 11011 10 rn:5 rd:5];
    FrsqrteScalar       [01 1 11110 1 sz 10000 11101 10 rn:5 rd:5];
}
class "Advanced SIMD scalar pairwise" {
    AddpScalar          [01 0 11110 11 11000 11011 10 rn:5 rd:5];
    FmaxnmpScalarH      [01 0 11110 00 11000 01100 10 rn:5 rd:5] : Fp16;
    FaddpScalarH        [01 0 11110 00 11000 01101 10 rn:5 rd:5] : Fp16;
    FmaxpScalarH        [01 0 11110 00 11000 01111 10 rn:5 rd:5] : Fp16;
    FminnmpScalarH      [01 0 11110 10 11000 01100 10 rn:5 rd:5] : Fp16;
    FminpScalarH        [01 0 11110 10 11000 01111 10 rn:5 rd:5] : Fp16;
    FmaxnmpScalar       [01 1 11110 0 sz 11000 01100 10 rn:5 rd:5];
    FaddpScalar         [01 1 11110 0 sz 11000 01101 10 rn:5 rd:5];
    FmaxpScalar         [01 1 11110 0 sz 11000 01111 10 rn:5 rd:5];
    FminnmpScalar       [01 1 11110 1 sz 11000 01100 10 rn:5 rd:5];
    FminpScalar         [01 1 11110 1 sz 11000 01111 10 rn:5 rd:5];
}
class "Advanced SIMD scalar three different" {
    SqdmlalScalar       [01 0 11110 size:2 1 rm:5 1001 00 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmlslScalar       [01 0 11110 size:2 1 rm:5 1011 00 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmullScalar       [01 0 11110 size:2 1 rm:5 1101 00 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
}
class "Advanced SIMD scalar three same" {
    SqaddScalar         [01 0 11110 size:2 1 rm:5 00001 1 rn:5 rd:5];
    SqsubScalar         [01 0 11110 size:2 1 rm:5 00101 1 rn:5 rd:5];
    CmgtScalar          [01 0 11110 11 1 rm:5 00110 1 rn:5 rd:5];
    CmgeScalar          [01 0 11110 11 1 rm:5 00111 1 rn:5 rd:5];
    SshlScalar          [01 0 11110 11 1 rm:5 01000 1 rn:5 rd:5];
    SqshlScalar         [01 0 11110 size:2 1 rm:5 01001 1 rn:5 rd:5];
    SrshlScalar         [01 0 11110 11 1 rm:5 01010 1 rn:5 rd:5];
    SqrshlScalar        [01 0 11110 size:2 1 rm:5 01011 1 rn:5 rd:5];
    AddScalar           [01 0 11110 11 1 rm:5 10000 1 rn:5 rd:5];
    CmtstScalar         [01 0 11110 11 1 rm:5 10001 1 rn:5 rd:5];
    SqdmulhScalar       [01 0 11110 size:2 1 rm:5 10110 1 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    FmulxScalar         [01 0 11110 0 sz 1 rm:5 11011 1 rn:5 rd:5];
    FcmeqScalar         [01 0 11110 0 sz 1 rm:5 11100 1 rn:5 rd:5];
    FrecpsScalar        [01 0 11110 0 sz 1 rm:5 11111 1 rn:5 rd:5];
    FrsqrtsScalar       [01 0 11110 1 sz 1 rm:5 11111 1 rn:5 rd:5];
    UqaddScalar         [01 1 11110 size:2 1 rm:5 00001 1 rn:5 rd:5];
    UqsubScalar         [01 1 11110 size:2 1 rm:5 00101 1 rn:5 rd:5];
    CmhiScalar          [01 1 11110 11 1 rm:5 00110 1 rn:5 rd:5];
    CmhsScalar          [01 1 11110 11 1 rm:5 00111 1 rn:5 rd:5];
    UshlScalar          [01 1 11110 11 1 rm:5 01000 1 rn:5 rd:5];
    UqshlScalar         [01 1 11110 size:2 1 rm:5 01001 1 rn:5 rd:5];
    UrshlScalar         [01 1 11110 11 1 rm:5 01010 1 rn:5 rd:5];
    UqrshlScalar        [01 1 11110 size:2 1 rm:5 01011 1 rn:5 rd:5];
    SubScalar           [01 1 11110 11 1 rm:5 10000 1 rn:5 rd:5];
    CmeqScalar          [01 1 11110 11 1 rm:5 10001 1 rn:5 rd:5];
    SqrdmulhScalar      [01 1 11110 size:2 1 rm:5 10110 1 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    FcmgeScalar         [01 1 11110 0 sz 1 rm:5 11100 1 rn:5 rd:5];
    FacgeScalar         [01 1 11110 0 sz 1 rm:5 11101 1 rn:5 rd:5];
    FabdScalar          [01 1 11110 1 sz 1 rm:5 11010 1 rn:5 rd:5];
    FcmgtScalar         [01 1 11110 1 sz 1 rm:5 11100 1 rn:5 rd:5];
    FacgtScalar         [01 1 11110 1 sz 1 rm:5 11101 1 rn:5 rd:5];
}
class "Advanced SIMD scalar shift by immediate" {
    SshrScalar          [01 0 111110 1 shift:6 00000 1 rn:5 rd:5];
    SsraScalar          [01 0 111110 1 shift:6 00010 1 rn:5 rd:5];
    SrshrScalar         [01 0 111110 1 shift:6 00100 1 rn:5 rd:5];
    SrsraScalar         [01 0 111110 1 shift:6 00110 1 rn:5 rd:5];
    ShlScalar           [01 0 111110 1 shift:6 01010 1 rn:5 rd:5];
    SqshlImmScalar      [01 0 111110 immh:4 immb:3 01110 1 rn:5 rd:5] where |i| i.immh() != 0;
    SqshrnScalar        [01 0 111110 immh:4 immb:3 10010 1 rn:5 rd:5]
        where |i| i.immh() != 0 && i.immh() < 8;
    SqrshrnScalar       [01 0 111110 immh:4 immb:3 10011 1 rn:5 rd:5]
        where |i| i.immh() != 0 && i.immh() < 8;
    ScvtfFixedScalar    [01 0 111110 immh:4 immb:3 11100 1 rn:5 rd:5] where |i| i.immh() > 1;
    FcvtzsFixedScalar   [01 0 111110 immh:4 immb:3 11111 1 rn:5 rd:5] where |i| i.immh() > 1;
    UshrScalar          [01 1 111110 1 shift:6 00000 1 rn:5 rd:5];
    UsraScalar          [01 1 111110 1 shift:6 00010 1 rn:5 rd:5];
    UrshrScalar         [01 1 111110 1 shift:6 00100 1 rn:5 rd:5];
    UrsraScalar         [01 1 111110 1 shift:6 00110 1 rn:5 rd:5];
    SriScalar           [01 1 111110 1 shift:6 01000 1 rn:5 rd:5];
    SliScalar           [01 1 111110 1 shift:6 01010 1 rn:5 rd:5];
    SqshluScalar        [01 1 111110 immh:4 immb:3 01100 1 rn:5 rd:5] where |i| i.immh() != 0;
    UqshlImmScalar      [01 1 111110 immh:4 immb:3 01110 1 rn:5 rd:5] where |i| i.immh() != 0;
    SqshrunScalar       [01 1 111110 immh:4 immb:3 10000 1 rn:5 rd:5]
        where |i| i.immh() != 0 && i.immh() < 8;
    SqrshrunScalar      [01 1 111110 immh:4 immb:3 10001 1 rn:5 rd:5]
        where |i| i.immh() != 0 && i.immh() < 8;
    UqshrnScalar        [01 1 111110 immh:4 immb:3 10010 1 rn:5 rd:5]
        where |i| i.immh() != 0 && i.immh() < 8;
    UqrshrnScalar       [01 1 111110 immh:4 immb:3 10011 1 rn:5 rd:5]
        where |i| i.immh() != 0 && i.immh() < 8;
    UcvtfFixedScalar    [01 1 111110 immh:4 immb:3 11100 1 rn:5 rd:5] where |i| i.immh() > 1;
    FcvtzuFixedScalar   [01 1 111110 immh:4 immb:3 11111 1 rn:5 rd:5] where |i| i.immh() > 1;
}
class "Advanced SIMD scalar x indexed element" {
    FmlaElemScalarH     [01 0 11111 00 l m rm:4 0001 h 0 rn:5 rd:5] : Fp16;
    FmlsElemScalarH     [01 0 11111 00 l m rm:4 0101 h 0 rn:5 rd:5] : Fp16;
    FmulElemScalarH     [01 0 11111 00 l m rm:4 1001 h 0 rn:5 rd:5] : Fp16;
    FmlaElemScalar      [01 0 11111 1 sz l m rm:4 0001 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || i.l() == 0;
    FmlsElemScalar      [01 0 11111 1 sz l m rm:4 0101 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || i.l() == 0;
    FmulElemScalar      [01 0 11111 1 sz l m rm:4 1001 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || i.l() == 0;
    SqdmlalElemScalar   [01 0 11111 size:2 l m rm:4 0011 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmlslElemScalar   [01 0 11111 size:2 l m rm:4 0111 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmullElemScalar   [01 0 11111 size:2 l m rm:4 1011 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqdmulhElemScalar   [01 0 11111 size:2 l m rm:4 1100 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    SqrdmulhElemScalar  [01 0 11111 size:2 l m rm:4 1101 h 0 rn:5 rd:5]
        where |i| i.size() == 1 || i.size() == 2;
    FmulxElemScalarH    [01 1 11111 00 l m rm:4 1001 h 0 rn:5 rd:5] : Fp16;
    FmulxElemScalar     [01 1 11111 1 sz l m rm:4 1001 h 0 rn:5 rd:5]
        where |i| i.sz() == 0 || i.l() == 0;
    SqrdmlahElemScalar  [01 1 11111 size:2 l m rm:4 1101 h 0 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
    SqrdmlshElemScalar  [01 1 11111 size:2 l m rm:4 1111 h 0 rn:5 rd:5] : Rdm
        where |i| i.size() == 1 || i.size() == 2;
}
    ] $($more)* } };
}
