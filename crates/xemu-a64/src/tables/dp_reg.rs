//! Data processing, register (Arm ARM C4.1, "Data Processing -- Register").

macro_rules! dp_reg_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Data-processing (2 source)" {
    Udiv                [sf 0011010110 rm:5 000010 rn:5 rd:5];
    Sdiv                [sf 0011010110 rm:5 000011 rn:5 rd:5];
    /// LSLV, LSRV, ASRV, RORV: `op2` 0 to 3.
    ShiftV              [sf 0011010110 rm:5 0010 op2:2 rn:5 rd:5];
    /// CRC32 and CRC32C (`c`) of 8 << `sz` bits; `sf` is set for 64 bits alone.
    Crc32               [sf 0011010110 rm:5 010 c sz:2 rn:5 rd:5] : Crc32
        where |i| (i.sf() == 1) == (i.sz() == 3);
    /// SMAX, UMAX, SMIN, UMIN (register): `opc` 0 to 3.
    MinMaxReg           [sf 0011010110 rm:5 0110 opc:2 rn:5 rd:5] : Cssc;
    Subp                [1 0011010110 rm:5 000000 rn:5 rd:5] : Mte;
    Subps               [1 0111010110 rm:5 000000 rn:5 rd:5] : Mte;
    Irg                 [1 0011010110 rm:5 000100 rn:5 rd:5] : Mte;
    Gmi                 [1 0011010110 rm:5 000101 rn:5 rd:5] : Mte;
    Pacga               [1 0011010110 rm:5 001100 rn:5 rd:5] : Pauth;
}
class "Data-processing (1 source)" {
    Rbit                [sf 101101011000000000000 rn:5 rd:5];
    Rev16               [sf 101101011000000000001 rn:5 rd:5];
    /// REV of a W register, REV32 of an X register.
    Rev32               [sf 101101011000000000010 rn:5 rd:5];
    /// REV of an X register.
    Rev64               [1 101101011000000000011 rn:5 rd:5];
    Clz                 [sf 101101011000000000100 rn:5 rd:5];
    Cls                 [sf 101101011000000000101 rn:5 rd:5];
    Ctz                 [sf 101101011000000000110 rn:5 rd:5] : Cssc;
    /// CNT of a general register.
    Cnt                 [sf 101101011000000000111 rn:5 rd:5] : Cssc;
    /// ABS of a general register.
    Abs                 [sf 101101011000000001000 rn:5 rd:5] : Cssc;
    /// PACIA, PACIB, PACDA, PACDB: `key` 0 to 3.
    Pac                 [1 10110101100000100 00 key:2 rn:5 rd:5] : Pauth;
    /// AUTIA, AUTIB, AUTDA, AUTDB: `key` 0 to 3.
    Aut                 [1 10110101100000100 01 key:2 rn:5 rd:5] : Pauth;
    /// PACIZA, PACIZB, PACDZA, PACDZB: `key` 0 to 3.
    PacZ                [1 10110101100000100 10 key:2 11111 rd:5] : Pauth;
    /// AUTIZA, AUTIZB, AUTDZA, AUTDZB: `key` 0 to 3.
    AutZ                [1 10110101100000100 11 key:2 11111 rd:5] : Pauth;
    /// XPACI, XPACD (`d`).
    Xpac                [1 10110101100000101 000 d 11111 rd:5] : Pauth;
    /// PACNBIASPPC, PACNBIBSPPC.
    !Pacnbisppc         [1 10110101100000110 000 b 11111 11110] : PauthLr;
    /// PACIA171615, PACIB171615.
    !Paci171615         [1 10110101100000110 001 b 11111 11110] : PauthLr;
    /// AUTIASPPCR, AUTIBSPPCR.
    !Autisppcr          [1 10110101100000110 010 b rn:5 11110] : PauthLr;
    /// PACIASPPC, PACIBSPPC.
    !Pacisppc           [1 10110101100000110 100 b 11111 11110] : PauthLr;
    /// AUTIA171615, AUTIB171615.
    !Auti171615         [1 10110101100000110 111 b 11111 11110] : PauthLr;
}
class "Logical (shifted register)" {
    /// AND, ORR, EOR, ANDS (`opc` 0 to 3); `n` inverts the second operand.
    LogicalShifted      [sf opc:2 01010 shift:2 n rm:5 imm6:6 rn:5 rd:5]
        where |i| i.sf() == 1 || i.imm6() < 32;
}
class "Add/subtract (shifted register)" {
    /// ADD, ADDS, SUB, SUBS (shifted register): `op` subtracts, `s` sets flags.
    AddSubShifted       [sf op s 01011 shift:2 0 rm:5 imm6:6 rn:5 rd:5]
        where |i| i.shift() != 3 && (i.sf() == 1 || i.imm6() < 32);
}
class "Add/subtract (extended register)" {
    /// ADD, ADDS, SUB, SUBS (extended register): `op` subtracts, `s` sets flags.
    AddSubExtended      [sf op s 01011001 rm:5 option:3 imm3:3 rn:5 rd:5] where |i| i.imm3() <= 4;
}
class "Add/subtract (with carry)" {
    /// ADC, ADCS, SBC, SBCS: `op` subtracts, `s` sets flags.
    AddSubCarry         [sf op s 11010000 rm:5 000000 rn:5 rd:5];
}
class "Add/subtract (checked pointer)" {
    !AddSubPt           [1 op 0 11010000 rm:5 001 imm3:3 rn:5 rd:5] : Cpa;
}
class "Rotate right into flags" {
    Rmif                [10111010000 imm6:6 00001 rn:5 0 mask:4] : FlagM;
}
class "Evaluate into flags" {
    /// SETF8, SETF16 (`sz`).
    Setf                [00111010000 000000 sz 0010 rn:5 01101] : FlagM;
}
class "Conditional compare (register)" {
    /// CCMN, CCMP (`op`) with a register.
    CondCompareReg      [sf op 111010010 rm:5 cond:4 00 rn:5 0 nzcv:4];
}
class "Conditional compare (immediate)" {
    /// CCMN, CCMP (`op`) with an immediate.
    CondCompareImm      [sf op 111010010 imm5:5 cond:4 10 rn:5 0 nzcv:4];
}
class "Conditional select" {
    /// CSEL, CSINC, CSINV, CSNEG: `op` inverts, `o2` increments the second operand.
    CondSelect          [sf op 011010100 rm:5 cond:4 0 o2 rn:5 rd:5];
}
class "Data-processing (3 source)" {
    /// MADD, MSUB (`o0`).
    MaddMsub            [sf 0011011000 rm:5 o0 ra:5 rn:5 rd:5];
    /// SMADDL, SMSUBL (`o0`).
    Smaddl              [10011011001 rm:5 o0 ra:5 rn:5 rd:5];
    Smulh               [10011011010 rm:5 0 ----- rn:5 rd:5];
    /// MADDPT, MSUBPT (`o0`).
    !MaddPt             [10011011011 rm:5 o0 ra:5 rn:5 rd:5] : Cpa;
    /// UMADDL, UMSUBL (`o0`).
    Umaddl              [10011011101 rm:5 o0 ra:5 rn:5 rd:5];
    Umulh               [10011011110 rm:5 0 ----- rn:5 rd:5];
}
    ] $($more)* } };
}
