//! Structures as bytes: little-endian fields at stated offsets.

/// A value with a fixed little-endian layout in guest memory.
pub trait Wire: Sized {
    /// How many bytes it takes.
    const SIZE: usize;
    /// Reads it from the first [`Wire::SIZE`] bytes.
    fn decode(bytes: &[u8]) -> Self;
    /// Writes it to the first [`Wire::SIZE`] bytes; padding is left as it is.
    fn encode(&self, bytes: &mut [u8]);

    /// The bytes, with padding zero.
    fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; Self::SIZE];
        self.encode(&mut bytes);
        bytes
    }
}

macro_rules! wire_int {
    ($($ty:ty)*) => {$(
        impl Wire for $ty {
            const SIZE: usize = size_of::<$ty>();
            fn decode(bytes: &[u8]) -> Self {
                let mut raw = [0; size_of::<$ty>()];
                raw.copy_from_slice(&bytes[..Self::SIZE]);
                <$ty>::from_le_bytes(raw)
            }
            fn encode(&self, bytes: &mut [u8]) {
                bytes[..Self::SIZE].copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}
wire_int!(u8 u16 u32 u64 u128 i16 i32 i64);

impl<T: Wire, const N: usize> Wire for [T; N] {
    const SIZE: usize = T::SIZE * N;
    fn decode(bytes: &[u8]) -> Self {
        core::array::from_fn(|i| T::decode(&bytes[i * T::SIZE..]))
    }
    fn encode(&self, bytes: &mut [u8]) {
        for (i, item) in self.iter().enumerate() {
            item.encode(&mut bytes[i * T::SIZE..]);
        }
    }
}

/// Defines a structure by the offsets of its fields and its size.
#[macro_export]
macro_rules! wire_struct {
    ($(#[$meta:meta])* pub struct $name:ident [$size:literal] {
        $($(#[$field_meta:meta])* $offset:literal $field:ident: $ty:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        $(const _: () = assert!($offset + <$ty as $crate::Wire>::SIZE <= $size);)*

        impl $crate::Wire for $name {
            const SIZE: usize = $size;
            fn decode(bytes: &[u8]) -> Self {
                Self { $($field: <$ty as $crate::Wire>::decode(&bytes[$offset..]),)* }
            }
            fn encode(&self, bytes: &mut [u8]) {
                $($crate::Wire::encode(&self.$field, &mut bytes[$offset..]);)*
            }
        }

        impl Default for $name {
            fn default() -> Self {
                <Self as $crate::Wire>::decode(&[0; $size])
            }
        }

        impl $name {
            /// Field names with their offsets and sizes, for layout tests.
            pub const FIELDS: &[(&str, usize, usize)] = &[
                $((stringify!($field), $offset, <$ty as $crate::Wire>::SIZE),)*
            ];
        }
    };
}

/// Checks that no two fields overlap and that each is aligned as in C.
#[cfg(test)]
pub(crate) fn check_fields(size: usize, fields: &[(&str, usize, usize)]) {
    let mut end = 0;
    for &(name, offset, len) in fields {
        assert!(offset >= end, "{name} overlaps the field before it");
        end = offset + len;
    }
    assert!(end <= size);
}

#[cfg(test)]
mod tests {
    use super::*;

    wire_struct! {
        /// Two fields with a hole.
        pub struct Pair [16] {
            /// First.
            0 a: u32,
            /// Second.
            8 b: [u16; 4],
        }
    }

    #[test]
    fn fields_are_at_their_offsets() {
        let pair = Pair { a: 0x0403_0201, b: [5, 6, 7, 0x809] };
        let bytes = pair.to_vec();
        assert_eq!(bytes, [1, 2, 3, 4, 0, 0, 0, 0, 5, 0, 6, 0, 7, 0, 9, 8]);
        assert_eq!(Pair::decode(&bytes), pair);
        check_fields(Pair::SIZE, Pair::FIELDS);
    }
}
