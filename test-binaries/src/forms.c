// Runs every instruction form of a group over pseudo-random inputs rich in edge cases and prints one line for
// each: a hash of the results, a hash of the FPSR bits it set, its text.
//
// `forms GROUP [FPCR [TEXT]]`: FPCR is the hexadecimal control value to run under; with TEXT every input and
// output of the forms that contain it is printed, which is how a difference is found.
#include <sys/auxv.h>

#include "forms.h"
#include "t.h"

#define GROUPS(G) \
  G(three_same, values, 0) G(three_different, values, 0) G(two_misc, values, 0) G(across, values, 0) \
  G(shift_immediate, values, 0) G(permute, values, 0) G(copy, values, 0) G(modified_immediate, values, 0) \
  G(by_element, values, 0) G(scalar, values, 0) G(rdm, values, 12) G(dotprod, values, 20) \
  G(fp_two, floats, 0) G(fp_one, floats, 0) G(fp_three, floats, 0) G(fp_compare, floats, 0) \
  G(fp_convert, floats, 0) G(fp_vector, floats, 0) G(jscvt, floats, 13) G(fcma, floats, 14) \
  G(frint, floats, 32 + 8) G(load, memory, 0) G(store, memory, 0) G(pair, memory, 0) G(structure, memory, 0) \
  G(ordered, memory, 26) G(lse, memory, 8) G(cas_hit, memory, 8) G(aes, values, 3) G(pmull, values, 4) \
  G(sha, values, 5)
#define DECLARE(name, fill, cap) FORM_GROUP(name)
GROUPS(DECLARE)

static unsigned char buffer[1024] __attribute__((aligned(64)));
#define MIDDLE (buffer + 512)

static void values(struct state *s) {
  for (int i = 0; i < 8; i++) {
    uint64_t lanes[2];
    for (int k = 0; k < 2; k++) {
      uint64_t r = t_random(), edge = 0x8000000000000000u >> (r % 64);
      switch (t_random() % 6) {
        case 0: lanes[k] = edge; break;
        case 1: lanes[k] = edge - 1; break;
        case 2: lanes[k] = (r & 0x0f0f0f0f0f0f0f0fu) - 0x0808080808080808u; break;
        case 3: lanes[k] = r & 0xff80007f00ff8001u; break;
        default: lanes[k] = r;
      }
    }
    memcpy(&s->v[i], lanes, 16);
    s->x[i] = t_random() >> (t_random() % 64);
  }
}

static uint64_t any_double(void) {
  static const uint64_t special[] = {
      0, 0x8000000000000000, 0x3ff0000000000000, 0xbff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
      0x7ff8000000000000, 0xfff8000000012345, 0x7ff0000000000001, 0xfff4000000000abc, 0x0000000000000001,
      0x800fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff, 0x41dfffffffc00000, 0x41e0000000000000,
      0xc1e0000000000001, 0x41efffffffe00000, 0x43e0000000000000, 0xc3e0000000000000, 0x43efffffffffffff,
      0x3fe0000000000000, 0xbfdfffffffffffff, 0x3ff8000000000000, 0x4004000000000000, 0x3e70000000000000,
      0x380fffffffffffff, 0x47efffffefffffff, 0x36a0000000000001, 0x3f10000000000000, 0x40effc0000000000,
  };
  uint64_t r = t_random();
  switch (t_random() % 5) {
    case 0: case 1: return special[r % COUNT(special)];
    case 2: return (r & 0x800fffffffffffff) | (uint64_t)(1000 + t_random() % 50) << 52;
    case 3: return r;
    default: { double d = (int64_t)r >> (t_random() % 60); memcpy(&r, &d, 8); return r; }
  }
}

