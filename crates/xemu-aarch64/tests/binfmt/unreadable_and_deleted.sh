# A program that may be executed but not read, and one whose file is gone.
cp "$T/launch" secret
chmod 111 secret
register e "$X" POF
setpriv --bounding-set=-all ./secret words unreadable
echo -1 >$B/e
register e "$X" PF
setpriv --bounding-set=-all ./secret words unreadable 2>&1 | sed 's/^xemu-aarch64: //'
cp "$T/launch" gone
exec 5<gone
rm gone
/proc/self/fd/5 words deleted
echo -1 >$B/e
register e "$X" POF
/proc/self/fd/5 words deleted with O
cp "$T/launch" gone
./gone deleted ./gone a words execveat
# prints:
# unreadable
# ./secret: Permission denied
# deleted
# deleted
# with
# O
# execveat
