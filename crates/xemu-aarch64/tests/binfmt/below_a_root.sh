# With F the emulator's file need not be there; neither need /proc, which may be a link to itself.
install
mkdir root2
cp "$T/launch" "$T/hello" root2/
printf '#!/launch words\n' >root2/script
chmod 755 root2/script
chroot root2 /hello
chroot root2 /script a
chroot root2 /launch exec /script x b
ln -s /proc root2/proc
chroot root2 /launch exec /script x c
# prints:
# Hello from AArch64
# /script
# a
# /script
# b
# /script
# c
