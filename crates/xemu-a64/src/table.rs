//! The `a64_table!` macro: from rows of bit patterns to types, enum and lookup tables.
//!
//! A row reads
//! ```text
//! Name [bit pattern] : Feature fallback_of(OtherRows) where |i| condition;
//! ```
//! where everything after the pattern is optional. `!Name` is an encoding the manual allocates
//! but this project does not execute. `fallback_of` declares the only legal overlap: the row
//! applies to words none of the listed rows match. `where` states which words of the pattern are
//! allocated; the others decode as [`crate::Decode::Reserved`].

/// Generates the accessors of one row from its pattern.
macro_rules! row_fields {
    () => {};
    ($field:ident : $width:literal $($rest:tt)*) => {
        row_fields!(@unsigned $field);
        row_fields!($($rest)*);
    };
    ($field:ident : $width:ident $($rest:tt)*) => {
        #[doc = concat!("Field `", stringify!($field), "`, sign-extended.")]
        #[inline]
        pub const fn $field(self) -> i32 {
            const { $crate::pattern::find(Self::FIELDS, stringify!($field)) }.get_signed(self.0)
        }
        row_fields!($($rest)*);
    };
    ($field:ident $($rest:tt)*) => {
        row_fields!(@unsigned $field);
        row_fields!($($rest)*);
    };
    (@unsigned $field:ident) => {
        #[doc = concat!("Field `", stringify!($field), "`.")]
        #[inline]
        pub const fn $field(self) -> u32 {
            const { $crate::pattern::find(Self::FIELDS, stringify!($field)) }.get(self.0)
        }
    };
    ($other:tt $($rest:tt)*) => {
        row_fields!($($rest)*);
    };
}

/// The feature of a row, `Base` when it names none.
macro_rules! row_feature {
    () => {
        $crate::Feature::Base
    };
    ($feature:ident) => {
        $crate::Feature::$feature
    };
}

/// Whether the row's condition, if any, allows the word.
macro_rules! row_allocated {
    ($word:ident $name:ident) => {
        true
    };
    ($word:ident $name:ident $i:ident $cond:expr) => {{
        let $i = insn::$name($word);
        $cond
    }};
}

/// The instruction of an executed row.
macro_rules! row_insn {
    (! $name:ident $word:ident) => {
        None
    };
    ($name:ident $word:ident) => {
        Some(Insn::$name(insn::$name($word)))
    };
}

/// Generates types, enum and tables from the rows of all classes.
macro_rules! a64_table {
    ($(class $class:literal {$(
        $(#[$meta:meta])*
        $(! $todo:ident)? $($name:ident)? [$($pattern:tt)*] $(: $feature:ident)?
        $(fallback_of($($over:ident)*))? $(where |$i:ident| $cond:expr)?;
    )*})*) => {
        /// One type per row: the instruction word, with an accessor for each field.
        pub mod insn {
            $($(
                $(#[$meta])*
                #[doc = concat!("\n\n`", stringify!($($pattern)*), "`")]
                #[derive(Clone, Copy, PartialEq, Eq)]
                pub struct $($todo)? $($name)? (pub u32);

                #[allow(clippy::len_without_is_empty, reason = "`len` is a field of TBL")]
                impl $($todo)? $($name)? {
                    /// The bit pattern as written in the table.
                    pub const PATTERN: &str = stringify!($($pattern)*);
                    pub(crate) const SHAPE: $crate::pattern::Shape =
                        $crate::pattern::shape(Self::PATTERN);
                    /// The fields of the pattern, highest bits first.
                    pub const FIELDS: &[$crate::Field] =
                        &$crate::pattern::fields::<{ Self::SHAPE.fields }>(Self::PATTERN);

                    row_fields!($($pattern)*);
                }

                impl core::fmt::Debug for $($todo)? $($name)? {
                    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        $crate::RowId::$($todo)? $($name)?.fmt_word(self.0, f)
                    }
                }
            )*)*
        }

        /// Names every row of the table, executed or not; the value is the index into
        /// [`crate::ROWS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum RowId {
            $($(
                #[doc = concat!("`", stringify!($($pattern)*), "`")]
                $($todo)? $($name)?,
            )*)*
        }

        /// An instruction this project executes: one variant per row.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Insn {
            $($($(
                #[doc = concat!("Row `", stringify!($name), "`.")]
                $name(insn::$name),
            )?)*)*
        }

        impl Insn {
            /// The row this instruction was decoded by.
            pub const fn id(self) -> RowId {
                match self {
                    $($($( Insn::$name(_) => RowId::$name, )?)*)*
                }
            }

            /// The instruction word.
            pub const fn word(self) -> u32 {
                match self {
                    $($($( Insn::$name(i) => i.0, )?)*)*
                }
            }
        }

        /// The number of rows.
        pub(crate) const ROW_COUNT: usize =
            [$($( stringify!($($todo)? $($name)?) ),*),*].len();

        /// The fixed bits of each row and what the index has to know of it.
        pub(crate) const SHAPES: [RowShape; ROW_COUNT] = [
            $($(
                RowShape {
                    row: RowId::$($todo)? $($name)?,
                    mask: insn::$($todo)? $($name)?::SHAPE.mask,
                    value: insn::$($todo)? $($name)?::SHAPE.value,
                    conditional: <[&str]>::len(&[$(stringify!($i))?]) != 0,
                    fallback: <[&str]>::len(&[$($(stringify!($over)),*)?]) != 0,
                },
            )*)*
        ];

        /// The feature of each row.
        pub(crate) static FEATURES: [Feature; ROW_COUNT] =
            [$($( row_feature!($($feature)?) ),*),*];

        /// Whether a row's field `ftype` selects the precision.
        pub(crate) static HAS_FTYPE: [bool; ROW_COUNT] = [$($(
            $crate::pattern::has(insn::$($todo)? $($name)?::FIELDS, "ftype")
        ),*),*];

        /// The names of the rows, a line each.
        pub(crate) const NAMES: &str = concat!($($( stringify!($($todo)? $($name)?), "\n" ),*),*);

        /// Class, pattern and the rows that take precedence, a line for each row.
        pub(crate) const TEXT: &str = concat!($($(
            $class, ";", stringify!($($pattern)*), ";", $($(stringify!($over), " ",)*)? "\n"
        ),*),*);

        /// Whether the row's condition allows a word that has the row's fixed bits.
        #[inline]
        fn allocated(row: RowId, word: u32) -> bool {
            match row {
                $($(
                    RowId::$($todo)? $($name)? =>
                        row_allocated!(word $($todo)? $($name)? $($i $cond)?),
                )*)*
            }
        }

        /// The instruction of a row, if the row is executed.
        #[inline]
        pub(crate) const fn insn_of(row: RowId, word: u32) -> Option<Insn> {
            match row {
                $($(
                    RowId::$($todo)? $($name)? => row_insn!($(! $todo)? $($name)? word),
                )*)*
            }
        }

        /// The row at an index of the table.
        pub(crate) const ROW_IDS: [RowId; ROW_COUNT] =
            [$($( RowId::$($todo)? $($name)? ),*),*];
    };
}
