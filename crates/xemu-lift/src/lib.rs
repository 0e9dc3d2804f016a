//! Lifts A64 instructions into IR, one file per class of the Arm manual.
