# What is replaced comes back as it was, and only that.
cp "$X" qemu
register qemu-aarch64 "$D/qemu" CF
register off "$D/qemu" F
echo 0 >$B/off
$X binfmt install --root "$D/root" 2>&1 | sed "s|$D|D|"
install --replace
head -n 1 $B/qemu-aarch64 $B/off $B/xemu-aarch64 | grep abled
install --replace
$X binfmt uninstall --root "$D/root"
head -n 1 $B/qemu-aarch64 $B/off | grep abled
ls $B
# A namesake is registered anew.
install --replace --name qemu-aarch64
grep flags $B/qemu-aarch64
$X binfmt uninstall --root "$D/root" --name qemu-aarch64
grep flags $B/qemu-aarch64
# prints:
# xemu-aarch64 binfmt: arm64 programs are qemu-aarch64's already (D/qemu)
#   fix: xemu-aarch64 binfmt install --replace
# disabled
# disabled
# enabled
# removed xemu-aarch64
# qemu-aarch64 runs arm64 programs again
# enabled
# disabled
# off
# qemu-aarch64
# register
# status
# flags: PF
# removed qemu-aarch64
# qemu-aarch64 runs arm64 programs again
# flags: OCF
