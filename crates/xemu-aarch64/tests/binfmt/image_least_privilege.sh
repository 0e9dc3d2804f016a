# A pod that gets the host's folder needs to be root and nothing else.
mkdir host
mount --move $B host
X="setpriv --bounding-set=-all --no-new-privs $X"
$X binfmt --mount "$D/host" --install arm64 2>&1 >/dev/null
grep -c enabled host/qemu-aarch64
# prints:
# installing: arm64 OK
# 1
