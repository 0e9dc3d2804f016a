// Runs floating-point and cryptographic instructions on a fixed pseudo-random sequence of operands
// under every FPCR mode, and prints one hash per instruction over all results and FPSR values.
//
//   aarch64-linux-gnu-gcc -O2 -static -o fpvectors tests/fpvectors/fpvectors.c
//   qemu-aarch64 -cpu max fpvectors 100 > tests/fpvectors/hashes.txt
//
// The first argument is the number of operand triples per instruction and mode. With an
// instruction's name as second argument, raw results go to standard output instead: result, second
// half of the result, FPSR, each 8 bytes.
__asm__(".arch armv8.6-a+fp16+fp16fml+sha2+aes+sha3+sm4");

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef struct { u64 lo, hi, fpsr; } result;
typedef result (*operation)(u64 a, u64 b, u64 c);

static u64 seed;
static u64 next(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1dull;
}

// Element of 2^size bytes: exponent and fraction each from a few patterns; `prev` is the operand
// before, so that sums cancel.
static u64 operand(int size, u64 prev) {
    static const int fractions[] = {0, 10, 23, 52}, biases[] = {0, 15, 127, 1023};
    int f = fractions[size], bits = 8 << size;
    u64 e, m, r = next(), ones = (1ull << f) - 1, max = (1ull << (bits - 1 - f)) - 1;
    switch (r >> 8 & 7) {
    case 0: return next() >> (64 - bits);
    case 1: e = r >> 16 & 3; break;
    case 2: e = max - (r >> 16 & 3); break;
    case 3: e = biases[size] - 4 + (r >> 16 & 7); break;
    case 4: e = biases[size] + f - 12 + (r >> 16 & 31); break;
    case 5: e = biases[size] - 70 + (r >> 16) % 140; break;
    case 6: e = (prev >> f) - 2 + (r >> 16 & 3); break;
    default: e = r >> 16; break;
    }
    u64 random = next();
    switch (r & 7) {
    case 0: m = 0; break;
    case 1: m = ones; break;
    case 2: m = 1ull << random % f; break;
    case 3: m = random << (f - 4); break;
    case 4: m = prev ^ (random & 3); break;
    case 5: m = ones ^ 1ull << random % f; break;
    default: m = random; break;
    }
    return (r >> 63) << (bits - 1) | (e & max) << f | (m & ones);
}

#define OP(id, text)                                                                            \
    static result id(u64 a, u64 b, u64 c) {                                                     \
        register u64 x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;          \
        __asm__ volatile("fmov d0, x0\n fmov d1, x1\n fmov d2, x2\n msr fpsr, xzr\n"            \
                         text "\n mrs x2, fpsr"                                                 \
                         : "+r"(x0), "+r"(x1), "+r"(x2) : : "v0", "v1", "v2", "v3", "cc");      \
        return (result){x0, x1, x2};                                                            \
    }
#define TO_X0 "\n fmov x0, d0\n mov x1, 0"
#define VEC(id, text)                                                                           \
    OP(id, "ins v0.d[1], x1\n ins v1.d[1], x2\n ins v2.d[1], x0\n" text         \
           "\n fmov x0, d0\n mov x1, v0.d[1]")

#define OP2(n, e, r, ...) OP(n##_##e, #n " " #r "0, " #r "0, " #r "1" TO_X0)
#define OP1(n, e, r, ...) OP(n##_##e, #n " " #r "0, " #r "0" TO_X0)
#define CMP(n, e, r, ...) OP(n##_##e, #n " " #r "0, " #r "1\n mrs x0, nzcv\n mov x1, 0")
#define FMADD(n, e, r, ...) OP(n##_##e, #n " " #r "0, " #r "1, " #r "2, " #r "0" TO_X0)
#define TO_W(n, e, r, ...) OP(n##_w_##e, #n " w0, " #r "0\n mov x1, 0")
#define TO_X(n, e, r, ...) OP(n##_x_##e, #n " x0, " #r "0\n mov x1, 0")
#define TO_H(n, ...) OP(n##_h_h, #n " h0, h0" TO_X0)
#define FROM_W(n, e, r, ...) OP(n##_##e##_w, #n " " #r "0, w0" TO_X0)
#define FROM_X(n, e, r, ...) OP(n##_##e##_x, #n " " #r "0, x0" TO_X0)
#define FIX_W(n, e, r, b) OP(n##_w##b##_##e, #n " w0, " #r "0, " #b "\n mov x1, 0")
#define FIX_X(n, e, r, b) OP(n##_x##b##_##e, #n " x0, " #r "0, " #b "\n mov x1, 0")
#define UNFIX_W(n, e, r, b) OP(n##_##e##_w##b, #n " " #r "0, w0, " #b TO_X0)
#define UNFIX_X(n, e, r, b) OP(n##_##e##_x##b, #n " " #r "0, x0, " #b TO_X0)
#define FIX_H(n, e, r, b) OP(n##_h##b##_h, #n " h0, h0, " #b TO_X0)
#define UNFIX_H(n, e, r, b) OP(n##_h_h##b, #n " h0, h0, " #b TO_X0)
#define CVT(n, to, r, from) OP(fcvt_##to##_##from, "fcvt " #to "0, " #from "0" TO_X0)
#define NAMED(n, e, r, ...) OP(n, __VA_ARGS__)
#define V(n, e, r, ...) VEC(n, __VA_ARGS__)

