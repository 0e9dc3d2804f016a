# A pod that gets the host's folder needs to be root and nothing else; the commands are those of the DaemonSet.
pod=$T/../crates/xemu-binfmt/packaging/kubernetes/daemonset.yaml
# The folder is another one here.
folder=$(sed -n 's/^ *mountPath: //p' "$pod")
words() { sed -n "s/^ *$1: \[\"\(.*\)\"\]$/\1/p" "$pod" | sed 's/", "/\n/g' | sed "s|^$folder$|$D/host|"; }
mapfile -t arguments < <(words args)
mapfile -t probe < <(words command)
echo "${arguments[*]}" | sed "s|$D||"
echo "${probe[*]}" | sed "s|$D||"
mkdir host
mount --move $B host
X="setpriv --bounding-set=-all --no-new-privs $X"
$X binfmt "${arguments[@]}" >out 2>&1 &
pid=$!
for _ in $(seq 200); do grep -q emulators out && break; sleep 0.05; done
grep -c enabled host/qemu-aarch64
$X "${probe[@]:1}" >/dev/null
echo "status $?"
kill $pid
wait $pid
echo "status $?"
# prints:
# --mount /host --install arm64 --replace --stay
# /usr/bin/xemu-aarch64 binfmt doctor --mount /host
# 1
# status 0
# status 0
