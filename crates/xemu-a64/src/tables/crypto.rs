//! Cryptographic instructions (Arm ARM C4.1, "Data Processing -- Scalar Floating-Point and Advanced
//! SIMD").

macro_rules! crypto_rows {
    ($then:ident [$table:ident] [$($before:tt)*] $($more:ident)*) => { $then! { $table [$($before)*
class "Cryptographic AES" {
    Aese                [01001110 00 10100 00100 10 rn:5 rd:5] : Aes;
    Aesd                [01001110 00 10100 00101 10 rn:5 rd:5] : Aes;
    Aesmc               [01001110 00 10100 00110 10 rn:5 rd:5] : Aes;
    Aesimc              [01001110 00 10100 00111 10 rn:5 rd:5] : Aes;
}
class "Cryptographic three-register SHA" {
    Sha1c               [01011110 000 rm:5 0 000 00 rn:5 rd:5] : Sha1;
    Sha1p               [01011110 000 rm:5 0 001 00 rn:5 rd:5] : Sha1;
    Sha1m               [01011110 000 rm:5 0 010 00 rn:5 rd:5] : Sha1;
    Sha1su0             [01011110 000 rm:5 0 011 00 rn:5 rd:5] : Sha1;
    Sha256h             [01011110 000 rm:5 0 100 00 rn:5 rd:5] : Sha256;
    Sha256h2            [01011110 000 rm:5 0 101 00 rn:5 rd:5] : Sha256;
    Sha256su1           [01011110 000 rm:5 0 110 00 rn:5 rd:5] : Sha256;
}
class "Cryptographic two-register SHA" {
    Sha1h               [01011110 00 10100 00000 10 rn:5 rd:5] : Sha1;
    Sha1su1             [01011110 00 10100 00001 10 rn:5 rd:5] : Sha1;
    Sha256su0           [01011110 00 10100 00010 10 rn:5 rd:5] : Sha256;
}
class "Cryptographic three-register, imm2" {
    /// SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B: `opcode` 0 to 3.
    Sm3tt               [11001110010 rm:5 10 imm2:2 opcode:2 rn:5 rd:5] : Sm3;
}
class "Cryptographic three-register SHA 512" {
    Sha512h             [11001110011 rm:5 1 0 00 00 rn:5 rd:5] : Sha512;
    Sha512h2            [11001110011 rm:5 1 0 00 01 rn:5 rd:5] : Sha512;
    Sha512su1           [11001110011 rm:5 1 0 00 10 rn:5 rd:5] : Sha512;
    Rax1                [11001110011 rm:5 1 0 00 11 rn:5 rd:5] : Sha3;
    Sm3partw1           [11001110011 rm:5 1 1 00 00 rn:5 rd:5] : Sm3;
    Sm3partw2           [11001110011 rm:5 1 1 00 01 rn:5 rd:5] : Sm3;
    Sm4ekey             [11001110011 rm:5 1 1 00 10 rn:5 rd:5] : Sm4;
}
class "Cryptographic four-register" {
    Eor3                [110011100 00 rm:5 0 ra:5 rn:5 rd:5] : Sha3;
    Bcax                [110011100 01 rm:5 0 ra:5 rn:5 rd:5] : Sha3;
    Sm3ss1              [110011100 10 rm:5 0 ra:5 rn:5 rd:5] : Sm3;
}
class "Cryptographic two-register SHA 512" {
    Sha512su0           [11001110110000001000 00 rn:5 rd:5] : Sha512;
    Sm4e                [11001110110000001000 01 rn:5 rd:5] : Sm4;
}
class "XAR" {
    Xar                 [11001110100 rm:5 imm6:6 rn:5 rd:5] : Sha3;
}
    ] $($more)* } };
}
