# A user namespace that may not write to the table around it gets one of its own.
chmod 0 $B/register
unshare --user --map-root-user --mount setpriv --bounding-set=-dac_override bash -c '
  $X binfmt install --root root | sed "s|$X|EMULATOR|"
  ls $0
  "$T/hello"' $B
echo outside
ls $B
# prints:
# mounted binfmt_misc on /proc/sys/fs/binfmt_misc
# registered xemu-aarch64 for arm64 programs: EMULATOR, flags PF
# register
# status
# xemu-aarch64
# Hello from AArch64
# outside
# register
# status
