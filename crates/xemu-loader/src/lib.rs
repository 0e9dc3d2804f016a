//! Loads ELF files: segments, interpreter, auxiliary vector, first stack, vdso.
