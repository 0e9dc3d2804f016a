# finds interpreter-gone
register qemu-aarch64 "$D/qemu-aarch64" ""
