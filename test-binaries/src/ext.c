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

// FEAT_MOPS

struct mops { uint64_t to, from, left, flags; };
#define MOPS_COPY(name, head, options)                                                         \
  static struct mops name(uint64_t to, uint64_t from, uint64_t left) {                         \
    struct mops r;                                                                             \
    asm volatile(".arch armv8.8-a+mops\n\tcmp xzr, xzr\n\t"                                    \
                 head "p" options " [%0]!, [%1]!, %2!\n\t" head "m" options " [%0]!, [%1]!, %2!\n\t" \
                 head "e" options " [%0]!, [%1]!, %2!\n\tmrs %3, nzcv"                          \
                 : "+&r"(to), "+&r"(from), "+&r"(left), "=r"(r.flags) : : "memory", "cc");     \
    r.to = to, r.from = from, r.left = left;                                                   \
    return r;                                                                                  \
  }
MOPS_COPY(cpyf, "cpyf", "") MOPS_COPY(cpyf_wn, "cpyf", "wn") MOPS_COPY(cpyf_rtn, "cpyf", "rtn")
MOPS_COPY(cpyf_t, "cpyf", "t") MOPS_COPY(cpyf_wtrn, "cpyf", "wtrn")
MOPS_COPY(cpy, "cpy", "") MOPS_COPY(cpy_rn, "cpy", "rn") MOPS_COPY(cpy_wt, "cpy", "wt") MOPS_COPY(cpy_tn, "cpy", "tn")
#define MOPS_SET(name, options)                                                                \
  static struct mops name(uint64_t to, uint64_t value, uint64_t left) {                        \
    struct mops r;                                                                             \
    asm volatile(".arch armv8.8-a+mops\n\tcmp xzr, xzr\n\t"                                    \
                 "setp" options " [%0]!, %1!, %3\n\tsetm" options " [%0]!, %1!, %3\n\t"        \
                 "sete" options " [%0]!, %1!, %3\n\tmrs %2, nzcv"                               \
                 : "+&r"(to), "+&r"(left), "=r"(r.flags) : "r"(value) : "memory", "cc");       \
    r.to = to, r.from = value, r.left = left;                                                  \
    return r;                                                                                  \
  }
MOPS_SET(set, "") MOPS_SET(set_n, "n") MOPS_SET(set_t, "t") MOPS_SET(set_tn, "tn")

static uint8_t area[0x4000], model[0x4000];
static void mops(int argc, char **argv) {
  (void)argc, (void)argv;
  static struct mops (*const copies[])(uint64_t, uint64_t, uint64_t) = {
    cpy, cpy_rn, cpy_wt, cpy_tn, cpyf, cpyf_wn, cpyf_rtn, cpyf_t, cpyf_wtrn};
  static struct mops (*const sets[])(uint64_t, uint64_t, uint64_t) = {set, set_n, set_t, set_tn};
  static const size_t sizes[] = {0, 1, 2, 7, 15, 16, 17, 31, 64, 255, 4095, 4096, 4097, 9000};
  for (size_t i = 0; i < sizeof area; i++) area[i] = model[i] = t_random();
  for (size_t c = 0; c < COUNT(copies); c++) {
    int forward = c >= 4, wrong = 0;
    uint64_t h = HASH_START;
    for (int round = 0; round < 60; round++) {
      size_t n = sizes[t_random() % COUNT(sizes)], to = t_random() % 0x1800, from;
      // Close by or far away; where only upwards is right, the source is not below the target.
      from = t_random() % 2 ? t_random() % 0x1800 : to + t_random() % 64 - (forward || to < 64 ? 0 : 32);
      if (forward && from < to && from + n > to) from = to + t_random() % 100;
      uint64_t tag = t_random() << 56;
      struct mops r = copies[c](tag | (uint64_t)(area + to), (uint64_t)(area + from), n);
      memmove(model + to, model + from, n);
      wrong += memcmp(area, model, sizeof area) != 0;
      int down = !forward && from < to && from + n > to;
      wrong += r.left != 0 || r.flags != 0;
      wrong += (r.to & ~(0xfful << 56)) != (uint64_t)(area + to + (down ? 0 : n));
      wrong += r.from != (uint64_t)(area + from + (down ? 0 : n));
    }
    h = t_hash(h, area, sizeof area);
    printf("copy %zu: %d wrong, %016llx\n", c, wrong, (unsigned long long)h);
  }
  for (size_t c = 0; c < COUNT(sets); c++) {
    int wrong = 0;
    for (int round = 0; round < 60; round++) {
      size_t n = sizes[t_random() % COUNT(sizes)], to = t_random() % 0x1800;
      uint64_t value = t_random();
      struct mops r = sets[c]((uint64_t)(area + to), value, n);
      memset(model + to, value, n);
      wrong += memcmp(area, model, sizeof area) != 0 || r.left != 0 || r.flags != 0 || r.to != (uint64_t)(area + to + n);
    }
    printf("set %zu: %d wrong\n", c, wrong);
  }
  struct mops r = set((uint64_t)area, 0, 0);
  CHECK(r.left == 0 && r.to == (uint64_t)area);
}

