// Integer instructions: portable C whose result a native build confirms, and every data-processing form
// in assembly over a table of edge values, one line of hash per instruction with its flags.
#include "integer.h"

#include <limits.h>

#include "t.h"

static const uint64_t EDGE[] = {
    0, 1, 2, 3, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
    0x80000000, 0xffffffff, 0x100000000, 0x123456789abcdef0, 0x7fffffffffffffff, 0x8000000000000000,
    0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff, 0xdeadbeefcafebabe, 0x5555555555555555,
};

static void divide(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile int zero = 0, min = INT_MIN, minus = -1;
  volatile long lmin = LONG_MIN, lminus = -1;
#ifdef __aarch64__
  SHOW(min / minus), SHOW(17 / zero), SHOW(min % minus), SHOW(17 % zero);
  SHOW(lmin / lminus), SHOW(lmin % lminus);
#else  // What the Arm manual says; x86 traps.
  (void)zero, (void)min, (void)minus, (void)lmin, (void)lminus;
  puts("min / minus = -2147483648\n17 / zero = 0\nmin % minus = 0\n17 % zero = 17");
  puts("lmin / lminus = -9223372036854775808\nlmin % lminus = 0");
#endif
  uint64_t h = HASH_START;
  for (size_t i = 0; i < COUNT(EDGE); i++)
    for (size_t j = 1; j < COUNT(EDGE); j++) {
      int64_t a = EDGE[i], b = EDGE[j];
      uint64_t q[4] = {EDGE[i] / EDGE[j], EDGE[i] % EDGE[j], 0, 0};
      if (!(a == LONG_MIN && b == -1)) q[2] = a / b, q[3] = a % b;
      h = t_hash(h, q, sizeof q);
      uint32_t x = EDGE[i], y = EDGE[j];
      int32_t sx = x, sy = y;
      uint32_t r[2] = {y ? x / y : 0, y && !(sx == INT_MIN && sy == -1) ? sx / sy : 0};
      h = t_hash(h, r, sizeof r);
    }
  HEX(h);
}

static void multiply(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t h = HASH_START;
  for (size_t i = 0; i < COUNT(EDGE); i++)
    for (size_t j = 0; j < COUNT(EDGE); j++) {
      unsigned __int128 u = (unsigned __int128)EDGE[i] * EDGE[j];
      __int128 s = (__int128)(int64_t)EDGE[i] * (int64_t)EDGE[j];
      uint64_t r[4] = {u >> 64, u, (unsigned __int128)s >> 64, s};
      h = t_hash(h, r, sizeof r);
      int64_t over;
      int32_t over32;
      uint64_t uover;
      int f[3] = {__builtin_mul_overflow((int64_t)EDGE[i], (int64_t)EDGE[j], &over),
                  __builtin_mul_overflow((int32_t)EDGE[i], (int32_t)EDGE[j], &over32),
                  __builtin_mul_overflow(EDGE[i], EDGE[j], &uover)};
      h = t_hash(h, f, sizeof f);
    }
  HEX(h);
}

static void overflow(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t h = HASH_START;
  for (size_t i = 0; i < COUNT(EDGE); i++)
    for (size_t j = 0; j < COUNT(EDGE); j++) {
      int64_t a = EDGE[i], b = EDGE[j], r;
      uint64_t u;
      int32_t r32;
      int f[6] = {__builtin_add_overflow(a, b, &r),   __builtin_sub_overflow(a, b, &r),
                  __builtin_add_overflow(EDGE[i], EDGE[j], &u), __builtin_sub_overflow(EDGE[i], EDGE[j], &u),
                  __builtin_add_overflow((int32_t)a, (int32_t)b, &r32),
                  __builtin_sub_overflow((int32_t)a, (int32_t)b, &r32)};
      h = t_hash(h, f, sizeof f);
      h = t_hash(h, &r32, sizeof r32);
      int c[8] = {a < b, a <= b, EDGE[i] < EDGE[j], EDGE[i] <= EDGE[j], a == b,
                  (int32_t)a < (int32_t)b, (uint32_t)a < (uint32_t)b, (int8_t)a > (int16_t)b};
      h = t_hash(h, c, sizeof c);
      __int128 wide = ((__int128)a << 64 | EDGE[j]) - ((__int128)b << 64 | EDGE[i]);
      h = t_hash(h, &wide, sizeof wide);
    }
  HEX(h);
}

struct fields {
  unsigned a : 3, b : 11, c : 18;
  signed d : 5, e : 20, f : 7;
  uint64_t g : 40, i : 24;
};

static void bitfields(int argc, char **argv) {
  (void)argc, (void)argv;
  struct fields f = {0};
  uint64_t h = HASH_START;
  for (int i = 0; i < 1000; i++) {
    uint64_t r = t_random();
    f.a = r, f.b += r >> 3, f.c ^= r >> 9, f.d = r >> 13, f.e -= r, f.f = r >> 40, f.g += r, f.i ^= r;
    int64_t v[] = {f.a, f.b, f.c, f.d, f.e, f.f, f.g, f.i};
    h = t_hash(h, v, sizeof v);
  }
  HEX(h);
}

