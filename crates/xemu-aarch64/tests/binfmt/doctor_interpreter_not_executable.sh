# finds interpreter-not-executable
cp "$X" "$D/qemu-aarch64"
chmod 644 "$D/qemu-aarch64"
register qemu-aarch64 "$D/qemu-aarch64" ""
