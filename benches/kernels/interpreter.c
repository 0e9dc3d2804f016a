// A stack machine with computed goto: indirect branches whose target changes each time.
#include "kernel.h"
KERNEL(700000) {
  enum { PUSH, ADD, SUB, XOR, DUP, SWAP, MUL, ROT, DROP, END };
  static const void *const label[] = {&&push, &&add, &&sub, &&xor, &&dup, &&swap, &&mul, &&rot, &&drop, &&end};
  unsigned char code[256];
  int depth = 0, n = 0;
  while (n < 200) {
    int op = (int)(next() % 9);
    if (depth < 2) op = PUSH;
    if (depth > 12) op = ADD;
    code[n++] = op;
    depth += op == PUSH || op == DUP ? 1 : op == ADD || op == SUB || op == XOR || op == MUL || op == DROP ? -1 : 0;
  }
  code[n] = END;
  uint64_t stack[32] = {0}, *sp = stack, sum = 0;
  const unsigned char *pc = code;
#define NEXT goto *label[*pc++]
  NEXT;
push: *++sp = sum + (uint64_t)(pc - code); NEXT;
add: sp--; sp[0] += sp[1]; NEXT;
sub: sp--; sp[0] -= sp[1]; NEXT;
xor: sp--; sp[0] ^= sp[1]; NEXT;
dup: sp[1] = sp[0]; sp++; NEXT;
swap: { uint64_t t = sp[0]; sp[0] = sp[-1]; sp[-1] = t; } NEXT;
mul: sp--; sp[0] *= sp[1] | 1; NEXT;
rot: sp[0] = sp[0] << 7 | sp[0] >> 57; NEXT;
drop: sum += *sp--; NEXT;
end:
  while (sp > stack) sum += *sp--;
  if (--rounds > 0) {
    pc = code;
    NEXT;
  }
  return sum;
}
