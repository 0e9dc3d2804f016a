# BuildKit puts its copy of the emulator before a container's command and its arguments.
mkdir -p root/dev root/bin root/usr/bin root/folder root/proc
cp "$X" root/dev/.buildkit_qemu_emulator
cp "$T/launch" root/usr/bin/
cp "$T/launch" root/folder/exec
printf '#!/usr/bin/launch words\n' >root/usr/bin/script
chmod 755 root/usr/bin/script
printf 'not a program' >root/folder/launch
chmod 755 root/folder/launch
in_root() { PATH=/bin:/usr/bin $(type -P chroot) "$D/root" /dev/.buildkit_qemu_emulator "$@"; }
in_root launch words by PATH
in_root script a
in_root /usr/bin/launch exec /usr/bin/script x b
in_root none 2>&1
echo "status $?"
PATH=$D/root/usr/bin
cp_of_x=$D/root/dev/.buildkit_qemu_emulator
cd root/folder
"$cp_of_x" launch exec ./exec x words a relative path
"$cp_of_x" /bin/echo native
"$cp_of_x" launch exec exec x words in the folder
# prints:
# by
# PATH
# /usr/bin/script
# a
# /usr/bin/script
# b
# xemu-aarch64: none: No such file or directory
# status 127
# a
# relative
# path
# native
# in
# the
# folder
