install
$X binfmt doctor | sed "s|$X|EMULATOR|"
echo "status ${PIPESTATUS[0]}"
$X binfmt status --json | grep -c '"active": "xemu-aarch64"'
"$T/hello"
$X binfmt uninstall --root "$D/root"
$X binfmt doctor >/dev/null
echo "status $?"
# prints:
# arm64 programs run: EMULATOR
# status 0
# 1
# Hello from AArch64
# removed xemu-aarch64
# status 1
