// The arm64 side of `cargo xtask fuzz`: runs short programs on states that it reads, and writes the states as they are
// then. No libraries, so that nothing but the programs matters.
//
// Standard input holds a `struct setup`, then batches: `struct batch`, the image of the data's two writable pages,
// then for each program a `struct program`, its words, padded to 8 bytes, and its states. Standard output holds for
// each batch its size in 8 bytes, then for each state a `struct state`, a number of changed lines, and the lines.
//
// Program N lies in slot N of the code area, from its word FIRST. It is entered through its own door, which gives X30
// its value and branches; its last word branches to the stub behind the slots, which leads back here. Nothing is
// written to the slots between the runs of a batch, as QEMU would translate all programs anew.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

enum { PAGE = 4096, SLOT_WORDS = PAGE / 4, FIRST = 256, LINE = 64, LINES = 2 * PAGE / LINE };
enum { READ = 63, WRITE = 64, EXIT = 93, SETITIMER = 103, SIGALTSTACK = 132, SIGACTION = 134, MMAP = 222, MPROTECT = 226 };
enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };
enum { PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20, NORESERVE = 0x4000, FIXED_NOREPLACE = 0x100000 };
// Doors are so far behind the code that no load of a literal reaches them, and a branch does.
enum { BRK = 0xd4200000, B = 0x14000000, MRS_X30_TPIDR = 0xd53bd05e, DOORS = 0x800000 };
enum { BUFFER = 64 << 20, SIGALRM = 14 };

struct setup { u64 code, slots, data; };
struct batch { u32 programs, size; };
struct program { u32 words, states, touches, pad; };
struct state {
    u64 x[32], v[64], nzcv, fpcr, fpsr;
    u64 stop, addr, pc;  // the signal, with its code in the high half, its address, and where it was; or 0
};
struct siginfo { int signo, errno_, code, pad; u64 addr; };
struct ucontext { u8 before[440]; u64 pc; };

void run_case(struct state *state, u64 door);
extern const u8 leave[];
struct state *current;
static u64 stub;

static long call(long number, u64 a, u64 b, u64 c, u64 d, u64 e) {
    register u64 x8 asm("x8") = (u64)number, x0 asm("x0") = a, x1 asm("x1") = b, x2 asm("x2") = c;
    register u64 x3 asm("x3") = d, x4 asm("x4") = e, x5 asm("x5") = 0;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return (long)x0;
}

static void leave_program(int status) {
    for (;;) call(EXIT, (u64)status, 0, 0, 0, 0);
}

static void copy(void *to, const void *from, u64 bytes) {
    u64 *t = to;
    for (const u64 *f = from; bytes; bytes -= 8) *t++ = *f++;
}

static void read_all(void *to, u64 bytes) {
    for (u8 *at = to; bytes;) {
        long n = call(READ, 0, (u64)at, bytes, 0, 0);
        if (n <= 0) leave_program(n < 0);
        at += n;
        bytes -= (u64)n;
    }
}

static void write_all(const void *from, u64 bytes) {
    for (const u8 *at = from; bytes;) {
        long n = call(WRITE, 1, (u64)at, bytes, 0, 0);
        if (n <= 0) leave_program(1);
        at += n;
        bytes -= (u64)n;
    }
}

static void *map(u64 at, u64 bytes, u64 flags) {
    u64 prot = at ? PROT_READ | PROT_WRITE | PROT_EXEC : PROT_READ | PROT_WRITE;
    long result = call(MMAP, at, bytes, prot, flags | PRIVATE | ANONYMOUS | NORESERVE, (u64)-1);
    if (result < 0 && result > -4096) leave_program(2);
    return (void *)result;
}

static u64 runs;
static volatile int running;

// A program that runs from one tick of the clock to the next is endless.
static void tick(struct ucontext *context) {
    static u64 before;
    if (running && runs == before) {
        current->stop = SIGALRM;
        current->addr = 0;
        current->pc = context->pc;
        context->pc = stub;
    }
    before = runs;
}

