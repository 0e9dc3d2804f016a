//! Branches, exceptions and system instructions (Arm ARM C4.1, "Branches, Exception Generating
//! and System instructions"), and the reserved group with UDF.

macro_rules! branch_sys_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Reserved" {
    Udf                 [0000000000000000 imm16:16];
}
class "Conditional branch (immediate)" {
    BCond               [01010100 imm19:s19 0 cond:4];
    BcCond              [01010100 imm19:s19 1 cond:4] : Hbc;
}
class "Miscellaneous branch (immediate)" {
    !RetaasppcImm       [01010101 000 imm16:16 11111] : PauthLr;
    !RetabsppcImm       [01010101 001 imm16:16 11111] : PauthLr;
}
class "Compare registers and branch" {
    /// CBGT, CBGE, CBHI, CBHS, CBEQ, CBNE (register): `cc` 0 to 3, 6, 7.
    CompareRegBranch    [sf 1110100 cc:3 rm:5 00 imm9:s9 rt:5] : Cmpbr
        where |i| i.cc() & 6 != 4;
    /// CBBcc: as [`CompareRegBranch`], on bytes.
    CompareByteBranch   [0 1110100 cc:3 rm:5 10 imm9:s9 rt:5] : Cmpbr where |i| i.cc() & 6 != 4;
    /// CBHcc: as [`CompareRegBranch`], on halfwords.
    CompareHalfBranch   [0 1110100 cc:3 rm:5 11 imm9:s9 rt:5] : Cmpbr where |i| i.cc() & 6 != 4;
}
class "Compare register with immediate and branch" {
    /// CBGT, CBLT, CBHI, CBLO, CBEQ, CBNE (immediate): `cc` 0 to 3, 6, 7.
    CompareImmBranch    [sf 1110101 cc:3 imm6:6 0 imm9:s9 rt:5] : Cmpbr
        where |i| i.cc() & 6 != 4;
}
class "Exception generation" {
    Svc                 [11010100 000 imm16:16 000 01];
    Hvc                 [11010100 000 imm16:16 000 10];
    Smc                 [11010100 000 imm16:16 000 11];
    Brk                 [11010100 001 imm16:16 000 00];
    Hlt                 [11010100 010 imm16:16 000 00];
    !Tcancel            [11010100 011 imm16:16 000 00] : Tme;
    /// DCPS1, DCPS2, DCPS3: `ll` is the target exception level.
    Dcps                [11010100 101 imm16:16 000 ll:2] where |i| i.ll() != 0;
}
class "System instructions with register argument" {
    Wfet                [11010101000000110001 0000 000 rt:5] : Wfxt;
    Wfit                [11010101000000110001 0000 001 rt:5] : Wfxt;
}
class "Hints" {
    Nop                 [11010101000000110010 0000 000 11111];
    Yield               [11010101000000110010 0000 001 11111];
    Wfe                 [11010101000000110010 0000 010 11111];
    Wfi                 [11010101000000110010 0000 011 11111];
    Sev                 [11010101000000110010 0000 100 11111];
    Sevl                [11010101000000110010 0000 101 11111];
    Dgh                 [11010101000000110010 0000 110 11111] : Dgh;
    /// XPACLRI: strips the pointer authentication code from X30.
    Xpaclri             [11010101000000110010 0000 111 11111] : Pauth;
    Pacia1716           [11010101000000110010 0001 000 11111] : Pauth;
    Pacib1716           [11010101000000110010 0001 010 11111] : Pauth;
    Autia1716           [11010101000000110010 0001 100 11111] : Pauth;
    Autib1716           [11010101000000110010 0001 110 11111] : Pauth;
    Esb                 [11010101000000110010 0010 000 11111] : Ras;
    PsbCsync            [11010101000000110010 0010 001 11111] : Spe;
    TsbCsync            [11010101000000110010 0010 010 11111] : Trf;
    Gcsb                [11010101000000110010 0010 011 11111] : Gcs;
    Csdb                [11010101000000110010 0010 100 11111];
    Clrbhb              [11010101000000110010 0010 110 11111] : Clrbhb;
    Paciaz              [11010101000000110010 0011 000 11111] : Pauth;
    Paciasp             [11010101000000110010 0011 001 11111] : Pauth;
    Pacibz              [11010101000000110010 0011 010 11111] : Pauth;
    Pacibsp             [11010101000000110010 0011 011 11111] : Pauth;
    Autiaz              [11010101000000110010 0011 100 11111] : Pauth;
    Autiasp             [11010101000000110010 0011 101 11111] : Pauth;
    Autibz              [11010101000000110010 0011 110 11111] : Pauth;
    Autibsp             [11010101000000110010 0011 111 11111] : Pauth;
    /// BTI: `op` is the permitted branch type (0 none, 1 c, 2 j, 3 jc).
    Bti                 [11010101000000110010 0100 op:2 0 11111] : Bti;
    Pacm                [11010101000000110010 0100 111 11111] : PauthLr;
    Chkfeat             [11010101000000110010 0101 000 11111] : Chk;
    /// Every other hint: executes as NOP.
    Hint                [11010101000000110010 crm:4 op2:3 11111]
        fallback_of(Nop Yield Wfe Wfi Sev Sevl Dgh Xpaclri Pacia1716 Pacib1716 Autia1716 Autib1716
            Esb PsbCsync TsbCsync Gcsb Csdb Clrbhb Paciaz Paciasp Pacibz Pacibsp Autiaz Autiasp
            Autibz Autibsp Bti Pacm Chkfeat);
}
class "Barriers" {
    DsbNxs              [11010101000000110011 imm2:2 10 001 11111] : Xs;
    Clrex               [11010101000000110011 crm:4 010 11111];
    !Tcommit            [11010101000000110011 0000 011 11111] : Tme;
    /// DSB, SSBB (`crm` 0) and PSSBB (`crm` 4).
    Dsb                 [11010101000000110011 crm:4 100 11111];
    Dmb                 [11010101000000110011 crm:4 101 11111];
    Isb                 [11010101000000110011 crm:4 110 11111];
    Sb                  [11010101000000110011 ---- 111 11111] : Sb;
}
class "PSTATE" {
    Cfinv               [1101010100000 000 0100 ---- 000 11111] : FlagM;
    Xaflag              [1101010100000 000 0100 ---- 001 11111] : FlagM2;
    Axflag              [1101010100000 000 0100 ---- 010 11111] : FlagM2;
    /// MSR (immediate) to SSBS, DIT, TCO, the DAIF masks and PSTATE fields of higher levels.
    MsrImm              [1101010100000 op1:3 0100 crm:4 op2:3 11111]
        fallback_of(Cfinv Xaflag Axflag) where |i| msr_imm_allocated(i.op1(), i.crm(), i.op2());
}
class "Shared store hint" {
    /// STSHH: a hint about the next store.
    Stshh               [11010101000000011001 0110 00 policy 11111] : PcdpHint;
}
class "System with result" {
    !Tstart             [1101010100100 011 0011 0000 011 rt:5] : Tme;
    !Ttest              [1101010100100 011 0011 0001 011 rt:5] : Tme;
}
class "System instructions" {
    /// SYS: cache, TLB, address translation and prediction maintenance.
    Sys                 [1101010100 0 01 op1:3 crn:4 crm:4 op2:3 rt:5];
    Sysl                [1101010100 1 01 op1:3 crn:4 crm:4 op2:3 rt:5];
}
class "System register move" {
    /// MSR (register): `o0` is the low bit of the register's op0, which is 2 or 3.
    MsrReg              [1101010100 0 1 o0 op1:3 crn:4 crm:4 op2:3 rt:5];
    /// MRS: `o0` is the low bit of the register's op0, which is 2 or 3.
    Mrs                 [1101010100 1 1 o0 op1:3 crn:4 crm:4 op2:3 rt:5];
}
class "System pair instructions" {
    !Sysp               [1101010101 0 01 op1:3 crn:4 crm:4 op2:3 rt:5] : Sysinstr128
        where |i| i.rt() & 1 == 0 || i.rt() == 31;
}
class "System register pair move" {
    !Msrr               [1101010101 0 1 o0 op1:3 crn:4 crm:4 op2:3 rt:4 0] : D128;
    !Mrrs               [1101010101 1 1 o0 op1:3 crn:4 crm:4 op2:3 rt:4 0] : D128;
}
class "Unconditional branch (register)" {
    Br                  [1101011 0000 11111 000000 rn:5 00000];
    Blr                 [1101011 0001 11111 000000 rn:5 00000];
    Ret                 [1101011 0010 11111 000000 rn:5 00000];
    Eret                [1101011 0100 11111 000000 11111 00000];
    Drps                [1101011 0101 11111 000000 11111 00000];
    /// BRAAZ, BRABZ: `m` is the key.
    BraZ                [1101011 0000 11111 00001 m rn:5 11111] : Pauth;
    /// BLRAAZ, BLRABZ: `m` is the key.
    BlraZ               [1101011 0001 11111 00001 m rn:5 11111] : Pauth;
    /// RETAA, RETAB: `m` is the key.
    Reta                [1101011 0010 11111 00001 m 11111 11111] : Pauth;
    !RetasppcReg        [1101011 0010 11111 00001 m 11111 rm:5] : PauthLr fallback_of(Reta);
    /// ERETAA, ERETAB: `m` is the key.
    Ereta               [1101011 0100 11111 00001 m 11111 11111] : Pauth;
    /// BRAA, BRAB: `m` is the key, `rm` the modifier (31 is SP).
    Bra                 [1101011 1000 11111 00001 m rn:5 rm:5] : Pauth;
    /// BLRAA, BLRAB: `m` is the key, `rm` the modifier (31 is SP).
    Blra                [1101011 1001 11111 00001 m rn:5 rm:5] : Pauth;
}
class "Unconditional branch (immediate)" {
    B                   [0 00101 imm26:s26];
    Bl                  [1 00101 imm26:s26];
}
class "Compare and branch (immediate)" {
    /// CBZ, CBNZ: `op` 1 branches on non-zero.
    CompareBranch       [sf 011010 op imm19:s19 rt:5];
}
class "Test and branch (immediate)" {
    /// TBZ, TBNZ: `op` 1 branches on non-zero; the bit number is `b5:b40`.
    TestBranch          [b5 011011 op b40:5 imm14:s14 rt:5];
}
    ] $($more)* } };
}
