# finds emulator-fails
register qemu-aarch64 "$(readlink -f /bin/false)" F
