cd /tmp && busybox mkdir -p a/b && for i in 1 2 3 4 5; do busybox seq $i 5000 > a/b/$i; done
busybox tar c a | busybox gzip -9 > a.tgz && busybox rm -r a && busybox tar xzf a.tgz
busybox find a -type f | busybox sort | busybox xargs busybox sha256sum
busybox cat a/b/3 | busybox md5sum
busybox sh -c 'x=0; while [ $x -lt 500 ]; do x=$((x+1)); done; echo $x; (exit 9); echo $?'
