# finds forbidden
mkdir bin
mount -t tmpfs none bin
cp "$X" bin/qemu-aarch64
register qemu-aarch64 "$D/bin/qemu-aarch64" P
mount -o remount,noexec bin
