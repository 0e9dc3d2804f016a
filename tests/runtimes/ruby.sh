# packages: ruby
cat >/tmp/r.rb <<'R'
require 'digest'; require 'json'; require 'set'; require 'bigdecimal'; require 'zlib'
def fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)
puts "fib #{fib(24)}"
class Vec; attr_reader :x, :y; def initialize(x, y) = (@x = x; @y = y); def +(o) = Vec.new(@x + o.x, @y + o.y); def dot(o) = @x * o.x + @y * o.y; end
v = Vec.new(0.0, 0.0)
100_000.times { |i| v += Vec.new(i * 0.5, 1.0 / (i + 1)) }
puts "vec #{v.x} #{v.y} #{v.dot(v)}"
h = Hash.new(0)
100_000.times { |i| h["k#{i % 997}"] += i }
puts "hash #{h.size} #{h.values.sum} #{Digest::SHA256.hexdigest(h.to_a.to_s)[0, 16]}"
s = (1..20000).map { |i| "word#{i} " }.join
puts "regex #{s.scan(/(\w)\d+7 /).size} #{s.gsub(/[aeiou]/) { |c| c.upcase }.hash == s.hash} #{Zlib.crc32(s)} #{Zlib::Inflate.inflate(Zlib::Deflate.deflate(s)).size}"
puts "big #{(1..400).inject(:*).to_s.size} #{2**0.5} #{10.pow(300, 1_000_007)} #{Rational(3, 4) ** 5} #{BigDecimal('1') / 3} #{Complex(1, 2)**3}"
m = Mutex.new
n = 0
8.times.map { Thread.new { 3000.times { m.synchronize { n += 1 } } } }.each(&:join)
puts "threads #{n}"
f = Fiber.new { 1000.times { |i| Fiber.yield i }; :done }; t = 0; while (x = f.resume) != :done; t += x; end; puts "fibers #{t}"
q = Queue.new; th = Thread.new { 2000.times { |i| q << i }; q << nil }; t = 0; while (x = q.pop); t += x; end; puts "queue #{t}"
$VERBOSE = nil
puts "ractors #{4.times.map { |i| Ractor.new(i) { |k| (1..20000).sum { |z| z % (k + 2) } } }.map(&:take)}"
rd, wr = IO.pipe
pids = 5.times.map { |i| fork { wr.puts "c#{i}"; exit! i } }
puts "fork #{pids.map { |p| Process.wait2(p)[1].exitstatus }} #{5.times.map { rd.gets.chomp }.sort}"
e = 0
20000.times { |i| begin; raise ArgumentError if i % 3 == 0; Integer("x") if i % 3 == 1; rescue => x; e += x.class.name.size; end }
puts "exceptions #{e}"
def deep(n) = deep(n + 1); begin; deep(0); rescue SystemStackError; puts "overflow"; end
trap("USR1") { puts "signal" }
Process.kill("USR1", $$)
sleep 0.01
puts `echo child`
GC.start
GC.compact if GC.respond_to?(:compact)
puts JSON.generate({ a: [1, 2.5, nil, "é"] })
puts "case #{[1, "a", nil, [1, [2]], { k: 3 }].map { |z| case z; in Integer then 1; in [a, [b]] then a + b; in { k: } then k; in nil then 0; else 9; end }}"
R
ruby /tmp/r.rb
ruby /tmp/r.rb | md5sum
