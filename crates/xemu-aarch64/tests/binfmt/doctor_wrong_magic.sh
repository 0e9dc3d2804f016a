# finds wrong-magic
magic=${magic/b7/f3}
register qemu-aarch64 "$X" F
