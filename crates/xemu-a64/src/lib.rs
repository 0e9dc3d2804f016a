//! A64 decode tables, typed instructions and disassembly text.
