cd /tmp; seq -w 1 1000 > n; shuf --random-source=<(yes) n | sort -k1,1n | cmp - n && echo sorted
tr '1' 'l' < n | cut -c2-3 | sort | uniq -c | sort -rn | head -5
paste n n | join - n | wc; comm -12 <(head -20 n) <(tail -990 n); factor 9007199254740993 18446744073709551557
fold -w 7 <<<"the quick brown fox" | nl; printf 'a\tb\n' | expand -t 4; fmt -w 20 <<<"one two three four five six seven"
od -A x -t x1z -v <<<"bytes and text"; base64 -w 30 <<<"some text to encode" | tee /dev/stderr | base64 -d
numfmt --to=iec 123456789; printf '%.3e|%10.4f|%g\n' 12345.678 3.14159265 1e-7; tsort <<<"a b b c a c"; tac n | head -2
split -l 300 n part. && wc -l part.* && seq 3 | xargs -n1 echo x; pr -t -3 -l 4 <(seq 12); ptx <<<"a b c" | head -3
