# Twenty containers at once, each with namespaces and a root of its own, each with children.
install
mkdir root2
cp "$T/launch" "$T/hello" root2/
mount --bind root2 root2
mount -o remount,bind,ro root2
for i in $(seq 20); do
  unshare --pid --mount --net --ipc --uts --fork --root "$D/root2" /launch exec /launch x exec /hello x >"out$i" 2>&1 &
done
wait
cat out* | sort | uniq -c | sed 's/^ *//'
# prints:
# 20 Hello from AArch64
