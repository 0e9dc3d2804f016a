//! Raw host system calls, signal entry, memory mapping, assembly entry points.
