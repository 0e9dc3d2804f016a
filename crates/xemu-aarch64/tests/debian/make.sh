cd /tmp; cat > Makefile <<'M'
all: $(patsubst %,out/%,$(shell seq 1 30))
	@cat out/* | sort -n | md5sum
out/%: | out
	@seq 1 $* > $@
out: ; @mkdir out
fail: ; @exit 3
M
make -s -j4 all; make -s -j4 all; make -s fail; echo "status $?"; make none
