# finds stale
cp "$X" xemu-aarch64
install --interpreter "$D/xemu-aarch64"