static void handler(int signal, struct siginfo *info, struct ucontext *context) {
    if (signal == SIGALRM) return tick(context);
    current->stop = (u64)(u32)signal | (u64)(u32)info->code << 32;
    current->addr = info->addr;
    current->pc = context->pc;
    context->pc = stub;
}

static void handle_signals(void) {
    struct { u64 handler, flags, restorer, mask; } action = {(u64)handler, 0x58000004, 0, 0};
    struct { void *base; u64 flags, size; } stack = {map(0, 1 << 16, 0), 0, 1 << 16};
    call(SIGALTSTACK, (u64)&stack, 0, 0, 0, 0);
    static const u8 signals[] = {4, 5, 7, 11, SIGALRM};
    for (int n = 0; n < 5; n++) call(SIGACTION, signals[n], (u64)&action, 0, 8, 0);
    struct { u64 interval[2], value[2]; } timer = {{3, 0}, {3, 0}};
    call(SETITIMER, 0, (u64)&timer, 0, 0, 0);
}

static void make_visible(u64 start, u64 bytes) {
    for (u64 at = start; at < start + bytes; at += 64)
        asm volatile("dc cvau, %0\n dsb ish\n ic ivau, %0" : : "r"(at) : "memory");
    asm volatile("dsb ish\n isb" : : : "memory");
}

static u32 branch(u64 from, u64 to) {
    return B | (u32)((to - from) >> 2 & 0x3ffffff);
}

// Fills a slot: the program, the way back; everything else is a breakpoint.
static void fill(u64 slot, const u32 *words, u32 count) {
    u32 *to = (u32 *)slot + FIRST;
    for (u32 n = 0; n < count; n++) to[n] = words[n];
    u32 *last = to + count;
    *last = branch((u64)last, stub);
    for (u32 *at = last + 1; at < (u32 *)slot + SLOT_WORDS; at++) {
        if (*at == BRK) break;
        *at = BRK;
    }
    make_visible((u64)to & -64ul, (u64)(last + 1) - ((u64)to & -64ul));
}

// Appends the lines of the data that are not as in the image, and makes them so again.
static u8 *put_lines(u8 *out, u64 data, const u8 *image) {
    u64 *count = (u64 *)out, found = 0;
    out += 8;
    for (u64 line = 0; line < LINES; line++) {
        u64 *now = (u64 *)(data + line * LINE);
        const u64 *then = (const u64 *)(image + line * LINE);
        u64 differ = 0;
        for (int n = 0; n < LINE / 8; n++) differ |= now[n] ^ then[n];
        if (!differ) continue;
        found++;
        *(u64 *)out = line;
        copy(out + 8, now, LINE);
        copy(now, then, LINE);
        out += 8 + LINE;
    }
    *count = found;
    return out;
}

static u8 *run_programs(struct setup *setup, struct batch *batch, u8 *in, u8 *out) {
    const u8 *image = in;
    copy((void *)setup->data, image, 2 * PAGE);
    u8 *at = in + 2 * PAGE;
    for (u32 n = 0; n < batch->programs; n++) {
        struct program *program = (struct program *)at;
        fill(setup->code + n * PAGE, (u32 *)(program + 1), program->words);
        at += sizeof *program + (program->words + 1) / 2 * 8 + program->states * sizeof(struct state);
    }
    at = in + 2 * PAGE;
    for (u32 n = 0; n < batch->programs; n++) {
        struct program *program = (struct program *)at;
        u64 door = setup->code + DOORS + 8 * n;
        struct state *state = (struct state *)(at + sizeof *program + (program->words + 1) / 2 * 8);
        for (u32 s = 0; s < program->states; s++, state++) {
            runs++;
            running = 1;
            run_case(state, door);
            running = 0;
            copy(out, state, sizeof *state);
            out += sizeof *state;
            if (program->touches) {
                out = put_lines(out, setup->data, image);
            } else {
                *(u64 *)out = 0;
                out += 8;
            }
        }
        at = (u8 *)state;
    }
    return out;
}

