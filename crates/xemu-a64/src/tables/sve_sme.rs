//! Scalable vectors and matrices (Arm ARM C4.1, "SVE encodings" and "SME encodings").
//!
//! One row for each group of encodings: none is executed, and the rows do not tell allocated
//! words from unallocated ones.

macro_rules! sve_sme_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "SME encodings" {
    !Sme                [1 op0:2 0000 -------------------------] : Sme;
}
class "SVE encodings" {
    !SveInteger         [000 0010 -------------------------] : Sve;
    !SveCompare         [001 0010 -------------------------] : Sve;
    !SveMultiply        [010 0010 -------------------------] : Sve;
    !SveFloat           [011 0010 -------------------------] : Sve;
    !SveGather32        [100 0010 -------------------------] : Sve;
    !SveLoad            [101 0010 -------------------------] : Sve;
    !SveGather64        [110 0010 -------------------------] : Sve;
    !SveStore           [111 0010 -------------------------] : Sve;
}
    ] $($more)* } };
}
