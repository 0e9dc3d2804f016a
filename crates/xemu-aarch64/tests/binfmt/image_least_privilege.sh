# A pod that gets the host's folder needs to be root and nothing else.
mkdir host
mount --move $B host
X="setpriv --bounding-set=-all --no-new-privs $X"
$X binfmt --mount "$D/host" --install arm64 2>&1 >/dev/null
grep -c enabled host/qemu-aarch64
$X binfmt doctor --mount "$D/host" >/dev/null
echo "status $?"
$X binfmt --mount "$D/host" --install arm64 --replace --stay >out 2>&1 &
pid=$!
for _ in $(seq 200); do grep -q emulators out && break; sleep 0.05; done
kill $pid
wait $pid
echo "status $?"
# prints:
# installing: arm64 OK
# 1
# status 0
# status 0
