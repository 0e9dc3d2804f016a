perl -e 'my %h; $h{length $_}++ for map { sprintf "%b", $_ * 37 } 1 .. 5000; print join(",", map { "$_=$h{$_}" } sort { $a <=> $b } keys %h), "\n";
my $s = "The year 1999 and 2024"; (my $t = $s) =~ s/(\d+)/$1 + 1/ge; print "$t\n"; print join("|", "a1b22c333" =~ /(\d+)/g), "\n";
printf "%.10f %e %g %s\n", atan2(1, 1) * 4, 1 / 3, 1e21, 0.1 + 0.2; print unpack("H*", pack("nNvVd", 1, 2, 3, 4, 1.5)), "\n";
my $pid = fork; if (!$pid) { exit 5 } waitpid $pid, 0; print $? >> 8, "\n"; print `echo from a child`; my @l = sort { $b <=> $a } map { ($_ * 7919) % 1009 } 1 .. 1000; print "@l[0..9]\n";
sub ack { my ($m, $n) = @_; $m == 0 ? $n + 1 : $n == 0 ? ack($m - 1, 1) : ack($m - 1, ack($m, $n - 1)) } no warnings; print ack(2, 60), "\n"; eval { die { code => 42 } }; print $@->{code}, "\n";
local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; select undef, undef, undef, 3; use Digest::SHA "sha256_hex"; print sha256_hex("x" x 1e5), "\n"; exit 4'
echo "status $?"
