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

/// Returns for the words that the row's condition excludes.
macro_rules! row_check {
    ($word:ident $name:ident) => {};
    ($word:ident $name:ident $i:ident $cond:expr) => {
        let $i = insn::$name($word);
        let allocated: bool = $cond;
        if !allocated {
            return $crate::Decode::Reserved;
        }
    };
}

/// What a word that matches a row's bits decodes to.
macro_rules! row_decode {
    (! $name:ident $word:ident $($feature:ident)?) => {{
        let _ = $word;
        $crate::Decode::Unimplemented {
            name: stringify!($name),
            feature: row_feature!($($feature)?),
        }
    }};
    ($name:ident $word:ident $($feature:ident)?) => {
        $crate::Decode::Insn($crate::Insn::$name($crate::insn::$name($word)))
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

        /// Names every row of the table, executed or not; the value is the index into [`ROWS`].
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

        /// The decode table in the manual's order.
        pub static ROWS: &[Row] = &[
            $($(
                Row {
                    name: stringify!($($todo)? $($name)?),
                    class: $class,
                    pattern: insn::$($todo)? $($name)?::PATTERN,
                    mask: insn::$($todo)? $($name)?::SHAPE.mask,
                    value: insn::$($todo)? $($name)?::SHAPE.value,
                    fields: insn::$($todo)? $($name)?::FIELDS,
                    feature: row_feature!($($feature)?),
                    implemented: <[&str]>::len(&[$(stringify!($name))?]) == 1,
                    fallback_of: &[$($(RowId::$over),*)?],
                },
            )*)*
        ];

        const ROW_COUNT: usize = [$($( stringify!($($todo)? $($name)?) ),*),*].len();

        /// What the lookup reads: the fixed bits and the action of each row.
        static MATCHERS: [Matcher; ROW_COUNT] = MATCHERS_CONST;
        const MATCHERS_CONST: [Matcher; ROW_COUNT] = [
            $($(
                Matcher {
                    mask: insn::$($todo)? $($name)?::SHAPE.mask,
                    value: insn::$($todo)? $($name)?::SHAPE.value,
                    fallback: <[&str]>::len(&[$($(stringify!($over)),*)?]) != 0,
                    decode: {
                        fn decode(word: u32) -> $crate::Decode {
                            row_check!(word $($todo)? $($name)? $($i $cond)?);
                            row_decode!($(! $todo)? $($name)? word $($feature)?)
                        }
                        decode
                    },
                },
            )*)*
        ];
    };
}
