# The emulator starts children below a new root where nothing else is, with and without /proc before.
mkdir -p root/inner
cp "$X" root/xemu
cp "$T/launch" root/
cp "$T/launch" root/inner/
$X root/launch root "$D/root" /launch x words new root
chroot root /xemu /launch exec /launch x words no proc
chroot root /xemu /launch root /inner /launch x words no proc, new root
# prints:
# new
# root
# no
# proc
# no
# proc,
# new
# root
