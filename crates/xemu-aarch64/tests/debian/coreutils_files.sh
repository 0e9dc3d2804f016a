cd /tmp; umask 022; mkdir -p d/e && touch -d '2001-02-03 04:05:06' d/f && ln -s f d/l && ln d/f d/h && mkfifo d/p; touch -h -d @5 d/e d/l d/p
ls -l --time-style=long-iso d | tail -n +2; stat -c '%n %s %a %F %h %Y' d/f d/l d/p; readlink -f d/l; realpath --relative-to=d/e d/f
install -m 751 d/f d/g; chmod u-x,g+w d/g; stat -c %A d/g; truncate -s 12345 d/t; du -b d/t; cp -a d c; diff -r d/f c/f; mv c/f c/e
rm -rf d; ls -R c; rmdir c/none; ls /nonexistent; cat c; test -L c/l && echo link; date -u -d @1234567890 '+%F %T %j %U'; id -un 0; basename /a/b.c .c
mktemp -u XXXX | wc -c; tee a b <<<twice; cat a b; env -i A=1 env; nice -n 3 nice; pathchk -p 'a:b'; dirname /x/y; sleep 0; nohup true; tty; stty; echo $?
