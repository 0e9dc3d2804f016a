# finds no-privilege
mount -o remount,bind,ro $B
