# finds no-argv0
register xemu-aarch64 "$X" F
