//! Loads and stores (Arm ARM C4.1, "Loads and Stores").
//!
//! Integer and SIMD&FP accesses are separate rows; prefetches are separate from loads.

macro_rules! loads_stores_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Compare and swap pair" {
    /// CASP: `sz` selects pairs of X, `l` is acquire, `o0` release.
    Casp                [0 sz 0010000 l 1 rs:5 o0 11111 rn:5 rt:5] : Lse
        where |i| i.rs() & 1 == 0 && i.rt() & 1 == 0;
}
class "Compare and swap pair (unprivileged)" {
    !Caspt              [01 0010011 l 0 rs:5 o0 11111 rn:5 rt:5] : Lsui
        where |i| i.rs() & 1 == 0 && i.rt() & 1 == 0;
}
class "Advanced SIMD load/store multiple structures" {
    /// LD1 to LD4, ST1 to ST4 of whole registers; `opcode` gives structure and register count.
    LdStMultStruct      [0 q 0011000 l 000000 opcode:4 size:2 rn:5 rt:5]
        where |i| mult_struct_allocated(i.q(), i.opcode(), i.size());
}
class "Advanced SIMD load/store multiple structures (post-indexed)" {
    /// As [`LdStMultStruct`]; `rm` 31 adds the transfer size.
    LdStMultStructPost  [0 q 0011001 l 0 rm:5 opcode:4 size:2 rn:5 rt:5]
        where |i| mult_struct_allocated(i.q(), i.opcode(), i.size());
}
class "Advanced SIMD load/store single structure" {
    /// LDAP1, STL1 (no `l`) of one doubleword element.
    LdStOrderedLane     [0 q 0011010 l 0 00001 100 0 01 rn:5 rt:5] : Lrcpc3;
    /// LD1R to LD4R: `opcode<0>:r` plus one is the number of registers.
    LdReplicate         [0 q 0011010 1 r 00000 11 o 0 size:2 rn:5 rt:5];
    /// LD1 to LD4, ST1 to ST4 of one lane: `opcode<0>:r` plus one is the number of registers.
    LdStSingleStruct    [0 q 0011010 l r 00000 opcode:3 s size:2 rn:5 rt:5]
        fallback_of(LdReplicate)
        where |i| single_struct_allocated(i.opcode(), i.s(), i.size());
}
class "Advanced SIMD load/store single structure (post-indexed)" {
    /// As [`LdReplicate`]; `rm` 31 adds the transfer size.
    LdReplicatePost     [0 q 0011011 1 r rm:5 11 o 0 size:2 rn:5 rt:5];
    /// As [`LdStSingleStruct`]; `rm` 31 adds the transfer size.
    LdStSingleStructPost [0 q 0011011 l r rm:5 opcode:3 s size:2 rn:5 rt:5]
        fallback_of(LdReplicatePost)
        where |i| single_struct_allocated(i.opcode(), i.s(), i.size());
}
class "RCW compare and swap" {
    !RcwCas             [0 s 011001 a r 1 rs:5 000010 rn:5 rt:5] : The;
}
class "RCW compare and swap pair" {
    !RcwCasp            [0 s 011001 a r 1 rs:5 000011 rn:5 rt:5] : The
        where |i| i.rs() & 1 == 0 && i.rt() & 1 == 0;
}
class "128-bit atomic memory operations" {
    /// LDCLRP, LDSETP (`set`): `a` acquire, `r` release.
    LdAtomicPair        [00011001 a r 1 rt2:5 00 set 100 rn:5 rt:5] : Lse128
        where |i| i.rt() != 31 && i.rt2() != 31;
    Swpp                [00011001 a r 1 rt2:5 100000 rn:5 rt:5] : Lse128
        where |i| i.rt() != 31 && i.rt2() != 31;
    !RcwClrp            [0 s 011001 a r 1 rt2:5 100100 rn:5 rt:5] : The
        where |i| i.rt() != 31 && i.rt2() != 31;
    !RcwSwpp            [0 s 011001 a r 1 rt2:5 101000 rn:5 rt:5] : The
        where |i| i.rt() != 31 && i.rt2() != 31;
    !RcwSetp            [0 s 011001 a r 1 rt2:5 101100 rn:5 rt:5] : The
        where |i| i.rt() != 31 && i.rt2() != 31;
}
class "Atomic memory operations (unprivileged)" {
    /// LDTADD, LDTCLR, LDTSET (`opc` 0, 1, 3).
    !LdtAtomic          [0 sz 011001 a r 1 rs:5 0 opc:3 01 rn:5 rt:5] : Lsui
        where |i| matches!(i.opc(), 0 | 1 | 3);
    !Swpt               [0 sz 011001 a r 1 rs:5 1 000 01 rn:5 rt:5] : Lsui;
}
class "GCS load/store" {
    /// GCSSTR, GCSSTTR (`t`).
    Gcsstr              [1101100100011111000 t 11 rn:5 rt:5] : Gcs;
}
class "Load/store memory tags" {
    /// STG, post-indexed (`mode` 1), offset (2) or pre-indexed (3).
    Stg                 [11011001 001 imm9:s9 mode:2 rn:5 rt:5] : Mte fallback_of(Stzgm)
        where |i| i.mode() != 0;
    Stzgm               [11011001 001 000000000 00 rn:5 rt:5] : Mte2;
    /// STZG; `mode` as in [`Stg`].
    Stzg                [11011001 011 imm9:s9 mode:2 rn:5 rt:5] : Mte fallback_of(Ldg)
        where |i| i.mode() != 0;
    Ldg                 [11011001 011 imm9:s9 00 rn:5 rt:5] : Mte;
    /// ST2G; `mode` as in [`Stg`].
    St2g                [11011001 101 imm9:s9 mode:2 rn:5 rt:5] : Mte fallback_of(Stgm)
        where |i| i.mode() != 0;
    Stgm                [11011001 101 000000000 00 rn:5 rt:5] : Mte2;
    /// STZ2G; `mode` as in [`Stg`].
    Stz2g               [11011001 111 imm9:s9 mode:2 rn:5 rt:5] : Mte fallback_of(Ldgm)
        where |i| i.mode() != 0;
    Ldgm                [11011001 111 000000000 00 rn:5 rt:5] : Mte2;
}
class "Load/store exclusive pair" {
    /// STXP, STLXP (`o0`).
    Stxp                [1 sz 0010000 0 1 rs:5 o0 rt2:5 rn:5 rt:5];
    /// LDXP, LDAXP (`o0`).
    Ldxp                [1 sz 0010000 1 1 ----- o0 rt2:5 rn:5 rt:5];
}
class "Load/store exclusive register" {
    /// STXR, STLXR (`o0`) of 8 << `size` bits.
    Stxr                [size:2 0010000 0 0 rs:5 o0 ----- rn:5 rt:5];
    /// LDXR, LDAXR (`o0`) of 8 << `size` bits.
    Ldxr                [size:2 0010000 1 0 ----- o0 ----- rn:5 rt:5];
}
class "Load/store exclusive register (unprivileged)" {
    !Sttxr              [1 sz 0010010 0 0 rs:5 o0 ----- rn:5 rt:5] : Lsui;
    !Ldtxr              [1 sz 0010010 1 0 ----- o0 ----- rn:5 rt:5] : Lsui;
}
class "Load/store ordered" {
    /// STLR, or STLLR with `o0` 0.
    Stlr                [size:2 0010001 0 0 ----- o0 ----- rn:5 rt:5];
    /// LDAR, or LDLAR with `o0` 0.
    Ldar                [size:2 0010001 1 0 ----- o0 ----- rn:5 rt:5];
}
class "Compare and swap" {
    /// CAS of 8 << `size` bits: `l` acquire, `o0` release.
    Cas                 [size:2 0010001 l 1 rs:5 o0 11111 rn:5 rt:5] : Lse;
}
class "Compare and swap (unprivileged)" {
    !Cast               [11 0010011 l 0 rs:5 o0 11111 rn:5 rt:5] : Lsui;
}
class "LDIAPP/STILP" {
    /// STILP: pre-indexed without `noindex`.
    Stilp               [1 sz 0110010 0 0 rt2:5 000 noindex 10 rn:5 rt:5] : Lrcpc3;
    /// LDIAPP: post-indexed without `noindex`.
    Ldiapp              [1 sz 0110010 1 0 rt2:5 000 noindex 10 rn:5 rt:5] : Lrcpc3;
}
class "Load-acquire/store-release pair" {
    !Stlp               [11 0110010 0 0 rt2:5 0101 10 rn:5 rt:5] : Lscp;
    /// LDAP, LDAPP (`p`).
    !Ldap               [11 0110010 1 0 rt2:5 01 p 1 10 rn:5 rt:5] : Lscp;
}
class "LDAPR/STLR (writeback)" {
    /// STLR, pre-indexed by minus the access size.
    StlrPre             [1 sz 0110011 0 0 00000 0000 10 rn:5 rt:5] : Lrcpc3;
    /// LDAPR, post-indexed by the access size.
    LdaprPost           [1 sz 0110011 1 0 00000 0000 10 rn:5 rt:5] : Lrcpc3;
}
class "LDAPR/STLR (unscaled immediate)" {
    /// STLUR (`opc` 0), LDAPUR (1), LDAPURS to 64 bits (2) and to 32 bits (3).
    LdaprStlrUnscaled   [size:2 011001 opc:2 0 imm9:s9 00 rn:5 rt:5] : Lrcpc2
        where |i| int_access_allocated(i.size(), i.opc());
}
class "LDAPR/STLR (SIMD&FP)" {
    /// STLUR, LDAPUR of SIMD&FP registers: `opc<0>` loads, `opc<1>` is a Q register.
    LdaprStlrVecUnscaled [size:2 011101 opc:2 0 imm9:s9 10 rn:5 rt:5] : Lrcpc3
        where |i| i.size() == 0 || i.opc() < 2;
}
class "Load register (literal)" {
    /// LDR (literal): `opc` 0 W, 1 X, 2 LDRSW.
    LdrLit              [opc:2 011000 imm19:s19 rt:5] fallback_of(PrfmLit);
    PrfmLit             [11 011000 imm19:s19 rt:5];
    /// LDR (literal, SIMD&FP): `opc` 0 S, 1 D, 2 Q.
    LdrLitVec           [opc:2 011100 imm19:s19 rt:5] where |i| i.opc() != 3;
}
class "Memory copy and memory set" {
    /// CPYFP, CPYFM, CPYFE: `op1` 0 prologue, 1 main, 2 epilogue; `op2` the options.
    Cpyf                [00 011001 op1:2 0 rs:5 op2:4 01 rn:5 rd:5] : Mops fallback_of(Set)
        where |i| mops_copy_allocated(i.rs(), i.rn(), i.rd());
    /// SETP, SETM, SETE: `stage` 0 prologue, 1 main, 2 epilogue; `op2` the options.
    Set                 [00 011001 110 rs:5 stage:2 op2:2 01 rn:5 rd:5] : Mops
        where |i| i.stage() != 3 && mops_set_allocated(i.rs(), i.rn(), i.rd());
    /// CPYP, CPYM, CPYE: `op1` 0 prologue, 1 main, 2 epilogue; `op2` the options.
    Cpy                 [00 011101 op1:2 0 rs:5 op2:4 01 rn:5 rd:5] : Mops fallback_of(Setg)
        where |i| mops_copy_allocated(i.rs(), i.rn(), i.rd());
    /// SETGP, SETGM, SETGE: as [`Set`], with tags.
    Setg                [00 011101 110 rs:5 stage:2 op2:2 01 rn:5 rd:5] : Mops
        where |i| i.stage() != 3 && mops_set_allocated(i.rs(), i.rn(), i.rd());
}
class "Memory set with tags (option)" {
    /// SETGOP, SETGOM, SETGOE: `stage` 0 prologue, 1 main, 2 epilogue.
    !Setgo              [00 011101 110 11111 stage:2 op2:2 00 rn:5 rd:5] : MopsGo
        where |i| i.stage() != 3 && mops_set_allocated(32, i.rn(), i.rd());
}
class "Load/store no-allocate pair (offset)" {
    /// LDNP, STNP: `opc` 0 W, 2 X.
    LdStNoAllocPair     [opc:2 101000 0 l imm7:s7 rt2:5 rn:5 rt:5]
        fallback_of(LdtSttNoAllocPair) where |i| i.opc() & 1 == 0;
    !LdtSttNoAllocPair  [11 101 v 00 0 l imm7:s7 rt2:5 rn:5 rt:5] : Lsui;
    /// LDNP, STNP (SIMD&FP): `opc` 0 S, 1 D, 2 Q.
    LdStNoAllocPairVec  [opc:2 101100 0 l imm7:s7 rt2:5 rn:5 rt:5] fallback_of(LdtSttNoAllocPair);
}
class "Load/store register pair (post-indexed)" {
    /// LDP, STP: `opc` 0 W, 1 LDPSW, 2 X.
    LdStPairPost        [opc:2 101000 1 l imm7:s7 rt2:5 rn:5 rt:5]
        fallback_of(StgpPost LdtSttPairPost);
    StgpPost            [01 101000 1 0 imm7:s7 rt2:5 rn:5 rt:5] : Mte;
    /// LDP, STP (SIMD&FP): `opc` 0 S, 1 D, 2 Q.
    LdStPairPostVec     [opc:2 101100 1 l imm7:s7 rt2:5 rn:5 rt:5] fallback_of(LdtSttPairPost);
    !LdtSttPairPost     [11 101 v 00 1 l imm7:s7 rt2:5 rn:5 rt:5] : Lsui;
}
class "Load/store register pair (offset)" {
    /// LDP, STP: `opc` 0 W, 1 LDPSW, 2 X.
    LdStPair            [opc:2 101001 0 l imm7:s7 rt2:5 rn:5 rt:5] fallback_of(Stgp LdtSttPair);
    Stgp                [01 101001 0 0 imm7:s7 rt2:5 rn:5 rt:5] : Mte;
    /// LDP, STP (SIMD&FP): `opc` 0 S, 1 D, 2 Q.
    LdStPairVec         [opc:2 101101 0 l imm7:s7 rt2:5 rn:5 rt:5] fallback_of(LdtSttPair);
    !LdtSttPair         [11 101 v 01 0 l imm7:s7 rt2:5 rn:5 rt:5] : Lsui;
}
class "Load/store register pair (pre-indexed)" {
    /// LDP, STP: `opc` 0 W, 1 LDPSW, 2 X.
    LdStPairPre         [opc:2 101001 1 l imm7:s7 rt2:5 rn:5 rt:5]
        fallback_of(StgpPre LdtSttPairPre);
    StgpPre             [01 101001 1 0 imm7:s7 rt2:5 rn:5 rt:5] : Mte;
    /// LDP, STP (SIMD&FP): `opc` 0 S, 1 D, 2 Q.
    LdStPairPreVec      [opc:2 101101 1 l imm7:s7 rt2:5 rn:5 rt:5] fallback_of(LdtSttPairPre);
    !LdtSttPairPre      [11 101 v 01 1 l imm7:s7 rt2:5 rn:5 rt:5] : Lsui;
}
class "Load/store register (unscaled immediate)" {
    /// STUR (`opc` 0), LDUR (1), LDURS to 64 bits (2) and to 32 bits (3) of 8 << `size` bits.
    LdStUnscaled        [size:2 111000 opc:2 0 imm9:s9 00 rn:5 rt:5] fallback_of(Prfum)
        where |i| int_access_allocated(i.size(), i.opc());
    Prfum               [11 111000 10 0 imm9:s9 00 rn:5 rt:5];
    /// STUR, LDUR (SIMD&FP): `opc<0>` loads; `opc<1>:size` gives B, H, S, D, Q.
    LdStUnscaledVec     [size:2 111100 opc:2 0 imm9:s9 00 rn:5 rt:5]
        where |i| i.size() == 0 || i.opc() < 2;
}
class "Load/store register (immediate post-indexed)" {
    /// `opc` and `size` as in [`LdStUnscaled`].
    LdStPost            [size:2 111000 opc:2 0 imm9:s9 01 rn:5 rt:5]
        where |i| int_access_allocated(i.size(), i.opc());
    /// `opc` and `size` as in [`LdStUnscaledVec`].
    LdStPostVec         [size:2 111100 opc:2 0 imm9:s9 01 rn:5 rt:5]
        where |i| i.size() == 0 || i.opc() < 2;
}
class "Load/store register (unprivileged)" {
    /// STTR, LDTR: `opc` and `size` as in [`LdStUnscaled`].
    LdStUnpriv          [size:2 111000 opc:2 0 imm9:s9 10 rn:5 rt:5]
        where |i| int_access_allocated(i.size(), i.opc());
}
class "Load/store register (immediate pre-indexed)" {
    /// `opc` and `size` as in [`LdStUnscaled`].
    LdStPre             [size:2 111000 opc:2 0 imm9:s9 11 rn:5 rt:5]
        where |i| int_access_allocated(i.size(), i.opc());
    /// `opc` and `size` as in [`LdStUnscaledVec`].
    LdStPreVec          [size:2 111100 opc:2 0 imm9:s9 11 rn:5 rt:5]
        where |i| i.size() == 0 || i.opc() < 2;
}
class "Atomic memory operations" {
    /// LDADD, LDCLR, LDEOR, LDSET, LDSMAX, LDSMIN, LDUMAX, LDUMIN: `opc` 0 to 7; `a` acquire, `r`
    /// release; 8 << `size` bits.
    LdAtomic            [size:2 111000 a r 1 rs:5 0 opc:3 00 rn:5 rt:5] : Lse;
    /// SWP; fields as in [`LdAtomic`].
    Swp                 [size:2 111000 a r 1 rs:5 1 000 00 rn:5 rt:5] : Lse;
    /// RCWCLR, RCWSCLR (`s`).
    !RcwClr             [0 s 111000 a r 1 rs:5 1 001 00 rn:5 rt:5] : The;
    !RcwSwp             [0 s 111000 a r 1 rs:5 1 010 00 rn:5 rt:5] : The;
    !RcwSet             [0 s 111000 a r 1 rs:5 1 011 00 rn:5 rt:5] : The;
    /// LDAPR of 8 << `size` bits.
    Ldapr               [size:2 111000 1 0 1 ----- 1 100 00 rn:5 rt:5] : Lrcpc;
    /// LDFADD, LDFMAX, LDFMIN, LDFMAXNM, LDFMINNM (`opc` 0, 4 to 7); `size` 0 is BF16.
    !LdfAtomic          [size:2 111100 a r 1 rs:5 0 opc:3 00 rn:5 rt:5] : Lsfe
        where |i| i.opc() == 0 || i.opc() >= 4;
    /// STFADD, STFMAX, STFMIN, STFMAXNM, STFMINNM (`opc` 0, 4 to 7); `size` 0 is BF16.
    !StfAtomic          [size:2 111100 0 r 1 rs:5 1 opc:3 00 rn:5 11111] : Lsfe
        where |i| i.opc() == 0 || i.opc() >= 4;
    !St64b              [11 111000 0 0 1 11111 1 001 00 rn:5 rt:5] : Ls64
        where |i| ls64_allocated(i.rt());
    !St64bv0            [11 111000 0 0 1 rs:5 1 010 00 rn:5 rt:5] : Ls64
        where |i| ls64_allocated(i.rt());
    !St64bv             [11 111000 0 0 1 rs:5 1 011 00 rn:5 rt:5] : Ls64
        where |i| ls64_allocated(i.rt());
    !Ld64b              [11 111000 0 0 1 11111 1 101 00 rn:5 rt:5] : Ls64
        where |i| ls64_allocated(i.rt());
}
class "Load/store register (register offset)" {
    /// `opc` and `size` as in [`LdStUnscaled`]; `s` shifts the offset by the access size.
    LdStReg             [size:2 111000 opc:2 1 rm:5 option:3 s 10 rn:5 rt:5] fallback_of(PrfmReg)
        where |i| i.option() & 2 != 0 && int_access_allocated(i.size(), i.opc());
    /// PRFM (register) and RPRFM.
    PrfmReg             [11 111000 10 1 rm:5 option:3 s 10 rn:5 rt:5] where |i| i.option() & 2 != 0;
    /// `opc` and `size` as in [`LdStUnscaledVec`].
    LdStRegVec          [size:2 111100 opc:2 1 rm:5 option:3 s 10 rn:5 rt:5]
        where |i| i.option() & 2 != 0 && (i.size() == 0 || i.opc() < 2);
}
class "Load/store register (pac)" {
    /// LDRAA, LDRAB (`m`): the offset is `s:imm9` times 8; `w` writes it back.
    Ldra                [11 111000 m s 1 imm9:9 w 1 rn:5 rt:5] : Pauth;
}
class "Load/store register (unsigned immediate)" {
    /// `opc` and `size` as in [`LdStUnscaled`].
    LdStUnsignedImm     [size:2 111001 opc:2 imm12:12 rn:5 rt:5] fallback_of(PrfmImm)
        where |i| int_access_allocated(i.size(), i.opc());
    PrfmImm             [11 111001 10 imm12:12 rn:5 rt:5];
    /// `opc` and `size` as in [`LdStUnscaledVec`].
    LdStUnsignedImmVec  [size:2 111101 opc:2 imm12:12 rn:5 rt:5]
        where |i| i.size() == 0 || i.opc() < 2;
}
    ] $($more)* } };
}
