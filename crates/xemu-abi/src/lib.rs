//! Arm64 Linux structures, constants, error numbers and layout conversions.
