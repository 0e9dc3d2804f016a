# finds interpreter-is-arm64
register qemu-aarch64 "$T/hello" F
