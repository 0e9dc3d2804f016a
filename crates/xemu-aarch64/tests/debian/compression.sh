cd /tmp; (seq 1 60000; head -c 300000 /usr/bin/bash) > in
for c in "xz -9" "xz -0 -T2" "gzip -n9" "gzip -n1" "bzip2 -9"; do $c < in | tee out | ${c%% *} -d | cmp - in && echo "$c $(wc -c < out) $(sha256sum < out)"; done
xz -d < /dev/null; echo damaged | gzip -d; echo "status $?"; xz --list out
