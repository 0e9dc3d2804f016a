# finds all-disabled
install
echo 0 >$B/status
