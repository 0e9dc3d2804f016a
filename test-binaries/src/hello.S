// Writes a greeting and ends: the smallest program that proves decoding, memory and two system calls.
        .global _start
        .text
_start: mov     x0, #1
        adr     x1, text
        mov     x2, #(end - text)
        mov     x8, #64                 // write
        svc     #0
        cmp     x0, #(end - text)
        cset    w0, ne
        mov     x8, #93                 // exit
        svc     #0
text:   .ascii  "Hello from AArch64\n"
end:
