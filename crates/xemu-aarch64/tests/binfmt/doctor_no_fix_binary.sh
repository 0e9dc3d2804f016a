# finds no-fix-binary
register xemu-aarch64 "$X" P
