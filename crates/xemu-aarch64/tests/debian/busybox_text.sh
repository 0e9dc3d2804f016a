busybox seq 1 2000 | busybox awk '{ s += $1 * NR; print s % 977 }' | busybox sort -n | busybox uniq -c |
  busybox head -n 40
busybox printf '%05d|%-6s|%x\n' 42 ab 255
echo 'b a d c' | busybox tr ' ' '\n' | busybox sort -r | busybox tr '\n' ' '
echo 2 64 '^' p | busybox dc
busybox expr 17 '*' 3 + 4
