# finds interpreter-no-program
echo nonsense >"$D/qemu-aarch64"
chmod 755 "$D/qemu-aarch64"
register qemu-aarch64 "$D/qemu-aarch64" F
