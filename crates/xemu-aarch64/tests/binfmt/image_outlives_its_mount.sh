# Where nobody else has binfmt_misc mounted, the image says that its registration will not stay.
umount $B
$X binfmt --install arm64 2>&1 >/dev/null | grep -v installing: | cut -c 1-59
echo "status ${PIPESTATUS[0]}"
mkdir host
mount -t binfmt_misc none host
umount $B
$X binfmt --uninstall arm64 --install arm64 2>&1 >/dev/null
echo "status $?"
# prints:
# error: the host has not mounted binfmt_misc itself, and its
#   fix: on the host: mount -t binfmt_misc binfmt_misc /proc/
# status 1
# uninstalling: qemu-aarch64 OK
# installing: arm64 OK
# status 0
