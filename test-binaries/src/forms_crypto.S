// Cryptographic extension: AES, SHA-1, SHA-256, polynomial multiply.
        .include "forms.inc"
        .arch   armv8-a+crypto

        GROUP   aes
        .irp    op, aese, aesd, aesmc, aesimc
        F       \op v0.16b, v1.16b
        .endr
        GROUP   pmull
        F       pmull v0.1q, v1.1d, v2.1d
        F       pmull2 v0.1q, v1.2d, v2.2d
        GROUP   sha
        .irp    op, sha1c, sha1p, sha1m
        F       \op q0, s1, v2.4s
        .endr
        F       sha1h s0, s1
        F       sha1su0 v0.4s, v1.4s, v2.4s
        F       sha1su1 v0.4s, v1.4s
        F       sha256h q0, q1, v2.4s
        F       sha256h2 q0, q1, v2.4s
        F       sha256su0 v0.4s, v1.4s
        F       sha256su1 v0.4s, v1.4s, v2.4s
