# Files for each boot: written, the same line registers, and removed again.
mkdir -p root/usr/sbin
: >root/usr/sbin/update-binfmts
install --persistent --credentials
$X binfmt status | grep -c 'runs arm64'
grep '^fix\|^cred\|^preserve\|^package' root/usr/share/binfmts/xemu-aarch64
echo -1 >$B/xemu-aarch64
grep -v '^#' root/etc/binfmt.d/xemu-aarch64.conf | tr -d '\n' >$B/register
"$T/hello"
$X binfmt uninstall --root root
find root -name '*xemu-aarch64*.conf' -o -path '*binfmts/xemu*'
# prints:
# 1
# package xemu-aarch64
# credentials yes
# preserve yes
# fix_binary yes
# Hello from AArch64
# removed root/etc/binfmt.d/xemu-aarch64.conf
# removed root/usr/share/binfmts/xemu-aarch64
# removed xemu-aarch64
