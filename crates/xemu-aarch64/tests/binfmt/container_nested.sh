# Namespaces inside see the registration of those around them, until they mount a table of their own.
install
unshare --user --map-root-user --mount "$T/hello"
unshare --user --map-root-user --mount --pid --fork bash -c 'mount -t proc proc /proc && "$T/hello"'
unshare --user --map-root-user --mount bash -c '
  mount -t binfmt_misc none $0 && ls $0
  "$T/hello" 2>/dev/null || echo not here
  $X binfmt install --root "$D/inner" >/dev/null && "$T/hello"' $B
ulimit -v 100000
"$T/hello"
# prints:
# Hello from AArch64
# Hello from AArch64
# register
# status
# not here
# Hello from AArch64
# Hello from AArch64
