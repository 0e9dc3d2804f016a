# registered
/usr/bin/true && echo yes
/usr/bin/false || echo no
exit 3
