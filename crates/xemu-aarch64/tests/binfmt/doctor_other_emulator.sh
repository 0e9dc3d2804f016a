# finds other-emulator
cp "$X" qemu-aarch64
register qemu-aarch64 "$D/qemu-aarch64" PF
