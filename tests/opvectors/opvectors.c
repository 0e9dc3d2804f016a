/* Runs instructions on a fixed sequence of operands and prints a hash of the results of each.
 *
 * The instructions are in rows.h, which crates/xemu-interp/tests/opvectors.rs writes when
 * OPVECTORS_ROWS names a file; that test computes the same hashes with the interpreter.
 *
 *   OPVECTORS_ROWS=$PWD/rows.h cargo test -p xemu-interp --test opvectors
 *   aarch64-linux-gnu-gcc -O1 -static -I. -march=armv8.6-a+fp16+fp16fml tests/opvectors/opvectors.c
 *   qemu-aarch64 ./a.out >tests/opvectors/hashes.txt
 *
 * With a name as its argument the program prints operands and results of that instruction.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 400 };

struct regs {
    uint64_t v[3][2];
    uint64_t x[3];
    uint64_t nzcv;
    uint64_t fpsr;
};

static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

static uint64_t operand(uint64_t prev)
{
    static const uint64_t special[8] = {
        0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7ff0,
    };
    uint64_t r = next();
    int bits = 8 << (r >> 3 & 3);
    uint64_t v = 0;
    switch (r & 7) {
    case 0:
        return prev;
    case 1:
        return (uint64_t)((int64_t)next() >> (r >> 8 & 63));
    case 2:
    case 3:
        /* Special values in the upper bits of each element, all ones or zeros below. */
        for (int i = 0; i < 64; i += bits) {
            uint64_t e = next();
            uint64_t top = special[e & 7] << (bits - 16 < 0 ? 0 : bits - 16);
            uint64_t low = e & 8 ? (UINT64_C(1) << (bits - 16 < 0 ? 0 : bits - 16)) - 1 : 0;
            v |= ((top | low) & (UINT64_MAX >> (64 - bits))) << i;
        }
        return v;
    case 4:
        /* Small numbers of both signs. */
        for (int i = 0; i < 64; i += bits) {
            int64_t e = (int64_t)next() >> 58;
            v |= ((uint64_t)e & (UINT64_MAX >> (64 - bits))) << i;
        }
        return v;
    default:
        return next();
    }
}

static void run(const char *name, const char *wanted, void (*instruction)(struct regs *))
{
    uint64_t hash = 0xcbf29ce484222325ull;
    state = 0x9e3779b97f4a7c15ull;
    for (int n = 0; n < COUNT; n++) {
        struct regs r, before;
        uint64_t prev = 0;
        for (int i = 0; i < 3; i++)
            for (int half = 0; half < 2; half++)
                r.v[i][half] = prev = operand(prev);
        for (int i = 0; i < 3; i++)
            r.x[i] = prev = operand(prev);
        r.nzcv = next() >> 60 << 28;
        r.fpsr = 0;
        before = r;
        instruction(&r);
        uint64_t parts[5] = { r.v[0][0], r.v[0][1], r.x[0], r.nzcv, r.fpsr };
        for (int i = 0; i < 5; i++)
            hash = (hash ^ parts[i]) * 0x100000001b3ull;
        if (wanted) {
            for (int i = 0; i < 10; i++)
                printf("%016" PRIx64 " ", ((uint64_t *)&before)[i]);
            for (int i = 0; i < 5; i++)
                printf("%016" PRIx64 "%c", parts[i], i < 4 ? ' ' : '\n');
        }
    }
    if (!wanted)
        printf("%016" PRIx64 " %s\n", hash, name);
}

#define ROW(text) { \
    void instruction(struct regs *regs) \
    { \
        __asm__ volatile( \
            "mov x9, %0\n" \
            "ldp q0, q1, [x9]\n ldr q2, [x9, #32]\n" \
            "ldp x0, x1, [x9, #48]\n ldp x2, x3, [x9, #64]\n" \
            "msr nzcv, x3\n msr fpsr, xzr\n" \
            text "\n" \
            "mrs x3, nzcv\n mrs x4, fpsr\n" \
            "str q0, [x9]\n str x0, [x9, #48]\n stp x3, x4, [x9, #72]\n" \
            : : "r"(regs) \
            : "x0", "x1", "x2", "x3", "x4", "x9", "v0", "v1", "v2", "cc", "memory"); \
    } \
    if (!wanted || strcmp(wanted, text) == 0) \
        run(text, wanted, instruction); \
}

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : NULL;
#include "rows.h"
    return 0;
}