// Each line: form, name, element, register letter, and what the form needs besides.
#define HSD(F, n) F(n, h, h, 0) F(n, s, s, 0) F(n, d, d, 0)
#define SD(F, n) F(n, s, s, 0) F(n, d, d, 0)
#define TO_INT(n) HSD(TO_W, n) HSD(TO_X, n) TO_H(n, h, h, 0)
#define FIXED(n) \
    FIX_W(n, h, h, 1) FIX_W(n, s, s, 7) FIX_W(n, d, d, 32) FIX_W(n, h, h, 32) \
    FIX_X(n, h, h, 64) FIX_X(n, s, s, 1) FIX_X(n, d, d, 17) FIX_X(n, d, d, 64)
#define FROM_INT(n) HSD(FROM_W, n) HSD(FROM_X, n) OP1(n, h, h, 0)
#define UNFIXED(n) \
    UNFIX_W(n, h, h, 32) UNFIX_W(n, s, s, 7) UNFIX_W(n, d, d, 32) UNFIX_W(n, h, h, 20) \
    UNFIX_X(n, h, h, 64) UNFIX_X(n, h, h, 31) UNFIX_X(n, s, s, 1) UNFIX_X(n, d, d, 64)

#define ALL \
    HSD(OP2, fadd) HSD(OP2, fsub) HSD(OP2, fmul) HSD(OP2, fdiv) HSD(OP2, fmulx) HSD(OP2, fabd) \
    HSD(OP2, fmax) HSD(OP2, fmin) HSD(OP2, fmaxnm) HSD(OP2, fminnm) \
    HSD(OP2, frecps) HSD(OP2, frsqrts) HSD(FMADD, fmadd) \
    HSD(OP2, fcmeq) HSD(OP2, fcmge) HSD(OP2, fcmgt) HSD(OP2, facge) HSD(OP2, facgt) \
    HSD(CMP, fcmp) HSD(CMP, fcmpe) \
    HSD(OP1, fsqrt) HSD(OP1, frecpe) HSD(OP1, frsqrte) HSD(OP1, frecpx) \
    HSD(OP1, frintn) HSD(OP1, frintp) HSD(OP1, frintm) HSD(OP1, frintz) HSD(OP1, frinta) \
    HSD(OP1, frintx) HSD(OP1, frinti) \
    SD(OP1, frint32x) SD(OP1, frint32z) SD(OP1, frint64x) SD(OP1, frint64z) \
    TO_INT(fcvtns) TO_INT(fcvtnu) TO_INT(fcvtps) TO_INT(fcvtpu) TO_INT(fcvtms) TO_INT(fcvtmu) \
    TO_INT(fcvtzs) TO_INT(fcvtzu) TO_INT(fcvtas) TO_INT(fcvtau) FIXED(fcvtzs) FIXED(fcvtzu) \
    FIX_H(fcvtzs, h, h, 5) FIX_H(fcvtzs, h, h, 16) FIX_H(fcvtzu, h, h, 5) FIX_H(fcvtzu, h, h, 16) \
    FROM_INT(scvtf) FROM_INT(ucvtf) UNFIXED(scvtf) UNFIXED(ucvtf) \
    UNFIX_H(scvtf, h, h, 3) UNFIX_H(scvtf, h, h, 16) \
    UNFIX_H(ucvtf, h, h, 3) UNFIX_H(ucvtf, h, h, 16) \
    CVT(0, h, 0, s) CVT(0, h, 0, d) CVT(0, s, 0, h) CVT(0, s, 0, d) \
    CVT(0, d, 0, h) CVT(0, d, 0, s) \
    NAMED(fcvtxn, d, 0, "fcvtxn s0, d0" TO_X0) \
    NAMED(fjcvtzs, d, 0, "fjcvtzs w0, d0\n mrs x1, nzcv") \
    NAMED(bfcvt, s, 0, "bfcvt h0, s0" TO_X0) \
    NAMED(fmlal, m, 0, "fmlal v0.2s, v1.2h, v2.2h\n mov w0, v0.s[0]\n mov x1, 0") \
    NAMED(bfdot, w, 0, "bfdot v0.2s, v1.4h, v2.4h\n mov w0, v0.s[0]\n mov x1, 0") \
    NAMED(urecpe, w, 0, "urecpe v0.2s, v0.2s" TO_X0) \
    NAMED(ursqrte, w, 0, "ursqrte v0.2s, v0.2s" TO_X0) \
    NAMED(crc32b, w, 0, "crc32b w0, w0, w1\n mov x1, 0") \
    NAMED(crc32h, w, 0, "crc32h w0, w0, w1\n mov x1, 0") \
    NAMED(crc32w, w, 0, "crc32w w0, w0, w1\n mov x1, 0") \
    NAMED(crc32x, w, 0, "crc32x w0, w0, x1\n mov x1, 0") \
    NAMED(crc32cb, w, 0, "crc32cb w0, w0, w1\n mov x1, 0") \
    NAMED(crc32ch, w, 0, "crc32ch w0, w0, w1\n mov x1, 0") \
    NAMED(crc32cw, w, 0, "crc32cw w0, w0, w1\n mov x1, 0") \
    NAMED(crc32cx, w, 0, "crc32cx w0, w0, x1\n mov x1, 0") \
    V(pmul, w, 0, "pmul v0.16b, v1.16b, v2.16b") \
    V(pmull8, w, 0, "pmull v0.8h, v1.8b, v2.8b") \
    V(pmull64, w, 0, "pmull v0.1q, v1.1d, v2.1d") \
    V(aese, w, 0, "aese v0.16b, v1.16b") V(aesd, w, 0, "aesd v0.16b, v1.16b") \
    V(aesmc, w, 0, "aesmc v0.16b, v1.16b") V(aesimc, w, 0, "aesimc v0.16b, v1.16b") \
    V(sha1c, w, 0, "sha1c q0, s1, v2.4s") V(sha1p, w, 0, "sha1p q0, s1, v2.4s") \
    V(sha1m, w, 0, "sha1m q0, s1, v2.4s") V(sha1h, w, 0, "sha1h s0, s1") \
    V(sha1su0, w, 0, "sha1su0 v0.4s, v1.4s, v2.4s") V(sha1su1, w, 0, "sha1su1 v0.4s, v1.4s") \
    V(sha256h, w, 0, "sha256h q0, q1, v2.4s") V(sha256h2, w, 0, "sha256h2 q0, q1, v2.4s") \
    V(sha256su0, w, 0, "sha256su0 v0.4s, v1.4s") \
    V(sha256su1, w, 0, "sha256su1 v0.4s, v1.4s, v2.4s") \
    V(sha512h, w, 0, "sha512h q0, q1, v2.2d") V(sha512h2, w, 0, "sha512h2 q0, q1, v2.2d") \
    V(sha512su0, w, 0, "sha512su0 v0.2d, v1.2d") \
    V(sha512su1, w, 0, "sha512su1 v0.2d, v1.2d, v2.2d") \
    V(eor3, w, 0, "eor3 v0.16b, v0.16b, v1.16b, v2.16b") V(rax1, w, 0, "rax1 v0.2d, v1.2d, v2.2d") \
    V(xar, w, 0, "xar v0.2d, v1.2d, v2.2d, 13") \
    V(bcax, w, 0, "bcax v0.16b, v0.16b, v1.16b, v2.16b") \
    V(sm3ss1, w, 0, "sm3ss1 v0.4s, v0.4s, v1.4s, v2.4s") \
    V(sm3tt1a, w, 0, "sm3tt1a v0.4s, v1.4s, v2.s[0]") \
    V(sm3tt1b, w, 0, "sm3tt1b v0.4s, v1.4s, v2.s[1]") \
    V(sm3tt2a, w, 0, "sm3tt2a v0.4s, v1.4s, v2.s[2]") \
    V(sm3tt2b, w, 0, "sm3tt2b v0.4s, v1.4s, v2.s[3]") \
    V(sm3partw1, w, 0, "sm3partw1 v0.4s, v1.4s, v2.4s") \
    V(sm3partw2, w, 0, "sm3partw2 v0.4s, v1.4s, v2.4s") \
    V(sm4e, w, 0, "sm4e v0.4s, v1.4s") V(sm4ekey, w, 0, "sm4ekey v0.4s, v1.4s, v2.4s")

