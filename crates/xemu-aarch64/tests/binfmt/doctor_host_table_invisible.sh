# In a container the table cannot be seen, and programs run all the same.
install
mount -t tmpfs none /proc/sys/fs
$X binfmt doctor | sed "s|$X|EMULATOR|"
# prints:
# arm64 programs run: EMULATOR