static uint32_t any_single(void) {
  static const uint32_t special[] = {
      0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001,
      0xffa00abc, 1, 0x807fffff, 0x00800000, 0x7f7fffff, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001,
      0x4f7fffff, 0x5f000000, 0xdf000000, 0x3f000000, 0xbeffffff, 0x40200000, 0x477fe000, 0x477ff000,
      0x33000000, 0x387fc000, 0x38800000,
  };
  uint32_t r = t_random() >> 17;
  switch (t_random() % 5) {
    case 0: case 1: return special[r % COUNT(special)];
    case 2: return (r & 0x807fffff) | (uint32_t)(110 + t_random() % 40) << 23;
    case 3: return r;
    default: { float f = (int32_t)r >> (t_random() % 31); memcpy(&r, &f, 4); return r; }
  }
}

static void floats(struct state *s) {
  int single = t_random() & 1;
  values(s);
  for (int i = 0; i < 8; i++) {
    uint64_t lanes[2];
    for (int k = 0; k < 2; k++)
      lanes[k] = single ? any_single() | (uint64_t)any_single() << 32 : any_double();
    memcpy(&s->v[i], lanes, 16);
  }
}

static void memory(struct state *s) {
  values(s);
  for (size_t i = 0; i < sizeof buffer; i += 8) {
    uint64_t r = t_random();
    memcpy(buffer + i, &r, 8);
  }
  s->x[1] = (uintptr_t)MIDDLE;
  s->x[2] = (int64_t)(t_random() % 129) - 64;
  s->x[3] = (t_random() << 32) | (uint32_t)((int)(t_random() % 33) - 16);
  s->x[4] = t_random() % 16;
  memcpy(&s->x[5], MIDDLE, 8);
  if (t_random() & 1) memcpy(&s->x[0], MIDDLE, 8);
}

static void print_state(const char *what, const struct state *s) {
  printf("%s nzcv %llx fpsr %08llx", what, (unsigned long long)s->nzcv >> 28, (unsigned long long)s->fpsr);
  for (int i = 0; i < 6; i++) printf(" x%d %llx", i, (unsigned long long)s->x[i]);
  for (int i = 0; i < 4; i++)
    printf(" v%d %016llx_%016llx", i, (unsigned long long)(s->v[i] >> 64), (unsigned long long)s->v[i]);
  puts("");
}

static void run_group(const struct form *f, const struct form *end, void (*fill)(struct state *), int argc, char **argv) {
  uint64_t fpcr = argc > 1 ? strtoull(argv[1], NULL, 16) : 0;
  const char *only = argc > 2 ? argv[2] : NULL;
  for (; f < end; f++) {
    if (only && !strstr(f->text, only)) continue;
    uint64_t h = HASH_START, flags = HASH_START;
    t_seed = 0x9e3779b97f4a7c15u;
    for (int round = 0; round < 400; round++) {
      struct state s = {.fpcr = fpcr, .nzcv = (uint64_t)(round % 16) << 28};
      fill(&s);
      if (only) print_state("in ", &s);
      run_form(f->stub, &s);
      if (only) print_state("out", &s);
      if (fill == memory) s.x[1] -= (uintptr_t)MIDDLE, h = t_hash(h, buffer, sizeof buffer);
      h = t_hash(h, s.x, sizeof s.x), h = t_hash(h, s.v, sizeof s.v), h = t_hash(h, &s.nzcv, 8);
      flags = t_hash(flags, &s.fpsr, 8);
    }
    printf("%016llx %016llx  %s\n", (unsigned long long)h, (unsigned long long)flags, f->text);
  }
}

static void need(int cap) {
  unsigned long word = cap < 32 ? getauxval(AT_HWCAP) : getauxval(AT_HWCAP2);
  if (cap && !(word >> (cap % 32) & 1)) t_skip("the CPU does not advertise this extension");
}
#define RUN(name, fill, cap) \
  static void run_##name(int argc, char **argv) { \
    need(cap); \
    run_group(__start_forms_##name, __stop_forms_##name, fill, argc, argv); \
  }
GROUPS(RUN)
#define ROW(name, fill, cap) {#name, run_##name},
static const struct test TESTS[] = {GROUPS(ROW)};
TEST_MAIN(TESTS)
