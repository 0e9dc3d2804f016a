# argv[0] is kept, a leading dash is no option, and a name without a slash is looked up in PATH.
mkdir bin empty
cp "$T/launch" bin/launch
cp "$T/launch" ./-dash
$X bin/launch exec bin/launch "my name" show | head -n 1
$X -- -dash words dash
$X bin/launch exec -dash -dash words dash
PATH=$D/empty:$D/bin $X launch words by PATH
mkdir launch
PATH=$D/empty:$D/bin $X launch words past a folder
PATH=$D/empty $X launch 2>&1
# prints:
# argv[0]=my name
# dash
# dash
# by
# PATH
# past
# a
# folder
# xemu-aarch64: launch: is a directory
