// Extensions of the architecture that only the CPU model `max` has.
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "ext.h"

// Pointer authentication

#define PAC(form, pointer, modifier) \
  ({ uint64_t p_ = (pointer); asm volatile(".arch armv8.3-a\n\t" form " %0, %1" : "+r"(p_) : "r"((uint64_t)(modifier))); p_; })
#define PACZ(form, pointer) \
  ({ uint64_t p_ = (pointer); asm volatile(".arch armv8.3-a\n\t" form " %0" : "+r"(p_)); p_; })
#define MASK 0x007f000000000000u
static const uint64_t pointers[] = {0x7fff12345678, 0xab00000000400000, 0, 0xffffffffffff0000};

static void pauth(int argc, char **argv) {
  (void)argc, (void)argv;
  int different = 0;
  for (size_t i = 0; i < COUNT(pointers); i++) {
    uint64_t p = pointers[i], m = i * 0x123456789;
#define PAIR(pac, aut, x) \
    { uint64_t s = PAC(pac, p, m); different += s != p; CHECK(PAC(aut, s, m) == p); CHECK(PACZ(x, s) == p); }
    PAIR("pacia", "autia", "xpaci") PAIR("pacib", "autib", "xpaci")
    PAIR("pacda", "autda", "xpacd") PAIR("pacdb", "autdb", "xpacd")
#define HINT(signs, checks, plain) \
    { register uint64_t x30 asm("x30"), r; \
      asm volatile(".arch armv8.3-a\n\tmov x30, %1\n\t" signs "\n\tmov %0, x30\n\t" checks : "=&r"(r), "+r"(p) :: "x30", "x16", "x17"); (void)x30; \
      CHECK(r == (plain)); }
    HINT("paciaz", "autiaz", PACZ("paciza", p))
    HINT("pacibz", "autibz", PACZ("pacizb", p))
    CHECK(PACZ("autizb", PACZ("pacizb", p)) == p);
    CHECK(PACZ("autdza", PACZ("pacdza", p)) == p);
    CHECK(PACZ("autdzb", PACZ("pacdzb", p)) == p);
    uint64_t g;
    asm(".arch armv8.3-a\n\tpacga %0, %1, %2" : "=r"(g) : "r"(p), "r"(m));
    CHECK((uint32_t)g == 0);
    uint64_t s, t;
    asm volatile(".arch armv8.3-a\n\tmov x17, %2\n\tmov x16, %3\n\tpacia1716\n\tmov %0, x17\n\tautia1716\n\tmov %1, x17"
                 : "=&r"(s), "=&r"(t) : "r"(p), "r"(m) : "x16", "x17");
    CHECK(s == PAC("pacia", p, m));
    CHECK(t == p);
    asm volatile(".arch armv8.3-a\n\tmov x17, %2\n\tmov x16, %3\n\tpacib1716\n\tmov %0, x17\n\tautib1716\n\tmov %1, x17"
                 : "=&r"(s), "=&r"(t) : "r"(p), "r"(m) : "x16", "x17");
    CHECK(s == PAC("pacib", p, m));
    CHECK(t == p);
  }
  CHECK(different > 8);
  uint64_t sp;
  asm volatile(".arch armv8.3-a\n\tmov x30, %1\n\tpaciasp\n\tautiasp\n\tpacibsp\n\tautibsp\n\tmov %0, x30" : "=r"(sp) : "r"(pointers[0]) : "x30");
  CHECK(sp == pointers[0]);
  asm volatile(".arch armv8.3-a\n\tmov x30, %1\n\tpaciasp\n\txpaclri\n\tmov %0, x30" : "=r"(sp) : "r"(pointers[0]) : "x30");
  CHECK(sp == pointers[0]);
}

// Branches and loads through signed pointers.
static int add_one(int x) { return x + 1; }
static void pauth_combined(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t f = (uint64_t)add_one;
  register int w0 asm("w0") = 1;
#define CALL(instruction, signed_) \
  { register uint64_t x9 asm("x9") = (signed_); register uint64_t x10 asm("x10") = 77; w0 = 1; \
    asm volatile(".arch armv8.3-a\n\t" instruction : "+r"(w0), "+r"(x9) : "r"(x10) : "x30", "x1", "x2", "x3", "x8", "x11", "x12", "x16", "x17", "memory"); \
    CHECK(w0 == 2); }
  CALL("blraa x9, x10", PAC("pacia", f, 77))
  CALL("blrab x9, x10", PAC("pacib", f, 77))
  CALL("blraaz x9", PACZ("paciza", f))
  CALL("blrabz x9", PACZ("pacizb", f))
  CALL("adr x30, 1f\n\tbraa x9, x10\n1:", PAC("pacia", f, 77))
  CALL("adr x30, 1f\n\tbrabz x9\n1:", PACZ("pacizb", f))
  CALL("bl 2f\n\tb 1f\n2:\tpaciasp\n\tadd w0, w0, 1\n\tretaa\n1:", 0)
  CALL("bl 2f\n\tb 1f\n2:\tpacibsp\n\tadd w0, w0, 1\n\tretab\n1:", 0)
  uint64_t data[300], v, p = PACZ("pacdza", (uint64_t)(data + 10)), q = PACZ("pacdzb", (uint64_t)(data + 10));
  for (int i = 0; i < 300; i++) data[i] = i;
  asm volatile(".arch armv8.3-a\n\tldraa %0, [%1]" : "=r"(v) : "r"(p) : "memory");
  SHOW(v);
  asm volatile(".arch armv8.3-a\n\tldrab %0, [%1, 80]" : "=r"(v) : "r"(q) : "memory");
  SHOW(v);
  asm volatile(".arch armv8.3-a\n\tldraa %0, [%1, -16]!" : "=r"(v), "+r"(p) : : "memory");
  SHOW(v);
  CHECK(p == (uint64_t)(data + 8));
  asm volatile(".arch armv8.3-a\n\tldrab %0, [%1, 1600]!" : "=r"(v), "+r"(q) : : "memory");
  SHOW(v);
}

