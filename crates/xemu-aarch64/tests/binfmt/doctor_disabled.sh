# finds disabled
install
echo 0 >$B/xemu-aarch64