static void make_areas(struct setup *setup) {
    u32 *code = map(setup->code, (setup->slots + 1) * PAGE, FIXED_NOREPLACE);
    for (u64 n = 0; n < (setup->slots + 1) * SLOT_WORDS; n++) code[n] = BRK;
    stub = setup->code + setup->slots * PAGE;
    u32 *to = (u32 *)stub;
    to[0] = 0xd51bd05e;  // msr tpidr_el0, x30
    to[1] = 0x5800007e;  // ldr x30, .+12
    to[2] = 0xd61f03c0;  // br x30
    *(u64 *)(stub + 16) = (u64)leave;
    make_visible(stub, 64);
    u32 *door = map(setup->code + DOORS, PAGE, FIXED_NOREPLACE);
    for (u64 n = 0; n < setup->slots; n++, door += 2) {
        door[0] = MRS_X30_TPIDR;
        door[1] = branch((u64)(door + 1), setup->code + n * PAGE + FIRST * 4);
    }
    make_visible(setup->code + DOORS, 8 * setup->slots);
    map(setup->data, 3 * PAGE, FIXED_NOREPLACE);
    u64 *last = (u64 *)(setup->data + 2 * PAGE);
    for (u64 n = 0; n < PAGE / 8; n++) last[n] = n * 0x0101010101010101;
    call(MPROTECT, setup->data, 2 * PAGE, PROT_READ | PROT_WRITE, 0, 0);
    call(MPROTECT, setup->data + 2 * PAGE, PAGE, PROT_READ, 0, 0);
}

void start(void) {
    struct setup setup;
    read_all(&setup, sizeof setup);
    handle_signals();
    make_areas(&setup);
    u8 *in = map(0, BUFFER, 0), *out = map(0, BUFFER, 0);
    for (;;) {
        struct batch batch;
        read_all(&batch, sizeof batch);
        if (batch.size > BUFFER) leave_program(3);
        read_all(in, batch.size);
        u8 *end = run_programs(&setup, &batch, in, out + 8);
        *(u64 *)out = (u64)(end - out - 8);
        write_all(out, (u64)(end - out));
    }
}

