# packages: php-cli
# The interpreter, then opcache's tracing and function JIT on the same program.
cat >/tmp/p.php <<'P'
<?php
function fib(int $n): int { return $n < 2 ? $n : fib($n - 1) + fib($n - 2); } echo "fib ", fib(25), "\n";
function mandel(int $w): int { $s = 0; for ($y = 0; $y < $w; $y++) for ($x = 0; $x < $w; $x++) { $a = $b = 0.0; $n = 0; $cx = $x / $w * 3 - 2; $cy = $y / $w * 2 - 1; while ($a * $a + $b * $b < 4 && $n < 40) { $t = $a * $a - $b * $b + $cx; $b = 2 * $a * $b + $cy; $a = $t; $n++; } $s += $n; } return $s; } echo "mandel ", mandel(120), "\n";
final class P { public function __construct(public float $x, public ?P $next = null) {} } $l = null;
for ($i = 0; $i < 100000; $i++) { $l = new P($i * 0.25, $i % 1000 ? $l : null); } for ($s = 0.0, $p = $l; $p; $p = $p->next) $s += $p->x;
echo "list $s\n";
$m = [];
for ($i = 0; $i < 200000; $i++) { $k = "k" . $i % 1009; $m[$k] = ($m[$k] ?? 0) + $i; } ksort($m);
echo "map ", count($m), " ", array_sum($m), " ", md5(serialize($m)), "\n";
$t = str_repeat("The quick brown fox jumps over the lazy dog. ", 2000);
echo "regex ", preg_match_all('/\b(\w)o(\w+)/', $t, $r), " ", strlen(preg_replace_callback('/[aeiou]/', fn($x) => strtoupper($x[0]) . '!', $t)), " ", hash('sha256', $t), " ", crc32($t), "\n";
echo "math ", sqrt(2), " ", intdiv(-7, 2), " ", -7 % 3, " ", PHP_INT_MAX + 1, " ", (int)1e30, " ", fmod(-7.5, 2), " ", 0.1 + 0.2, " ", round(-2.5), " ", pi() ** 20, "\n";
$c = 0;
for ($i = 0; $i < 20000; $i++) { try { if ($i % 2) throw new RuntimeException("x$i"); else intdiv($i, 0); } catch (RuntimeException $e) { $c += strlen($e->getMessage()); } catch (DivisionByZeroError) { $c++; } finally { $c++; } } echo "exceptions $c\n";
function g($n) { for ($i = 0; $i < $n; $i++) { $x = yield $i => $i * $i; } return 7; } $s = 0;
foreach (g(100000) as $k => $v) $s += $v - $k;
echo "generator $s\n";
$a = range(1, 50000);
mt_srand(42);
shuffle($a);
usort($a, fn($x, $y) => $x <=> $y);
echo "sort ", $a[0], $a[49999], " ", mt_rand(), "\n";
echo "json ", md5(json_encode($m)), " ", strlen(gzcompress($t)), "\n";
$f = new Fiber(function () { $s = 0; for ($i = 0; $i < 1000; $i++) $s += Fiber::suspend($i); return $s; });
$v = $f->start();
while (!$f->isTerminated()) $v = $f->resume($v);
echo "fiber ", $f->getReturn(), "\n";
P
php8.4 /tmp/p.php
for jit in tracing function 1255; do php8.4 -d zend_extension=opcache -d opcache.enable_cli=1 -d opcache.jit_buffer_size=32M -d opcache.jit=$jit /tmp/p.php | md5sum; done
php8.4 -d zend_extension=opcache -d opcache.enable_cli=1 -d opcache.jit_buffer_size=32M -d opcache.jit=tracing -r 'var_dump(opcache_get_status()["jit"]["on"]);'