ALL

// Expand the same list to the table: operands are of the named element; m is a single and two
// halves, w is 64 random bits.
#undef OP2
#undef OP1
#undef CMP
#undef FMADD
#undef TO_W
#undef TO_X
#undef TO_H
#undef FROM_W
#undef FROM_X
#undef FIX_W
#undef FIX_X
#undef UNFIX_W
#undef UNFIX_X
#undef FIX_H
#undef UNFIX_H
#undef CVT
#undef NAMED
#undef V
#define ROW(id, e) {#id, #e[0], id},
#define OP2(n, e, ...) ROW(n##_##e, e)
#define OP1(n, e, ...) ROW(n##_##e, e)
#define CMP(n, e, ...) ROW(n##_##e, e)
#define FMADD(n, e, ...) ROW(n##_##e, e)
#define TO_W(n, e, ...) ROW(n##_w_##e, e)
#define TO_X(n, e, ...) ROW(n##_x_##e, e)
#define TO_H(n, ...) ROW(n##_h_h, h)
#define FROM_W(n, e, ...) ROW(n##_##e##_w, i)
#define FROM_X(n, e, ...) ROW(n##_##e##_x, i)
#define FIX_W(n, e, r, b) ROW(n##_w##b##_##e, e)
#define FIX_X(n, e, r, b) ROW(n##_x##b##_##e, e)
#define UNFIX_W(n, e, r, b) ROW(n##_##e##_w##b, i)
#define UNFIX_X(n, e, r, b) ROW(n##_##e##_x##b, i)
#define FIX_H(n, e, r, b) ROW(n##_h##b##_h, h)
#define UNFIX_H(n, e, r, b) ROW(n##_h_h##b, i)
#define CVT(n, to, r, from) ROW(fcvt_##to##_##from, from)
#define NAMED(n, e, ...) ROW(n, e)
#define V(n, e, ...) ROW(n, e)
static const struct { const char *name; char kind; operation run; } rows[] = {ALL};

