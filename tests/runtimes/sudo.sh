# packages: sudo mount libpam-modules
# Other users and other roots: sudo, setpriv, unshare, chroot, and programs that the emulator starts inside.
# users: several
cd /tmp; export LANG=C HOME=/root; chmod 755 /tmp
printf 'root ALL=(ALL:ALL) ALL\ndaemon ALL=(bin) NOPASSWD: /usr/bin/id\nDefaults !fqdn\n' >sudoers; chmod 440 sudoers; chown 0:0 sudoers; mkdir -p pam.d /etc/pam.d; printf '%s required pam_permit.so\n' account auth session | tee pam.d/sudo >pam.d/other; mount --bind pam.d /etc/pam.d; mount --bind sudoers /etc/sudoers
sudo -u daemon id; sudo -u bin -g tty sh -c 'id -un; id -gn; echo $SUDO_USER $HOME'; sudo -u daemon -- bash -c 'echo $0 $UID; kill -9 $$'; echo "status $?"; sudo -n -l -U daemon | tail -1; echo text | sudo -u '#5' tr a-z A-Z; visudo -cf sudoers
setpriv --reuid 2 --regid 2 --clear-groups --no-new-privs bash -c 'id; cat /etc/sudoers 2>&1; grep NoNewPrivs /proc/self/status'; setpriv --bounding-set -all --inh-caps -all grep CapBnd /proc/self/status
unshare --uts --ipc bash -c 'hostname inside 2>/dev/null || echo inside >/proc/sys/kernel/hostname; uname -n; ls /proc/sysvipc'; unshare --pid --fork bash -c 'echo $$; bash -c "echo \$PPID"'; unshare --net bash -c 'tail -n +3 /proc/net/dev | tr -d " " | cut -d: -f1'
mkdir -p r/usr && mount --bind /usr r/usr && ln -s usr/bin r/bin && ln -s usr/lib r/lib && ln -s usr/lib64 r/lib64 && chroot r /bin/bash -c 'ls -d /*/bin; bash -c "echo child"; env -i /usr/bin/uname -s'
