# Neither /proc nor /tmp nor /dev nor anything that could be written to: registered and direct.
install
mkdir root2
cp "$T/launch" "$T/hello" "$T/true-static" root2/
cp "$X" root2/xemu
mount --bind root2 root2
mount -o remount,bind,ro root2
chroot root2 /hello
chroot root2 /launch exec /hello x
chroot root2 /true-static
echo "status $?"
chroot root2 /xemu /launch exec /hello x
setpriv --no-new-privs --bounding-set=-all "$T/hello"
# prints:
# Hello from AArch64
# Hello from AArch64
# status 0
# Hello from AArch64
# Hello from AArch64
