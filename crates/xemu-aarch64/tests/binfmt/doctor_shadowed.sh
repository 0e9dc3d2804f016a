# finds shadowed
cp "$X" other
install
register other "$D/other" PF
