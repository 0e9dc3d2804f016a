# packages: openssh-server openssh-client openssh-sftp-server diffutils
# Logins over a socket: keys of each kind, each cipher and exchange of keys, a terminal, files, forwarding, what is refused.
# users: several
cd /tmp; export LANG=C HOME=/tmp; chmod 755 /tmp; umask 022
{ cat /etc/passwd; echo sshd:x:100:65534::/run/sshd:/usr/sbin/nologin; } >passwd; mount --bind passwd /etc/passwd; mount -t tmpfs none /run; mkdir -p /run/sshd root/.ssh; mount --bind root /root; chmod 700 /root ~root/.ssh
for k in rsa ecdsa ed25519; do ssh-keygen -q -t $k -N '' -f h_$k; ssh-keygen -q -t $k -N '' -f u_$k; cat u_$k.pub >>~root/.ssh/authorized_keys; done
printf 'HostKey /tmp/h_%s\n' rsa ecdsa ed25519 >c; cat >>c <<'C'
UsePAM no
PermitRootLogin yes
PidFile none
Subsystem sftp internal-sftp
SetEnv PATH=/usr/bin:/bin
C
# Each connection is a server of its own on a pipe; so no port can be taken.
run() { ssh -F none -o ProxyCommand='/usr/sbin/sshd -i -f /tmp/c' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes "$@"; }
for k in rsa ecdsa ed25519; do run -i u_$k root@h "echo login by $k"; done
for c in aes128-ctr aes256-gcm@openssh.com chacha20-poly1305@openssh.com; do head -c 400000 passwd /dev/zero | sha1sum >want; head -c 400000 passwd /dev/zero | run -c $c -C -i u_ed25519 root@h sha1sum | cmp - want && echo $c; done
for x in curve25519-sha256 ecdh-sha2-nistp521 sntrup761x25519-sha512@openssh.com mlkem768x25519-sha256; do run -o KexAlgorithms=$x -i u_ed25519 root@h echo $x; done
run -i u_ed25519 root@h 'exit 42'; echo "status $?"; run -i u_ed25519 root@h 'kill -TERM $$'; echo "status $?"
run -tt -i u_ed25519 root@h 'tty | tr -d 0-9; test -t 0 && echo terminal; stty size' </dev/null | tr -d '\r'
ssh-keygen -q -t ed25519 -N '' -f other; run -o BatchMode=yes -i other root@h echo wrong 2>&1 | sed 's/(.*//'; run -o BatchMode=yes -i u_rsa nobody@h echo wrong 2>&1 | sed 's/(.*//'
seq 100000 >file;
cat >sshx <<'S'
#!/bin/bash
exec ssh -F none -o ProxyCommand='/usr/sbin/sshd -i -f /tmp/c' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i /tmp/u_ed25519 "$@"
S
chmod 755 sshx; printf 'put file copy\nget copy back\nrename copy moved\nls moved\nrm moved\nmkdir d\nls\n' | sftp -q -S /tmp/sshx -b - root@h 2>&1; cmp file back && echo same
scp -q -S /tmp/sshx file root@h:scp1; scp -q -O -S /tmp/sshx root@h:scp1 back2; cmp file back2 && echo same
ssh-agent bash -c 'ssh-add -q u_ed25519; ssh-add -l | wc -l; rm u_ed25519; '"$(declare -f run)"'; run -i u_ed25519.pub root@h "echo by the agent"'