static void pauth_faults(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  uint64_t s = PAC("pacia", pointers[0], 5), d = PAC("pacda", pointers[0], 0);
  TRY(PAC("autia", s ^ 1ul << 50, 5));
  CHECK(caught.addr == caught.pc);
  TRY(PAC("autib", PAC("pacib", pointers[0], 1) ^ MASK, 1));
  TRY(PACZ("autdza", d ^ MASK));
  TRY(asm volatile(".arch armv8.3-a\n\tblraaz %0" : : "r"(PACZ("paciza", (uint64_t)add_one) ^ MASK) : "x30"));
  TRY(asm volatile(".arch armv8.3-a\n\tldraa x1, [%0]" : : "r"(d ^ MASK) : "x1"));
  TRY(PAC("autia", s, 5));
}

static uint64_t code_of(uint64_t p) { return PACZ("paciza", p) ^ PACZ("pacdzb", p) << 8; }
static uint64_t codes(void) {
  uint64_t h = 0;
  for (int i = 0; i < 16; i++) h = h * 31 + code_of(i * 4096);
  return h;
}
static void *thread_codes(void *result) { *(uint64_t *)result = codes(); return NULL; }
#ifndef PR_PAC_SET_ENABLED_KEYS
#define PR_PAC_SET_ENABLED_KEYS 60
#define PR_PAC_GET_ENABLED_KEYS 61
#endif
static void pauth_keys(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t mine = codes(), other = 0;
  pthread_t thread;
  pthread_create(&thread, NULL, thread_codes, &other);
  pthread_join(thread, NULL);
  CHECK(other == mine);
  int status;
  pid_t child = fork();
  if (child == 0) _exit(codes() == mine);
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(prctl(PR_PAC_RESET_KEYS, PR_PAC_APIBKEY, 0, 0, 0) == 0);
  CHECK(codes() == mine);
  CHECK(prctl(PR_PAC_RESET_KEYS, PR_PAC_APIAKEY, 0, 0, 0) == 0);
  CHECK(codes() != mine);
  CHECK(prctl(PR_PAC_RESET_KEYS, 0, 0, 0, 0) == 0);
  CHECK(prctl(PR_PAC_RESET_KEYS, 32, 0, 0, 0) == -1 && errno == EINVAL);
  CHECK(prctl(PR_PAC_RESET_KEYS, 0, 1, 0, 0) == -1 && errno == EINVAL);
  SHOW(prctl(PR_PAC_GET_ENABLED_KEYS, 0, 0, 0, 0));
  SHOW(prctl(PR_PAC_SET_ENABLED_KEYS, PR_PAC_APIBKEY | PR_PAC_APDAKEY, PR_PAC_APDAKEY, 0, 0));
  SHOW(prctl(PR_PAC_GET_ENABLED_KEYS, 0, 0, 0, 0));
  CHECK(PACZ("pacizb", 0x1000) == 0x1000);
  CHECK(PACZ("autizb", 0x1000 | MASK) == (0x1000 | MASK));
  CHECK(prctl(PR_PAC_SET_ENABLED_KEYS, 1, 2, 0, 0) == -1 && errno == EINVAL);
  CHECK(prctl(PR_PAC_SET_ENABLED_KEYS, 16, 0, 0, 0) == -1 && errno == EINVAL);
}

// FEAT_LSE128

static void lse128(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  _Alignas(16) uint64_t cell[4] = {0x0123456789abcdef, 0xfedcba9876543210, 1, 2};
#define PAIR128(word, a, b) \
  { register uint64_t x0 asm("x0") = (a), x1 asm("x1") = (b); register uint64_t *x2 asm("x2") = cell; \
    asm volatile(".inst " #word : "+r"(x0), "+r"(x1) : "r"(x2) : "memory"); \
    uint64_t old0 = x0, old1 = x1; HEX(old0); HEX(old1); HEX(cell[0]); HEX(cell[1]); }
  PAIR128(0x19211040, 0xff, 0xff00000000000000)  // ldclrp x0, x1, [x2]
  PAIR128(0x19213040, 0xf000, 0xf)               // ldsetp
  PAIR128(0x19218040, 5, 6)                      // swpp
  PAIR128(0x19e18040, 7, 8)                      // swppal
  PAIR128(0x19a13040, 0, 0)                      // ldsetpa
  PAIR128(0x19611040, -1ul, -1ul)                // ldclrpl
  uint64_t *odd = cell + 1;
  TRY(asm volatile("mov x2, %0\n\t.inst 0x19218040" : : "r"(odd) : "x0", "x1", "x2", "memory"));
  CHECK(caught.addr == (uintptr_t)odd);
}

static const struct test tests[] = {
  {"pauth", pauth}, {"pauth_combined", pauth_combined}, {"pauth_faults", pauth_faults}, {"pauth_keys", pauth_keys},
  {"lse128", lse128},
};
TEST_MAIN(tests)