static void operands(char kind, u64 v[3]) {
    for (int i = 0; i < 3; i++) {
        u64 prev = i ? v[i - 1] : 0;
        switch (kind) {
        case 'h': v[i] = operand(1, prev); break;
        case 's': v[i] = operand(2, prev); break;
        case 'd': v[i] = operand(3, prev); break;
        case 'm': v[i] = operand(i ? 1 : 2, prev); break;
        case 'i': v[i] = next(); v[i] = (int64_t)v[i] >> next() % 64; break;
        default: v[i] = next(); break;
        }
    }
}

int main(int argc, char **argv) {
    long count = argc > 1 ? atol(argv[1]) : 100;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (argc > 2 && strcmp(argv[2], rows[i].name))
            continue;
        u64 hash = 0xcbf29ce484222325ull;
        seed = 0x9e3779b97f4a7c15ull;
        for (u64 mode = 0; mode < 64; mode++) {
            // FZ16 is bit 19; RMode, FZ, DN, AHP are bits 22 to 26.
            u64 fpcr = (mode & 1) << 19 | (mode >> 1) << 22;
            for (long n = 0; n < count; n++) {
                u64 v[3];
                operands(rows[i].kind, v);
                __asm__ volatile("msr fpcr, %0" : : "r"(fpcr));
                result r = rows[i].run(v[0], v[1], v[2]);
                __asm__ volatile("msr fpcr, xzr");
                if (argc > 2)
                    fwrite(&r, sizeof r, 1, stdout);
                u64 parts[] = {r.lo, r.hi, r.fpsr};
                for (int k = 0; k < 3; k++)
                    hash = (hash ^ parts[k]) * 0x100000001b3ull;
            }
        }
        if (argc <= 2)
            printf("%s %016llx\n", rows[i].name, (unsigned long long)hash);
    }
    return 0;
}