asm(".text\n"
    ".globl _start\n"
    "_start:\n"
    "    mov x29, #0\n"
    "    mov x30, #0\n"
    "    bl start\n"
    "    .globl run_case\n"
    "run_case:\n"
    "    stp x29, x30, [sp, #-160]!\n"
    "    stp x19, x20, [sp, #16]\n"
    "    stp x21, x22, [sp, #32]\n"
    "    stp x23, x24, [sp, #48]\n"
    "    stp x25, x26, [sp, #64]\n"
    "    stp x27, x28, [sp, #80]\n"
    "    stp d8, d9, [sp, #96]\n"
    "    stp d10, d11, [sp, #112]\n"
    "    stp d12, d13, [sp, #128]\n"
    "    stp d14, d15, [sp, #144]\n"
    "    ldr x2, =host_sp\n"
    "    mov x3, sp\n"
    "    str x3, [x2]\n"
    "    ldr x2, =current\n"
    "    str x0, [x2]\n"
    "    ldr x2, =door\n"
    "    str x1, [x2]\n"
    "    mov x30, x0\n"
    "    ldr x0, [x30, #240]\n"
    "    msr tpidr_el0, x0\n"
    "    clrex\n"
    "    ldr x0, [x30, #768]\n"
    "    msr nzcv, x0\n"
    "    ldr x0, [x30, #776]\n"
    "    msr fpcr, x0\n"
    "    ldr x0, [x30, #784]\n"
    "    msr fpsr, x0\n"
    "    ldr x0, [x30, #248]\n"
    "    mov sp, x0\n"
    "    add x0, x30, #256\n"
    "    ldp q0, q1, [x0], #32\n    ldp q2, q3, [x0], #32\n    ldp q4, q5, [x0], #32\n"
    "    ldp q6, q7, [x0], #32\n    ldp q8, q9, [x0], #32\n    ldp q10, q11, [x0], #32\n"
    "    ldp q12, q13, [x0], #32\n    ldp q14, q15, [x0], #32\n    ldp q16, q17, [x0], #32\n"
    "    ldp q18, q19, [x0], #32\n    ldp q20, q21, [x0], #32\n    ldp q22, q23, [x0], #32\n"
    "    ldp q24, q25, [x0], #32\n    ldp q26, q27, [x0], #32\n    ldp q28, q29, [x0], #32\n"
    "    ldp q30, q31, [x0], #32\n"
    "    ldp x0, x1, [x30]\n        ldp x2, x3, [x30, #16]\n    ldp x4, x5, [x30, #32]\n"
    "    ldp x6, x7, [x30, #48]\n   ldp x8, x9, [x30, #64]\n    ldp x10, x11, [x30, #80]\n"
    "    ldp x12, x13, [x30, #96]\n ldp x14, x15, [x30, #112]\n ldp x16, x17, [x30, #128]\n"
    "    ldp x18, x19, [x30, #144]\n ldp x20, x21, [x30, #160]\n ldp x22, x23, [x30, #176]\n"
    "    ldp x24, x25, [x30, #192]\n ldp x26, x27, [x30, #208]\n ldp x28, x29, [x30, #224]\n"
    "    ldr x30, =door\n"
    "    ldr x30, [x30]\n"
    "    br x30\n"
    // From the stub: X30 is in TPIDR_EL0.
    "    .globl leave\n"
    "leave:\n"
    "    ldr x30, =current\n"
    "    ldr x30, [x30]\n"
    "    stp x0, x1, [x30]\n        stp x2, x3, [x30, #16]\n    stp x4, x5, [x30, #32]\n"
    "    stp x6, x7, [x30, #48]\n   stp x8, x9, [x30, #64]\n    stp x10, x11, [x30, #80]\n"
    "    stp x12, x13, [x30, #96]\n stp x14, x15, [x30, #112]\n stp x16, x17, [x30, #128]\n"
    "    stp x18, x19, [x30, #144]\n stp x20, x21, [x30, #160]\n stp x22, x23, [x30, #176]\n"
    "    stp x24, x25, [x30, #192]\n stp x26, x27, [x30, #208]\n stp x28, x29, [x30, #224]\n"
    "    mrs x0, tpidr_el0\n"
    "    mov x1, sp\n"
    "    stp x0, x1, [x30, #240]\n"
    "    mrs x0, nzcv\n"
    "    mrs x1, fpcr\n"
    "    str x0, [x30, #768]\n"
    "    str x1, [x30, #776]\n"
    "    mrs x0, fpsr\n"
    "    str x0, [x30, #784]\n"
    "    add x0, x30, #256\n"
    "    stp q0, q1, [x0], #32\n    stp q2, q3, [x0], #32\n    stp q4, q5, [x0], #32\n"
    "    stp q6, q7, [x0], #32\n    stp q8, q9, [x0], #32\n    stp q10, q11, [x0], #32\n"
    "    stp q12, q13, [x0], #32\n    stp q14, q15, [x0], #32\n    stp q16, q17, [x0], #32\n"
    "    stp q18, q19, [x0], #32\n    stp q20, q21, [x0], #32\n    stp q22, q23, [x0], #32\n"
    "    stp q24, q25, [x0], #32\n    stp q26, q27, [x0], #32\n    stp q28, q29, [x0], #32\n"
    "    stp q30, q31, [x0], #32\n"
    "    msr fpcr, xzr\n"
    "    ldr x2, =host_sp\n"
    "    ldr x3, [x2]\n"
    "    mov sp, x3\n"
    "    ldp x19, x20, [sp, #16]\n"
    "    ldp x21, x22, [sp, #32]\n"
    "    ldp x23, x24, [sp, #48]\n"
    "    ldp x25, x26, [sp, #64]\n"
    "    ldp x27, x28, [sp, #80]\n"
    "    ldp d8, d9, [sp, #96]\n"
    "    ldp d10, d11, [sp, #112]\n"
    "    ldp d12, d13, [sp, #128]\n"
    "    ldp d14, d15, [sp, #144]\n"
    "    ldp x29, x30, [sp], #160\n"
    "    ret\n"
    "    .ltorg\n"
    "    .comm host_sp, 8, 8\n"
    "    .comm door, 8, 8\n");
