//! Pairs of ops that differ in width only, indexed by the manual's `sf`.

use xemu_ir::Op;

/// The 32-bit op, then the 64-bit one.
pub(crate) type Sized2 = [Op; 2];

macro_rules! sized {
    ($($name:ident $w:ident $x:ident;)*) => {
        $(pub(crate) const $name: Sized2 = [Op::$w, Op::$x];)*
    };
}

sized! {
    ADD Add32 Add64;
    SUB Sub32 Sub64;
    AND And32 And64;
    OR Or32 Or64;
    XOR Xor32 Xor64;
    ANDN Andn32 Andn64;
    ORN Orn32 Orn64;
    XORN Xorn32 Xorn64;
    NOT Not32 Not64;
    NEG Neg32 Neg64;
    SHL Shl32 Shl64;
    SHR Shr32 Shr64;
    SAR Sar32 Sar64;
    ROR Ror32 Ror64;
    EXTR Extr32 Extr64;
    UBFX Ubfx32 Ubfx64;
    SBFX Sbfx32 Sbfx64;
    BFI Bfi32 Bfi64;
    MUL Mul32 Mul64;
    UDIV Udiv32 Udiv64;
    SDIV Sdiv32 Sdiv64;
    CLZ Clz32 Clz64;
    CLS Cls32 Cls64;
    CTZ Ctz32 Ctz64;
    POPCNT Popcnt32 Popcnt64;
    RBIT Rbit32 Rbit64;
    REV16 Rev16In32 Rev16In64;
    REV32 Rev32 Rev32In64;
    ABS Abs32 Abs64;
    SMAX Smax32 Smax64;
    SMIN Smin32 Smin64;
    UMAX Umax32 Umax64;
    UMIN Umin32 Umin64;
    ADDS Adds32 Adds64;
    SUBS Subs32 Subs64;
    ANDS Ands32 Ands64;
    ADC Adc32 Adc64;
    SBC Sbc32 Sbc64;
    ADCS Adcs32 Adcs64;
    SBCS Sbcs32 Sbcs64;
    CCMP Ccmp32 Ccmp64;
    CCMN Ccmn32 Ccmn64;
    CSEL Csel32 Csel64;
    CSINC Csinc32 Csinc64;
    CSINV Csinv32 Csinv64;
    CSNEG Csneg32 Csneg64;
    EXIT_IF_Z ExitIfZ32 ExitIfZ64;
    EXIT_IF_NZ ExitIfNz32 ExitIfNz64;
}
