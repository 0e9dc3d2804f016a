/* The arm64 vdso that guests see: the functions of the kernel's vDSO, by their names and versions.
 *
 * Built by the Makefile beside this file; the result is kept in the source tree because building
 * needs a cross compiler. Position-independent, without relocations.
 */

#define NR_rt_sigreturn 139
#define NR_clock_gettime 113
#define NR_clock_getres 114
#define NR_gettimeofday 169
#define NR_getrandom 278

	.arch armv8-a
	.text

	.macro function name
	.globl \name
	.type \name, %function
	.balign 16
\name:
	.cfi_startproc
	hint #34			/* bti c */
	.endm

	.macro endfunction name
	.cfi_endproc
	.size \name, . - \name
	.endm

/* The resolutions of exact and of coarse clocks in nanoseconds, which the loader writes into its copy;
 * zero where the host does not tell. */
	.balign 16
resolutions:
	.quad 0, 0

/* Signal handlers return here. There is no entry in the unwind table, as there is none in the kernel's:
 * it could only tell of x29 and x30. Unwinders know the two instructions by their words and take all
 * registers from the frame. They look up the return address minus one, hence the nop in front. */
	nop
	.globl __kernel_rt_sigreturn
	.type __kernel_rt_sigreturn, %function
__kernel_rt_sigreturn:
	mov x8, #NR_rt_sigreturn
	svc #0
	.size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

/* The clocks that programs ask for most need no kernel: the counter is CLOCK_MONOTONIC in
 * nanoseconds, and S3_3_C15_C0_0 is CLOCK_REALTIME. Both go through the host's own vdso. */
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

	.macro split_seconds		/* x9 ns -> x9 s, x11 ns */
	mov x10, #0xca00		/* 10^9 */
	movk x10, #0x3b9a, lsl #16
	udiv x11, x9, x10
	msub x10, x11, x10, x9
	mov x9, x11
	mov x11, x10
	.endm

function __kernel_clock_gettime
	cmp w0, #CLOCK_MONOTONIC
	b.eq 1f
	cbnz w0, 3f
	mrs x9, s3_3_c15_c0_0
	b 2f
1:	mrs x9, cntvct_el0
2:	split_seconds
	stp x9, x11, [x1]
	mov w0, #0
	ret
3:	mov x8, #NR_clock_gettime
	svc #0
	ret
endfunction __kernel_clock_gettime

function __kernel_gettimeofday
	cbnz x1, 2f
	cbz x0, 1f
	mrs x9, s3_3_c15_c0_0
	split_seconds
	mov x10, #1000
	udiv x11, x11, x10
	stp x9, x11, [x0]
1:	mov w0, #0
	ret
2:	mov x8, #NR_gettimeofday
	svc #0
	ret
endfunction __kernel_gettimeofday

#define EXACT_CLOCKS 0x893		/* REALTIME, MONOTONIC, MONOTONIC_RAW, BOOTTIME, TAI */
#define COARSE_CLOCKS 0x60		/* REALTIME_COARSE, MONOTONIC_COARSE */

function __kernel_clock_getres
	cmp w0, #11
	b.hi 3f
	mov w9, #1
	lsl w9, w9, w0
	adr x10, resolutions
	mov w11, #EXACT_CLOCKS
	tst w9, w11
	b.ne 1f
	tst w9, #COARSE_CLOCKS
	b.eq 3f
	add x10, x10, #8
1:	ldr x10, [x10]
	cbz x10, 3f
	cbz x1, 2f
	stp xzr, x10, [x1]
2:	mov w0, #0
	ret
3:	mov x8, #NR_clock_getres
	svc #0
	ret
endfunction __kernel_clock_getres

/* getrandom(buffer, length, flags, state, state length). A state length of ~0 asks for struct
 * vgetrandom_opaque_params: the size of a state, protection and flags for mapping states, 13 words
 * of zero. States are not used: the emulator answers the call from the host's vdso, with a state of
 * the thread's. */
function __kernel_getrandom
	cmn x4, #1
	b.eq 1f
	mov x8, #NR_getrandom
	svc #0
	ret
1:	mov w5, #144
	mov w6, #3			/* PROT_READ | PROT_WRITE */
	mov w7, #0x22			/* MAP_PRIVATE | MAP_ANONYMOUS */
	stp w5, w6, [x3]
	stp w7, wzr, [x3, #8]
	stp xzr, xzr, [x3, #16]
	stp xzr, xzr, [x3, #32]
	stp xzr, xzr, [x3, #48]
	mov w0, #0
	ret
endfunction __kernel_getrandom

/* The version of the interface, as the kernel's own note tells it. */
	.section .note.Linux, "a", %note
	.balign 4
	.long 2f - 1f, 4f - 3f, 0
1:	.asciz "Linux"
2:	.balign 4
3:	.long 0x060c00
4:	.balign 4
