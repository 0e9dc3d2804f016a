# finds interpreter-loader-gone
# A dynamic program that was opened outside of the container, whose loader is not in it.
register qemu-aarch64 "$(readlink -f /bin/true)" F
mkdir -p root/proc
cp "$X" root/x
mount --rbind /proc root/proc
X="chroot $D/root /x"
