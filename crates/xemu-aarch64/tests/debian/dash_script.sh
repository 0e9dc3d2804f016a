cat > /tmp/s <<'S'
#!/bin/sh
set -eu
count() { n=0; for w in $1; do n=$((n + 1)); done; echo $n; }
count "a b  c"
i=0; while [ $i -lt 300 ]; do i=$((i + 1)); : "$(echo $i)"; done; echo $i
echo "$0 $# $*"
unset nothing; echo "$nothing"
S
chmod +x /tmp/s; /tmp/s x 'y z'; echo "status $?"
