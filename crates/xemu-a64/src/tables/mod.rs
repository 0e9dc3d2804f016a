//! The decode table, one file per group of the Arm manual's section C4.1.
//!
//! Each file defines a macro that appends its classes to the list it is given and hands the list
//! on, so that `a64_table!` sees all rows at once.

#[macro_use]
mod branch_sys;
#[macro_use]
mod crypto;
#[macro_use]
mod dp_imm;
#[macro_use]
mod dp_reg;
#[macro_use]
mod fp;
#[macro_use]
mod loads_stores;
#[macro_use]
mod simd;
#[macro_use]
mod simd_elem;
#[macro_use]
mod simd_scalar;
#[macro_use]
mod sve_sme;

/// Passes the classes of all groups to `$table`.
macro_rules! with_all_rows {
    ($table:ident) => {
        with_all_rows!($table [] dp_imm_rows branch_sys_rows dp_reg_rows crypto_rows
            simd_scalar_rows simd_elem_rows simd_rows fp_rows loads_stores_rows sve_sme_rows);
    };
    ($table:ident [$($classes:tt)*]) => {
        $table! { $($classes)* }
    };
    ($table:ident [$($classes:tt)*] $next:ident $($more:ident)*) => {
        $next! { with_all_rows [$table] [$($classes)*] $($more)* }
    };
}
