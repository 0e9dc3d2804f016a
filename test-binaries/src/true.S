// Ends at once with status 0.
        .global _start
        .text
_start: mov     x0, #0
        mov     x8, #93                 // exit
        svc     #0
