cd /usr/share; find . -type f -size -2k -name '*e*' -printf '%s %P\n' | sort | head -30 | md5sum; find /usr/lib -maxdepth 2 | sort | wc -l
find /etc -type l -exec readlink {} \; | sort | head -5; find /usr/include -name '*.h' -print0 | xargs -0 -P 4 -n 50 cat | wc -c
find /nonexistent; find /tmp -newermt 2100-01-01; printf '%s\n' a 'b c' | xargs -d '\n' -I{} echo '[{}]'
