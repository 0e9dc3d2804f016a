//! The guest address space: mapping list and checked copies.
