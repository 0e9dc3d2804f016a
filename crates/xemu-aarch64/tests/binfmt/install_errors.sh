# The kernel's opaque errors are sentences.
say() { "$@" 2>&1 | sed "s|$D|D|"; }
say $X binfmt install --root root --interpreter "$D/none"
touch plain
say $X binfmt install --root root --interpreter "$D/plain"
say $X binfmt install --root root --name a/b
say $X binfmt install --root root --name status
say $X binfmt install --root root --interpreter relative
long=$D/$(printf 'x%.0s' {1..200})
for i in 1 2 3 4 5 6 7 8 9; do mkdir "$long"; long=$long/$(printf 'x%.0s' {1..200}); done
cp /bin/true "$long"
say $X binfmt install --root root --interpreter "$long"
cp "$X" bad
mkdir noexec && mount -t tmpfs -o noexec none noexec && cp "$X" noexec/x
say $X binfmt install --root root --interpreter "$D/noexec/x"
say $X binfmt install --root root --mount "$D/none"
chmod 0 $B/register
say setpriv --bounding-set=-dac_override,-sys_admin $X binfmt install --root root
$X binfmt bogus 2>&1
echo "status $?"
# prints:
# xemu-aarch64 binfmt: there is no D/none
# xemu-aarch64 binfmt: D/plain is not executable
#   fix: chmod 755 D/plain
# xemu-aarch64 binfmt: `a/b` cannot be the name of an entry: it becomes a file's name
# xemu-aarch64 binfmt: `status` is a file of the kernel's own
# xemu-aarch64 binfmt: there is no relative
# xemu-aarch64 binfmt: the registration is longer than the 1920 bytes that the kernel reads: move the emulator to a shorter path
# xemu-aarch64 binfmt: the kernel may not execute D/noexec/x: no x permission, or a file system mounted noexec, or a security module forbids it
#   fix: chmod 755 D/noexec/x
# xemu-aarch64 binfmt: there is no folder D/none
#   fix: mkdir -p D/none
# xemu-aarch64 binfmt: cannot write to /proc/sys/fs/binfmt_misc/register: Permission denied
#   fix: run it as root, in a container with --privileged
# xemu-aarch64 binfmt: unknown command `bogus`; xemu-aarch64 binfmt --help shows the options
# status 125