static void mops_faults(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  uint8_t *p = MUST(mmap(NULL, 0x6000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(p + 0x2000, 0x1000, PROT_NONE);
  mprotect(p + 0x5000, 0x1000, PROT_READ);
  memset(p, 1, 0x2000), memset(p + 0x3000, 2, 0x2000);
  TRY(cpyf((uint64_t)p, (uint64_t)p + 0x1f00, 0x200));
  CHECK(caught.addr == (uintptr_t)p + 0x2000);
  TRY(cpyf((uint64_t)p + 0x1f80, (uint64_t)p + 0x3000, 0x200));
  CHECK(caught.addr == (uintptr_t)p + 0x2000);
  CHECK(p[0x1f7f] == 1 && p[0x1f80] == 2 && p[0x1fff] == 2);
  TRY(cpyf((uint64_t)p + 0x4f00, (uint64_t)p, 0x200));
  CHECK(caught.addr == (uintptr_t)p + 0x5000 && p[0x4fff] == 1);
  TRY(set((uint64_t)p + 0x1ff0, 7, 100));
  CHECK(caught.addr == (uintptr_t)p + 0x2000 && p[0x1fef] == 2 && p[0x1ff0] == 7 && p[0x1fff] == 7);
  TRY(set((uint64_t)p, 7, -1ul));
  CHECK(p[0] == 7 && p[0x1fff] == 7);
  TRY(cpy((uint64_t)p + 0x3000, (uint64_t)p + 0x2ff8, 0x100));
  CHECK(caught.addr - (uintptr_t)p - 0x2ff8 < 8 && p[0x30ff] == 2);
}

// FEAT_BTI

#ifndef PROT_BTI
#define PROT_BTI 0x10
#endif
// Calls `stub` with `target` in X9 and X16.
static void branch(void *stub, void *target) {
  register void *x8 asm("x8") = stub, *x9 asm("x9") = target, *x16 asm("x16") = target;
  asm volatile("blr x8" : "+r"(x8), "+r"(x9), "+r"(x16) : : "x10", "x17", "x30", "memory");
}
static void bti(int argc, char **argv) {
  (void)argc, (void)argv;
  static const struct { const char *name; uint32_t code[4]; } landings[] = {
    {"nop", {0xd503201f, 0xd65f03c0}}, {"bti", {0xd503241f, 0xd65f03c0}}, {"bti c", {0xd503245f, 0xd65f03c0}},
    {"bti j", {0xd503249f, 0xd65f03c0}}, {"bti jc", {0xd50324df, 0xd65f03c0}},
    {"paciasp", {0xd503233f, 0xd50323bf, 0xd65f03c0}}, {"pacibsp", {0xd503237f, 0xd50323ff, 0xd65f03c0}},
    {"paciaz", {0xd503231f, 0xd503239f, 0xd65f03c0}}, {"brk", {0xd4200000}}, {"svc", {0xd4000001}}, {"udf", {0}}};
  static const struct { const char *name; uint32_t code[5]; } stubs[] = {
    {"blr x9", {0xd50324df, 0xaa1e03ea, 0xd63f0120, 0xd65f0140}},
    {"br x9", {0xd50324df, 0xd61f0120}}, {"br x16", {0xd50324df, 0xd61f0200}}, {"ret x9", {0xd50324df, 0xd65f0120}}};
  catch_signals();
  uint32_t *page[2];
  for (int guarded = 0; guarded < 2; guarded++) {
    page[guarded] = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < COUNT(landings); i++) memcpy(page[guarded] + i * 16, landings[i].code, sizeof landings[i].code);
    for (size_t i = 0; i < COUNT(stubs); i++) memcpy(page[guarded] + 512 + i * 16, stubs[i].code, sizeof stubs[i].code);
    __builtin___clear_cache((char *)page[guarded], (char *)page[guarded] + 4096);
    MUST(mprotect(page[guarded], 4096, PROT_READ | PROT_EXEC | (guarded ? PROT_BTI : 0)));
  }
  for (int from = 0; from < 2; from++)
    for (size_t i = 0; i < COUNT(stubs); i++)
      for (int to = 0; to < 2; to++)
        for (size_t k = 0; k < COUNT(landings) - (to == 0 ? 3 : 0); k++) {
          uint32_t *target = page[to] + k * 16;
          caught.hits = 0;
          for (int times = 0; times < 3; times++)
            if (!sigsetjmp(back, 1)) branch(page[from] + 512 + i * 16, target);
          printf("%d %s %d %s:", from, stubs[i].name, to, landings[k].name);
          if (caught.hits) printf(" %d times signal %d code %d%s btype %d\n", caught.hits, caught.signal, caught.code,
                                  caught.pc == (uintptr_t)target && caught.addr == caught.pc ? "" : " WRONG PC", (int)(caught.pstate >> 10 & 3));
          else printf(" yes\n");
        }
  MUST(mprotect(page[1], 4096, PROT_READ | PROT_EXEC));
  TRY(branch(page[1] + 512, page[1]));
  CHECK(mprotect(page[1], 4096, PROT_READ | 0x40) == -1 && errno == EINVAL);
}
static void handler_in_guarded_page(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  // Two handlers that return: the first is a target for calls, the second is not.
  static const uint32_t code[] = {0xd503245f, 0xd65f03c0, 0xd503201f, 0xd65f03c0};
  uint32_t *page = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  memcpy(page, code, sizeof code);
  __builtin___clear_cache((char *)page, (char *)page + 4096);
  MUST(mprotect(page, 4096, PROT_READ | PROT_EXEC | PROT_BTI));
  for (int i = 0; i < 2; i++) {
    struct sigaction act = {.sa_handler = (void (*)(int))(page + 2 * i)};
    MUST(sigaction(SIGUSR1, &act, NULL));
    TRY(raise(SIGUSR1));
    SHOW(caught.pstate >> 10 & 3);
  }
}

// PSTATE fields

#define READ(reg) ({ uint64_t v_; asm volatile("mrs %0, " reg : "=r"(v_)); v_; })
#define WRITE(reg, value) asm volatile("msr " reg ", %0" : : "r"((uint64_t)(value)))
static void on_usr1(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  ucontext_t *uc = context;
  HEX(uc->uc_mcontext.pstate & 0x3001000);
  HEX(READ("s3_3_c4_c2_5"));
  uc->uc_mcontext.pstate ^= 0x1000;
}
static void pstate(int argc, char **argv) {
  (void)argc, (void)argv;
  struct sigaction act = {.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGUSR1, &act, NULL));
  WRITE("s3_3_c4_c2_5", -1ul);
  HEX(READ("s3_3_c4_c2_5"));
  asm volatile(".inst 0xd503405f");  // msr dit, #0
  HEX(READ("s3_3_c4_c2_5"));
  asm volatile(".inst 0xd503415f");  // msr dit, #1
  HEX(READ("s3_3_c4_c2_5"));
  asm volatile(".inst 0xd503413f");  // msr ssbs, #1
  HEX(READ("s3_3_c4_c2_6"));
  raise(SIGUSR1);
  HEX(READ("s3_3_c4_c2_6"));
  uint64_t a = READ("cntvct_el0"), b = READ("s3_3_c14_c0_6"), c = READ("cntvct_el0");
  CHECK(a <= b && b <= c);
}

