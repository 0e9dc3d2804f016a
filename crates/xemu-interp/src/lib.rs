//! Executes IR: the oracle of every test and the fallback of the JIT.
