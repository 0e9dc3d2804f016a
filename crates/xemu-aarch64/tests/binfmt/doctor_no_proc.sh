# finds no-proc
mkdir root
cp "$X" root/x
X="chroot $D/root /x"
