cd /tmp; mkdir -p t/sub; for i in $(seq 1 60); do seq $i 300 > t/sub/f$i; done; ln -s f1 t/sub/link; ln t/sub/f2 t/hard
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf a.tar t; sha256sum a.tar; tar tvf a.tar | head -5
mkdir x; tar -C x -xf a.tar; diff -r t x/t && echo same; tar -czf - t | tar -tzf - | sort | tail -3; tar -xf in.tar; echo "status $?"
tar -cJf a.txz t && tar -xOf a.txz t/sub/f7 | md5sum
