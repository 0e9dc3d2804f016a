# finds no-folder
mount -t tmpfs none /proc/sys/fs
if "$T/hello" >/dev/null 2>&1; then echo "the machine runs arm64 programs anyway" >&2; exit 125; fi