// FEAT_MTE

#define PROT_MTE_ 0x20
#define CONTROL(bits) prctl(55, (unsigned long)(bits), 0, 0, 0)
enum { TAGGED = 1, SYNC = 2, ASYNC = 4 };
#define ONE(form, x, ...) ({ uint64_t r_; asm volatile(".arch armv8.5-a+memtag\n\t" form : "=r"(r_) : "r"((uint64_t)(x)), ##__VA_ARGS__ : "memory"); r_; })
#define IN(x) "r"((uint64_t)(x))
#define TAGGED_AT(p, tag) ((uint64_t)(p) | (uint64_t)(tag) << 56)
static uint64_t load_tag(void *p) { uint64_t r = (uint64_t)p; asm volatile(".arch armv8.5-a+memtag\n\tldg %0, [%1]" : "+r"(r) : "r"(p) : "memory"); return r >> 56 & 15; }
#define STORE(form, address, source) asm volatile(".arch armv8.5-a+memtag\n\t" form : : "r"((uint64_t)(address)), "r"((uint64_t)(source)) : "memory")
static void mte_registers(int argc, char **argv) {
  (void)argc, (void)argv;
  for (uint64_t tag = 0; tag < 16; tag += 5) {
    uint64_t p = TAGGED_AT(0x12345670, tag);
    HEX(ONE("addg %0, %1, 32, 3", p));
    HEX(ONE("subg %0, %1, 1008, 15", p));
    HEX(ONE("gmi %0, %1, xzr", p));
    HEX(ONE("gmi %0, %1, %2", p, IN(0x8001)));
    HEX(ONE("irg %0, %1", p));
    HEX(ONE("subp %0, %1, %2", p, IN(0x00ff000000000010)));
    HEX(ONE("subps %0, %1, %2\n\tcset %0, mi", p, IN(0x7f00000012345680)));
    HEX(ONE("subps %0, %1, %2\n\tcset %0, eq", p, IN(0x7f00000012345670)));
  }
  SHOW(CONTROL(TAGGED | 0x8008 << 3));
  int wrong = 0;
  for (int i = 0; i < 100; i++) {
    uint64_t tag = ONE("irg %0, %1", 0x1230) >> 56;
    wrong += tag != 3 && tag != 15;
    wrong += ONE("irg %0, %1, %2", 0x1230, IN(0x0008)) >> 56 != 15;
  }
  SHOW(wrong);
  for (uint64_t tag = 0; tag < 16; tag++) printf("%llx ", (unsigned long long)ONE("addg %0, %1, 16, 1", TAGGED_AT(0, tag)));
  printf("\n");
  SHOW(prctl(56, 0, 0, 0, 0));
  CHECK(CONTROL(1 << 30) == -1 && errno == EINVAL);
}
static void mte_memory(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  SHOW(CONTROL(TAGGED | SYNC | 0xfffe << 3));
  char *p = MUST(mmap(NULL, 0x3000, PROT_READ | PROT_WRITE | PROT_MTE_, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  char *plain = MUST(mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  memset(p, 0x55, 0x100);
  STORE("stg %1, [%0]", p + 16, TAGGED_AT(0, 5));
  STORE("st2g %1, [%0, 32]", p, TAGGED_AT(0, 7));
  STORE("stzg %1, [%0, 64]", p, TAGGED_AT(0, 9));
  STORE("stz2g %1, [%0, 80]", p, TAGGED_AT(0, 10));
  STORE("stgp %1, %1, [%0, 16]", TAGGED_AT(p + 96, 3), 0x1122334455667788);
  STORE("stg %1, [%0]", plain, TAGGED_AT(0, 5));
  for (int i = 0; i < 9; i++) printf("%d:%llx ", i, (unsigned long long)load_tag(p + 16 * i));
  printf("plain:%llx\n", (unsigned long long)load_tag(plain));
  uint64_t h = HASH_START;
  CONTROL(TAGGED | 0xfffe << 3);
  h = t_hash(h, p, 0x100);
  HEX(h);
  CONTROL(TAGGED | SYNC | 0xfffe << 3);
  volatile char *right = (void *)TAGGED_AT(p + 16, 5), *wrong = (void *)TAGGED_AT(p + 16, 6);
  volatile uint64_t *across = (void *)TAGGED_AT(p + 28, 5);
  TRY(right[3]++);
  TRY(wrong[3]++);
  CHECK(caught.addr == (uintptr_t)p + 19);
  TRY(*across);
  CHECK(caught.addr == (uintptr_t)p + 32);
  TRY(wrong[-16]);
  TRY(((volatile char *)TAGGED_AT(plain, 8))[0]++);
  TRY((void)*(volatile char *)(p + 0x20));
  TRY(asm volatile("ldr q0, [%0]" : : "r"(wrong) : "v0"));
  TRY(asm volatile("ldp x10, x11, [%0]" : : "r"(right) : "x10", "x11"));
  TRY(asm volatile("stp x10, x11, [%0, -8]" : : "r"(right) : "memory"));
  TRY(__atomic_fetch_add((int *)wrong, 1, __ATOMIC_SEQ_CST));
  TRY(asm volatile("dc zva, %0" : : "r"(right) : "memory"));
  TRY(asm volatile("msr s3_3_c4_c2_7, %0\n\tldrb w10, [%1]\n\tmsr s3_3_c4_c2_7, xzr" : : "r"(1ul << 25), "r"(wrong) : "x10"));
  TRY(STORE("stg %1, [%0]", p + 8, 0));
  TRY(STORE("stg %1, [%0]", 16, 0));
  MUST(mprotect(p, 0x1000, PROT_READ));
  TRY(*wrong);
  TRY(STORE("stg %1, [%0]", p, 0));
  MUST(mprotect(p, 0x1000, PROT_READ | PROT_WRITE));
  MUST(madvise(p, 0x1000, MADV_DONTNEED));
  SHOW(load_tag(p + 16));
  STORE("st2g %1, [%0]", p + 0x1ff0, TAGGED_AT(0, 4));
  char *moved = MUST(mremap(p + 0x1000, 0x2000, 0x3000, MREMAP_MAYMOVE));
  SHOW(load_tag(moved + 0xff0));
  SHOW(load_tag(moved + 0x1000));
  SHOW(load_tag(moved + 0x1010));
  MUST(munmap(p, 0x1000));
  p = MUST(mmap(p, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  TRY(((volatile char *)TAGGED_AT(p, 8))[0]++);
}
static void mte_async(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  SHOW(CONTROL(TAGGED | ASYNC | 0xfffe << 3));
  char *p = MUST(mmap(NULL, 0x1000, PROT_READ | PROT_WRITE | PROT_MTE_, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TRY(*(volatile char *)TAGGED_AT(p, 3) = 7; getppid());
  CHECK(caught.addr == 0);
  CHECK(*p == 7);
}

static const struct test tests[] = {
  {"pauth", pauth}, {"pauth_combined", pauth_combined}, {"pauth_faults", pauth_faults}, {"pauth_keys", pauth_keys},
  {"lse128", lse128}, {"mops", mops}, {"mops_faults", mops_faults},
  {"bti", bti}, {"handler_in_guarded_page", handler_in_guarded_page}, {"pstate", pstate},
  {"mte_registers", mte_registers}, {"mte_memory", mte_memory}, {"mte_async", mte_async},
};
TEST_MAIN(tests)
