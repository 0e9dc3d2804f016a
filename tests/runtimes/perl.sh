# packages: perl
# Perl: hashes, regular expressions, big numbers, signals, processes.
cat >/tmp/p.pl <<'L'
use strict;
use Digest::SHA "sha256_hex";
use POSIX;
use Math::BigInt;
my %h;
$h{"k".$_%997} += $_ for 1..200000;
my $s = join ",", map {"$_=$h{$_}"} sort keys %h;
print "perl ", sha256_hex($s), " ", scalar(()=$s=~/(\d)7/g), "\n";
sub fib { my $n=shift; $n<2?$n:fib($n-1)+fib($n-2) } print fib(20), " ", 2**0.5, " ", 1e15/3, " ", -7%3, " ", int(-3.7), " ", 18446744073709551615, " ", ~0, "\n";
print Math::BigInt->new(2)->bpow(500)->bmod(1000003), "\n";
my $n=0;
$SIG{ALRM}=sub{$n++; die "alarm\n"};
eval { POSIX::ualarm(1000) if 0; alarm 1; 1 while 1; };
print "$@";
my @p=map { my $p=fork; exit $_ unless $p; $p } 1..4;
print join(" ", map { waitpid $_,0; $?>>8 } @p), "\n";
printf "%.15g %s\n", atan2(1,1)*4, sprintf("%vd","1.22.333");
my @a=sort { $a<=>$b } map { ($_*7919)%10007 } 1..10006;
print "$a[0] $a[-1]\n";
print pack("w/a*N","x"x200,77) =~ tr/x//, " ", unpack("%32C*",$s), "\n"
L
perl /tmp/p.pl
