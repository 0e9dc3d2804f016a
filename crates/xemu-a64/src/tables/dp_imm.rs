//! Data processing, immediate (Arm ARM C4.1, "Data Processing -- Immediate").

macro_rules! dp_imm_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "PC-rel. addressing" {
    Adr                 [0 immlo:2 10000 immhi:s19 rd:5];
    Adrp                [1 immlo:2 10000 immhi:s19 rd:5];
}
class "Add/subtract (immediate)" {
    /// ADD, ADDS, SUB, SUBS (immediate): `op` subtracts, `s` sets flags, `sh` shifts by 12.
    AddSubImm           [sf op s 100010 sh imm12:12 rn:5 rd:5];
}
class "Add/subtract (immediate, with tags)" {
    Addg                [1 0 0 1000110 uimm6:6 -- uimm4:4 rn:5 rd:5] : Mte;
    Subg                [1 1 0 1000110 uimm6:6 -- uimm4:4 rn:5 rd:5] : Mte;
}
class "Min/max (immediate)" {
    /// SMAX, UMAX, SMIN, UMIN (immediate), `opc` 0 to 3.
    MinMaxImm           [sf 0 0 1000111 00 opc:2 imm8:8 rn:5 rd:5] : Cssc;
}
class "Logical (immediate)" {
    /// AND, ORR, EOR, ANDS (immediate), `opc` 0 to 3.
    LogicalImm          [sf opc:2 100100 n immr:6 imms:6 rn:5 rd:5]
        where |i| bit_masks_allocated(i.n(), i.imms(), i.sf());
}
class "Move wide (immediate)" {
    Movn                [sf 00 100101 hw:2 imm16:16 rd:5] where |i| i.sf() == 1 || i.hw() < 2;
    Movz                [sf 10 100101 hw:2 imm16:16 rd:5] where |i| i.sf() == 1 || i.hw() < 2;
    Movk                [sf 11 100101 hw:2 imm16:16 rd:5] where |i| i.sf() == 1 || i.hw() < 2;
}
class "Bitfield" {
    Sbfm                [sf 00 100110 n immr:6 imms:6 rn:5 rd:5]
        where |i| bitfield_allocated(i.sf(), i.n(), i.immr(), i.imms());
    Bfm                 [sf 01 100110 n immr:6 imms:6 rn:5 rd:5]
        where |i| bitfield_allocated(i.sf(), i.n(), i.immr(), i.imms());
    Ubfm                [sf 10 100110 n immr:6 imms:6 rn:5 rd:5]
        where |i| bitfield_allocated(i.sf(), i.n(), i.immr(), i.imms());
}
class "Extract" {
    Extr                [sf 00 100111 n 0 rm:5 imms:6 rn:5 rd:5]
        where |i| bitfield_allocated(i.sf(), i.n(), 0, i.imms());
}
class "Data-processing (1 source immediate)" {
    !AutiasppcImm       [1 11 100111 00 imm16:16 11111] : PauthLr;
    !AutibsppcImm       [1 11 100111 01 imm16:16 11111] : PauthLr;
}
    ] $($more)* } };
}
