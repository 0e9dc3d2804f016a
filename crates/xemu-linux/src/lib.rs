//! The Linux personality: system calls, threads, signals, /proc.
