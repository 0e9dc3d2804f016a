// Marked as keeping to FEAT_BTI, and not doing so: a processor that has it ends the program with SIGILL at a call of
// code without a landing pad; others let it end with status 0.
  .arch armv8.5-a
  .global _start
_start:
  bti c
  adr x0, landing
  blr x0
  adr x0, no_landing
  blr x0
  mov x0, #0
  mov x8, #93
  svc #0
landing:
  bti c
  ret
no_landing:
  nop
  ret

  .section .note.gnu.property, "a"
  .balign 8
  .word 4, 16, 5
  .asciz "GNU"
  .word 0xc0000000, 4, 1, 0
