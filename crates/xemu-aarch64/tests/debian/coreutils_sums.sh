cd /tmp; seq 1 200000 > big; for c in cksum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum sum; do $c big; done
base32 <<<"text"; dd if=big bs=777 skip=3 count=50 2>/dev/null | sha256sum; head -c 100000 /dev/zero | md5sum
sort -R --random-source=big big | sort -n | cmp - big && echo same; wc big; tail -c 20 big
