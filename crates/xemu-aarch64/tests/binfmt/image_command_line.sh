# Standard output is JSON, sentences go to standard error, names and words are those that scripts know.
$X binfmt --install riscv64,linux/arm64/v8 2>err | grep -v amd64 | grep -v 386
cat err
cat $B/qemu-aarch64 | sed -n 1,3p | sed "s|$X|EMULATOR|"
$X binfmt --install all 2>&1 >/dev/null | sed "s|$X|EMULATOR|"
$X binfmt --uninstall 'qemu-*,nothing' 2>&1 >/dev/null
$X binfmt -uninstall=arm64 2>&1 >/dev/null
$X binfmt | tail -n 2
$X binfmt --version 2>&1 | sed 's/[0-9]\+\.[0-9.]\+/N/g'
$X binfmt --reset -p yes -c no | sed "s|$X|EMULATOR|"
grep flags $B/qemu-aarch64
"$T/hello"
# prints:
# {
#   "supported": [
#     "linux/arm64",
#   ],
#   "emulators": [
#     "qemu-aarch64"
#   ]
# }
# installing: riscv64 unsupported architecture: riscv64
# installing: arm64 OK
# enabled
# interpreter EMULATOR
# flags: POCF
# installing: arm64 qemu-aarch64 already registered (EMULATOR)
#   fix: add --replace, or --uninstall it before
# uninstalling: qemu-aarch64 OK
# uninstalling: nothing not found
# uninstalling: aarch64 not found
#   "emulators": null
# }
# binfmt/N xemu-aarch64/N
# Setting EMULATOR as binfmt interpreter for aarch64
# flags: PF
# Hello from AArch64
