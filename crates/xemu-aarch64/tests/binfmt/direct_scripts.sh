# Without any registration: scripts to the kernel's depth, relative interpreters, env -S, native programs.
cp "$T/launch" launch
printf '#!launch words\n' >s1
printf '#!s1 two\n' >s2
printf '#!s2 three\n' >s3
printf '#!s3 four\n' >s4
printf '#!s4 five\n' >s5
printf '#!s5 six\n' >s6
printf '#!/usr/bin/env -S echo native\n' >e
printf '#!/bin/sh\necho "$0" "$@"\n' >sh
chmod 755 s? e sh
$X ./s1 a
echo --
$X ./s5 a | tail -n 2
echo --
$X launch exec ./s5 x a | tail -n 2
$X launch exec ./s6 x a
echo --
$X ./e a
$X launch exec ./e x a
$X ./sh a
$X launch exec ./sh x a
$X launch exec /bin/echo echo native
# prints:
# ./s1
# a
# --
# ./s5
# a
# --
# ./s5
# a
# execve: errno 40
# --
# native ./e a
# native ./e a
# ./sh a
# ./sh a
# native