static void counts(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t h = HASH_START;
  for (size_t i = 0; i < COUNT(EDGE); i++) {
    uint64_t v = EDGE[i];
    uint32_t w = v;
    int n = i * 7 % 64, m = i * 5 % 32;
    uint64_t r[] = {__builtin_bswap64(v), __builtin_bswap32(w), __builtin_bswap16(v), v << n, v >> n,
                    (int64_t)v >> n, w << m, w >> m, (int32_t)w >> m, v >> n | v << (-n & 63),
                    w >> m | w << (-m & 31), __builtin_popcountll(v), v ? __builtin_clzll(v) : 64,
                    v ? __builtin_ctzll(v) : 64, w ? __builtin_clz(w) : 32, w ? __builtin_ctz(w) : 32,
                    __builtin_parityll(v), __builtin_clrsbll(v), (int8_t)v, (int16_t)v, (int32_t)v};
    h = t_hash(h, r, sizeof r);
  }
  HEX(h);
}

static void unaligned(int argc, char **argv) {
  (void)argc, (void)argv;
  static unsigned char buf[256];
  for (int i = 0; i < 256; i++) buf[i] = i * 37 + 11;
  uint64_t h = HASH_START;
  for (int i = 0; i < 200; i++) {
    uint16_t a;
    uint32_t b;
    uint64_t c;
    unsigned __int128 d;
    memcpy(&a, buf + i, 2), memcpy(&b, buf + i, 4), memcpy(&c, buf + i, 8), memcpy(&d, buf + i, 16);
    h = t_hash(h, &a, 2), h = t_hash(h, &b, 4), h = t_hash(h, &c, 8), h = t_hash(h, &d, 16);
    c += i, memcpy(buf + (i ^ 1), &c, 8);
    b *= 3, memcpy(buf + (i * 7) % 240 + 1, &b, 4);
  }
  h = t_hash(h, buf, sizeof buf);
  HEX(h);
}

#ifdef __aarch64__
__asm__(".arch armv8.5-a+crc");

// One instruction over all pairs of edge values; `flags` is NZCV before, its value after is hashed too.
#define TRY2(text) \
  { \
    uint64_t h = HASH_START; \
    for (size_t i = 0; i < COUNT(EDGE); i++) \
      for (size_t j = 0; j < COUNT(EDGE); j++) { \
        uint64_t d = EDGE[(i + j) % COUNT(EDGE)], f = (i * 7 + j * 3) % 16 << 28; \
        __asm__ volatile("msr nzcv, %1\n\t" text "\n\tmrs %1, nzcv" \
                         : "+r"(d), "+r"(f) : "r"(EDGE[i]), "r"(EDGE[j]) : "cc", "x30"); \
        h = t_hash(h, &d, 8), h = t_hash(h, &f, 8); \
      } \
    t_line(h, text); \
  }
static void registers(int argc, char **argv) {
  (void)argc, (void)argv;
  FORMS_ADD_SUB(TRY2)
  FORMS_LOGICAL(TRY2)
}
static void shifts(int argc, char **argv) {
  (void)argc, (void)argv;
  FORMS_SHIFT(TRY2)
  FORMS_BITFIELD(TRY2)
}
static void conditions(int argc, char **argv) {
  (void)argc, (void)argv;
  FORMS_CONDITION(TRY2)
}
static void multiplies(int argc, char **argv) {
  (void)argc, (void)argv;
  FORMS_MULTIPLY(TRY2)
  FORMS_MOVE(TRY2)
}
static void branches(int argc, char **argv) {
  (void)argc, (void)argv;
  FORMS_BRANCH(TRY2)
}
static void checksums(int argc, char **argv) {
  (void)argc, (void)argv;
  if (!t_hwcap(HWCAP_CRC32)) t_skip("no CRC32 in HWCAP");
  FORMS_CRC(TRY2)
}
static void flag_moves(int argc, char **argv) {
  (void)argc, (void)argv;
  if (!t_hwcap(HWCAP_FLAGM)) t_skip("no FLAGM in HWCAP");
  FORMS_FLAGM(TRY2)
}
#endif

static const struct test TESTS[] = {
    {"divide", divide},       {"multiply", multiply}, {"overflow", overflow}, {"bitfields", bitfields},
    {"counts", counts},       {"unaligned", unaligned},
#ifdef __aarch64__
    {"registers", registers}, {"shifts", shifts},     {"conditions", conditions}, {"multiplies", multiplies},
    {"branches", branches},   {"checksums", checksums}, {"flag_moves", flag_moves},
#endif
};
TEST_MAIN(TESTS)
