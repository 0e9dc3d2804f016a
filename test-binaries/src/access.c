// Accesses: which of them fault, with what, and what they leave behind. Every form runs several times, so that its code
// is translated too.
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <ucontext.h>

#include "forms.h"
#include "t.h"

FORM_GROUP(sp_base) FORM_GROUP(sp_written) FORM_GROUP(aligned) FORM_GROUP(others)
FORM_GROUP(reads) FORM_GROUP(writes) FORM_GROUP(atomics)

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, TIMES = 3 };
static struct state before, after;
static struct { int hits, signal, code; uint64_t addr, fault_address, esr, sp, pc, x1; } seen;

static void on_fault(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  seen.hits++;
  seen.signal = signal, seen.code = info->si_code, seen.addr = (uint64_t)info->si_addr;
  seen.fault_address = uc->uc_mcontext.fault_address;
  seen.pc = uc->uc_mcontext.pc, seen.sp = uc->uc_mcontext.sp, seen.x1 = uc->uc_mcontext.regs[1];
  seen.esr = 0;
  for (struct _aarch64_ctx *r = (void *)uc->uc_mcontext.__reserved; r->magic; r = (void *)((char *)r + r->size))
    if (r->magic == ESR_MAGIC) seen.esr = ((struct esr_context *)r)->esr;
  uc->uc_mcontext.pc = uc->uc_mcontext.regs[30];
  // A stub that has moved SP keeps the old one in X9.
  if (uc->uc_mcontext.regs[9] >> 12 == (uint64_t)uc->uc_mcontext.regs[29] >> 12) uc->uc_mcontext.sp = uc->uc_mcontext.regs[9];
}
static void catch_faults(void) {
  static char stack[65536] __attribute__((aligned(16)));
  MUST(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
  struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
  for (size_t i = 0; i < COUNT(signals); i++) MUST(sigaction(signals[i], &act, NULL));
}
static char *pages(int count) { return MUST(mmap(NULL, count * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)); }
static void run(const struct form *f) {
  memset(&seen, 0, sizeof seen);
  after = before;
  run_form(f->stub, &after);
}
static const char *name(int signal) {
  return signal == SIGSEGV ? "SEGV" : signal == SIGBUS ? "BUS" : signal == SIGILL ? "ILL" : "TRAP";
}

// SP as a base

static void sp_form(const struct form *f, char *at, unsigned off) {
  printf("%s, sp %+d:", f->text, (int)off);
  char first[120] = "", text[120];
  for (int i = 0; i < TIMES; i++) {
    for (int x = 0; x < 8; x++) before.x[x] = x;
    before.x[0] = (uint64_t)at + 24, before.x[1] = (uint64_t)at + off, before.x[2] = 0, before.x[3] = (uint64_t)at + 8, before.x[4] = 8;
    before.nzcv = 0x60000000;
    run(f);
    if (!seen.hits) {
      sprintf(text, " sp %lld", (long long)(after.x[1] - (uint64_t)at));
    } else {
      sprintf(text, " %s code %d at %d%s%s sp %lld esr %llx", name(seen.signal), seen.code,
              (int)(seen.pc - (uint64_t)f->stub) / 4 - 2, seen.addr == seen.sp ? "" : " WRONG ADDRESS",
              seen.fault_address ? " FAULT ADDRESS" : "", (long long)(seen.sp - (uint64_t)at), (unsigned long long)seen.esr);
    }
    if (strcmp(text, first)) printf("%s", strcpy(first, text));
  }
  puts("");
}
static void sp_base(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(2);
  static const unsigned offsets[] = {0, 8, 1};
  for (size_t i = 0; i < COUNT(offsets); i++)
    for (const struct form *f = __start_forms_sp_base; f < __stop_forms_sp_base; f++) sp_form(f, p + PAGE, offsets[i]);
}
static void sp_written(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(2);
  for (const struct form *f = __start_forms_sp_written; f < __stop_forms_sp_written; f++) sp_form(f, p + PAGE, 0);
}

// Bits of FPCR in a frame that the processor does not have

static uint64_t put_fpcr;
static void on_usr1(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  struct fpsimd_context *fp = (void *)((ucontext_t *)context)->uc_mcontext.__reserved;
  fp->fpcr = put_fpcr;
}
static uint64_t fpcr(void) {
  uint64_t v;
  __asm__ volatile("mrs %0, fpcr" : "=r"(v));
  return v;
}
static void fpcr_in_frame(int argc, char **argv) {
  (void)argc, (void)argv;
  MUST(sigaction(SIGUSR1, &(struct sigaction){.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO}, NULL));
  for (put_fpcr = 1; put_fpcr < 1ul << 32; put_fpcr <<= 1) {
    uint64_t frame, msr;
    raise(SIGUSR1);
    frame = fpcr();
    __asm__ volatile("msr fpcr, %0" : : "r"(put_fpcr));
    msr = fpcr();
    __asm__ volatile("msr fpcr, xzr");
    if (frame || msr) printf("%08llx: %llx %llx\n", (unsigned long long)put_fpcr, (unsigned long long)frame, (unsigned long long)msr);
  }
}

// Alignment

static void fill(void) {
  for (int i = 0; i < 8; i++) {
    before.x[i] = t_random();
    before.v[i] = (unsigned __int128)t_random() << 64 | t_random();
  }
  before.x[2] = 0, before.nzcv = t_random() & 0xf0000000;
}
static int registers_kept(void) {
  return !memcmp(after.x, before.x, sizeof after.x) && !memcmp(after.v, before.v, sizeof after.v) && after.nzcv == before.nzcv;
}
// `.`: no fault; r, w: BUS_ADRALN of a read, a write, with nothing changed; ?: anything else.
static void alignment(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(1) + 512, old[64];
  for (const struct form *f = __start_forms_aligned; f < __stop_forms_aligned; f++) {
    char line[17] = "";
    for (int off = 0; off < 16; off++)
      for (int i = 0; i < TIMES; i++) {
        fill();
        before.x[1] = (uint64_t)p + off;
        memcpy(old, p, sizeof old);
        run(f);
        int kept = registers_kept() && !memcmp(old, p, sizeof old);
        int exact = seen.signal == SIGBUS && seen.code == BUS_ADRALN && seen.addr == before.x[1] && seen.fault_address == seen.addr;
        int syndrome = (seen.esr & ~0x40ul) == 0x92000021 && seen.pc == (uint64_t)f->stub;
        char c = !seen.hits ? '.' : seen.signal == SIGILL ? 'i' : !kept || !exact || !syndrome ? '?' : seen.esr & 0x40 ? 'w' : 'r';
        line[off] = i && line[off] != c ? '!' : c;
      }
    printf("%-32s %s\n", f->text, line);
  }
}

// Tags in addresses: what is done with one is what is done without

static void tagged_form(const struct form *f, char *p) {
  char image[256], plain[256];
  for (size_t i = 0; i < sizeof image; i++) image[i] = t_random();
  fill();
  struct state start = before, expect;
  uint64_t at = (uint64_t)p + 64, tag = 0x5aul << 56;
  memcpy(p, image, sizeof image);
  before.x[1] = at;
  run(f);
  memcpy(plain, p, sizeof plain);
  expect = after;
  int hits = seen.hits, wrong = 0;
  for (int i = 0; i < TIMES; i++) {
    memcpy(p, image, sizeof image);
    before = start, before.x[1] = at | tag;
    run(f);
    wrong |= memcmp(plain, p, sizeof plain) != 0;
    // Where the base was written back, it keeps the tag.
    if (after.x[1] - at - tag + 128 < 256) after.x[1] -= tag;
    wrong |= 2 * (memcmp(after.x, expect.x, sizeof after.x) != 0) | 4 * (memcmp(after.v, expect.v, sizeof after.v) != 0);
    wrong |= 8 * (seen.hits != hits);
  }
  printf("%s: %s", f->text, hits ? "faults" : "done");
  printf(wrong ? " WRONG %d\n" : "\n", wrong);
}
static void tags(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(3) + PAGE;
#define EACH(group, call) for (const struct form *f = __start_forms_##group; f < __stop_forms_##group; f++) call
  EACH(reads, tagged_form(f, p));
  EACH(writes, tagged_form(f, p));
  EACH(atomics, tagged_form(f, p));
  EACH(aligned, tagged_form(f, p));
  EACH(others, tagged_form(f, p));
}

// The second part of an access meets a bad page

// Whether two texts are the same but for blanks, which the assembler's macros drop.
static int same(const char *a, const char *b) {
  for (;; a++, b++) {
    while (*a == ' ') a++;
    while (*b == ' ') b++;
    if (*a != *b) return 0;
    if (!*a) return 1;
  }
}
static const struct form *form(const char *text) {
  EACH(reads, if (same(f->text, text)) return f);
  EACH(writes, if (same(f->text, text)) return f);
  EACH(atomics, if (same(f->text, text)) return f);
  EACH(others, if (same(f->text, text)) return f);
  EACH(aligned, if (same(f->text, text)) return f);
  t_die(text);
  return NULL;
}
static void half(const struct form *f, char *end, int back, const char *bad) {
  char old[128];
  for (int i = 0; i < TIMES; i++) {
    fill();
    for (int k = 0; k < 128; k++) end[k - 128] = t_random();
    before.x[1] = (uint64_t)end - back;
    memcpy(old, end - 128, sizeof old);
    run(f);
    if (!seen.hits) { printf("%s: no fault\n", f->text); return; }
    if (i && registers_kept()) continue;
    printf("%s, %d before %s: %s code %d, %+lld, esr %llx%s\n", f->text, back, bad, name(seen.signal), seen.code,
           (long long)(seen.addr - (uint64_t)end), (unsigned long long)seen.esr & ~0xful,
           registers_kept() ? "" : " REGISTERS CHANGED");
  }
}
static void halves(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *none = pages(2) + PAGE, *readonly = pages(2) + PAGE, *gone = pages(2) + PAGE;
  MUST(mprotect(none, PAGE, PROT_NONE)), MUST(mprotect(readonly, PAGE, PROT_READ)), MUST(munmap(gone, PAGE));
  static const char *forms[] = {"ldp x4, x1, [x1]", "ldp w4, w5, [x1], #8", "ldp q4, q5, [x1]", "ldpsw x4, x5, [x1]", "ldr q0, [x1], #16",
    "ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64", "ld4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]", "ld2 {v0.s, v1.s}[1], [x1], #8",
    "stp x4, x5, [x1]", "stp w4, w5, [x1], #8", "stp q4, q5, [x1], #32", "str q0, [x1, #0]!", "str x0, [x1], #8",
    "st1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64", "st4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]", "st2 {v0.s, v1.s}[1], [x1], #8"};
  for (size_t k = 0; k < COUNT(forms); k++) {
    const struct form *f = form(forms[k]);
    half(f, none, 4, "no access"), half(f, readonly, 4, "a read-only page"), half(f, gone, 4, "nothing");
  }
}

// Syndromes

static void syndrome(const char *text, const struct form *f, uint64_t at) {
  char first[160] = "", line[160];
  for (int i = 0; i < TIMES; i++) {
    fill();
    before.x[1] = at;
    run(f);
    int where = seen.addr == at;
    if (!seen.hits) sprintf(line, "no fault");
    else sprintf(line, "%s code %d esr %llx%s%s%s", name(seen.signal), seen.code, (unsigned long long)seen.esr, where ? "" : " OTHER ADDRESS",
                 seen.fault_address == (at >> 55 & 1 ? at : at & ~(0xfful << 56)) ? "" : " OTHER FAULT ADDRESS", registers_kept() ? "" : " CHANGED");
    if (strcmp(first, line)) printf("%s %s: %s\n", text, f->text, strcpy(first, line));
  }
}
static void syndromes(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *readonly = pages(1), *none = pages(1), *gone = pages(1);
  int fd = MUST((int)syscall(SYS_memfd_create, "short", 0));
  char *short_ = MUST(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
  // A page has to be there, or the fault would be one of translation.
  *(volatile char *)(readonly + 64);
  MUST(mprotect(readonly, PAGE, PROT_READ)), MUST(mprotect(none, PAGE, PROT_NONE)), MUST(munmap(gone, PAGE));
  const struct { const char *name; uint64_t at; } places[] = {
    {"read-only", (uint64_t)readonly + 64}, {"no access", (uint64_t)none + 64}, {"nothing", (uint64_t)gone + 64}, {"no page", (uint64_t)short_},
    {"beyond the user's", 0x0001000000000000}, {"upper half", 0xffff800000000000}};
  static const char *texts[] = {"ldr x0, [x1]", "str x0, [x1]", "ldaddal x0, x4, [x1]", "casal x0, x4, [x1]", "casp x4, x5, x6, x7, [x1]",
                                "ldxr x0, [x1]", "ld1r {v0.2d}, [x1]", "st4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]", "dc zva, x1", "dc cvau, x1",
                                "dc civac, x1", "prfm pldl1keep, [x1]"};
  for (size_t i = 0; i < COUNT(places); i++)
    for (size_t k = 0; k < COUNT(texts); k++) syndrome(places[i].name, form(texts[k]), places[i].at);
}

// Fetching instructions

static void fetches(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *data = pages(1), *none = pages(1), *gone = pages(1);
  *(volatile char *)data;
  MUST(mprotect(none, PAGE, PROT_NONE)), MUST(munmap(gone, PAGE));
  const struct { const char *name; uint64_t at; } places[] = {
    {"data", (uint64_t)data + 64}, {"no access", (uint64_t)none}, {"nothing", (uint64_t)gone + 8}, {"misaligned", (uint64_t)fetches + 2},
    {"misaligned data", (uint64_t)data + 1}, {"beyond the user's", 0x0001000000000000}, {"upper half", 0xffff800000000000},
    {"misaligned upper half", 0xffff800000000003}};
  for (size_t i = 0; i < COUNT(places); i++)
    for (int tag = 0; tag < 2; tag++) {
      char first[160] = "", line[160];
      uint64_t at = places[i].at;
      for (int k = 0; k < TIMES; k++) {
        fill();
        run(&(struct form){(void (*)(void))(at | (tag ? 0x12ul << 56 : 0)), ""});
        sprintf(line, "%s code %d esr %llx%s%s%s%s", name(seen.signal), seen.code, (unsigned long long)seen.esr, seen.pc == at ? "" : " OTHER PC",
                seen.addr == at ? "" : " OTHER ADDRESS", seen.fault_address == at ? "" : seen.fault_address ? " OTHER FAULT ADDRESS" : " no fault address",
                registers_kept() ? "" : " CHANGED");
        if (strcmp(first, line)) printf("%s%s: %s\n", places[i].name, tag ? ", tagged" : "", strcpy(first, line));
      }
    }
}

// Tags in si_addr

static void exposed(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *readonly = pages(1), *gone = pages(1);
  MUST(mprotect(readonly, PAGE, PROT_READ)), MUST(munmap(gone, PAGE));
  for (int expose = 0; expose < 2; expose++) {
    struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | (expose ? 0x800 : 0)};
    MUST(sigaction(SIGSEGV, &act, NULL)), MUST(sigaction(SIGBUS, &act, NULL));
    const struct { const char *text; uint64_t at; } cases[] = {
      {"ldr x0, [x1]", (uint64_t)gone}, {"str x0, [x1]", (uint64_t)readonly + 8}, {"ldp x4, x1, [x1]", (uint64_t)gone + 4},
      {"ldxr x0, [x1]", (uint64_t)readonly + 9}, {"swp x0, x4, [x1]", (uint64_t)readonly}, {"st1 {v0.2d, v1.2d}, [x1]", (uint64_t)gone},
      {"dc zva, x1", (uint64_t)readonly + 5}, {"stlr x0, [x1]", (uint64_t)readonly + 13}};
    for (size_t i = 0; i < COUNT(cases); i++) {
      printf("%d %s:", expose, cases[i].text);
      for (int k = 0; k < 100; k++) {
        fill();
        before.x[1] = cases[i].at | 0x7bul << 56;
        run(form(cases[i].text));
        if (k == 0 || k == 99) printf(" %s tag %llx%s", name(seen.signal), (unsigned long long)seen.addr >> 56,
          (seen.addr & ~(0xfful << 56)) == cases[i].at && seen.fault_address == cases[i].at ? "" : " ADDRESS");
      }
      puts("");
    }
  }
}

// Tags in what system calls are given

#define T(p) ((void *)((uint64_t)(p) | 0x33ul << 56))
static void calls_with_tags(void) {
  char text[16] = "abcdefgh", back[16] = "";
  int fds[2], pair[2];
  MUST(pipe(fds)), MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  errno = 0;
  printf("write %ld %d\n", (long)write(fds[1], T(text), 8), errno == EFAULT);
  if (errno) MUST(write(fds[1], text, 8));
  struct iovec v[2] = {{T(text), 3}, {T(text + 3), 5}}, r[2] = {{T(back), 4}, {back + 4, 4}};
  errno = 0;
  printf("writev %ld %d\n", (long)writev(fds[1], v, 2), errno == EFAULT);
  printf("writev %ld\n", (long)writev(fds[1], T(v), 2));
  if (errno) MUST(write(fds[1], text, 8));
  errno = 0;
  printf("readv %ld %d\n", (long)readv(fds[0], r, 2), errno == EFAULT);
  printf("%.8s\n", back);
  struct msghdr m = {.msg_iov = T(v), .msg_iovlen = 2}, in = {.msg_iov = r, .msg_iovlen = 2, .msg_flags = 77};
  errno = 0;
  printf("sendmsg %ld %d\n", (long)sendmsg(pair[0], &m, 0), errno == EFAULT);
  if (errno) MUST(write(pair[0], text, 8));
  errno = 0, memset(back, 0, sizeof back);
  printf("recvmsg %ld %d flags %d\n", (long)recvmsg(pair[1], &in, MSG_DONTWAIT), errno == EFAULT, in.msg_flags);
  printf("%.8s\n", back);
  struct mmsghdr mm[2] = {{.msg_hdr = m}, {.msg_hdr = m}}, mi[2] = {{.msg_hdr = in}, {.msg_hdr = in}};
  errno = 0;
  printf("sendmmsg %d %u %d\n", sendmmsg(pair[0], T(mm), 2, 0), mm[1].msg_len, errno == EFAULT);
  printf("recvmmsg %d %u\n", recvmmsg(pair[1], mi, 1, MSG_DONTWAIT, NULL), mi[0].msg_len);
  char *p = pages(2);
  CHECK(mmap(T(p), PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM);
  CHECK(syscall(SYS_brk, T(sbrk(0))) == (long)sbrk(0));
  CHECK(mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, T(p + PAGE)) == MAP_FAILED && errno == EINVAL);
  CHECK(mprotect(T(p), PAGE, PROT_READ) == 0);
  CHECK(madvise(T(p), PAGE, MADV_DONTNEED) == 0);
  CHECK(munmap(T(p), PAGE) == 0);
  for (int i = 0; i < 2; i++) close(fds[i]), close(pair[i]);
}
static void call_tags(int argc, char **argv) {
  (void)argc, (void)argv;
  calls_with_tags();
  SHOW(prctl(55, 1, 0, 0, 0));
  calls_with_tags();
}

// Memory tags: accesses by SP

static void mte_sp(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = MUST(mmap(NULL, 2 * PAGE, RW | 0x20, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (char *at = p; at < p + 2 * PAGE; at += 16)
    __asm__ volatile(".arch armv8.5-a+memtag\n\tstg %1, [%0]" : : "r"(at), "r"(5ul << 56) : "memory");
  MUST(prctl(55, 1 | 2 | 0xfffe << 3, 0, 0, 0));
  EACH(sp_base, sp_form(f, p + PAGE, 0));
}

static const struct test tests[] = {
    {"sp_base", sp_base}, {"sp_written", sp_written}, {"fpcr_in_frame", fpcr_in_frame}, {"alignment", alignment},
    {"tags", tags}, {"halves", halves}, {"syndromes", syndromes}, {"fetches", fetches}, {"exposed", exposed}, {"call_tags", call_tags},
    {"mte_sp", mte_sp},
};
TEST_MAIN(tests)
