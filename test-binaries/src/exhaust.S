// Takes all the addresses that `ulimit -v` leaves, then runs 32,768 blocks of code that was never
// run before: what the emulator itself needs for them must still be there. Only for a process
// whose addresses are limited.

        .equ    SYS_WRITE, 64
        .equ    SYS_EXIT, 93
        .equ    SYS_MMAP, 222
        .equ    BLOCKS, 32768
        .equ    AREA, BLOCKS * 4 + 4096

        .text
        .globl  _start
_start: mov     x0, #0
        ldr     x1, =AREA
        mov     x2, #7                  // PROT_READ | PROT_WRITE | PROT_EXEC
        mov     x3, #0x22               // MAP_PRIVATE | MAP_ANONYMOUS
        mov     x4, #-1
        mov     x5, #0
        mov     x8, #SYS_MMAP
        svc     #0
        mov     x19, x0
        ldr     w1, =0xb400003f         // cbz xzr, .+4
        ldr     x2, =BLOCKS
fill:   str     w1, [x0], #4
        subs    x2, x2, #1
        b.ne    fill
        ldr     w1, =0xd65f03c0         // ret
        str     w1, [x0]
        dsb     ish
        isb
        mov     x20, #1 << 20
take:   mov     x0, #0
        mov     x1, x20
        mov     x2, #0
        mov     x3, #0x4022             // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        svc     #0
        cmn     x0, #4095
        b.lo    take
        lsr     x20, x20, #1
        cmp     x20, #4096
        b.hs    take
        blr     x19
        mov     x0, #1
        adr     x1, text
        mov     x2, #3
        mov     x8, #SYS_WRITE
        svc     #0
        mov     x0, #0
        mov     x8, #SYS_EXIT
        svc     #0
text:   .ascii  "ok\n"
