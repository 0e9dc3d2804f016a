# packages: libpython3.13-testsuite python3
# Python's own tests of numbers, bytes, checksums and digests.
cd /tmp
for m in math cmath float complex int long fractions decimal struct array memoryview binascii base64 zlib hashlib hmac random numeric_tower; do
  echo "$m $(python3 -m unittest test.test_$m 2>&1 | sed -n 's/ in [0-9.]*s$//; /^Ran\|^OK\|^FAIL\|^ERROR/p' | tr '\n' ' ')"
done
python3 - <<'P'
import math, struct, hashlib, zlib
import itertools
h = hashlib.sha256()
values = [0.0, -0.0, 1.0, -1.5, math.pi, 1e-310, 5e-324, 1e308, -1e-5, 123456.789, 2.0**53 + 1, math.inf, -math.inf, math.nan]
values += [((n * 2654435761) % 2**32) / 2**28 - 8 for n in range(2000)]
one = [math.sqrt, math.floor, math.ceil, math.trunc, math.frexp, math.modf, math.fabs, math.isqrt, math.ulp, float.hex,
       repr, round, lambda x: round(x, 3), lambda x: struct.pack('<fd', x, x), lambda x: struct.pack('<e', x)]
def call(f, *args):
    try:
        return repr(f(*args))
    except Exception as e:
        return type(e).__name__
for f in one:
    g = hashlib.sha256(''.join(call(f, x) for x in values).encode())
    print(getattr(f, '__name__', '?'), g.hexdigest()[:16])
two = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a // b, lambda a, b: a % b,
       math.fmod, math.remainder, math.copysign, math.nextafter, math.hypot, divmod]
for f in two:
    g = hashlib.sha256()
    for a, b in itertools.product(values[:200], values[:200]):
        g.update(call(f, a, b).encode())
    print(getattr(f, '__name__', '?'), g.hexdigest()[:16])
print(math.fsum(v for v in values[14:]), math.prod(v for v in values[14:60]))
print(zlib.crc32(repr(values).encode()), zlib.adler32(repr(values).encode()))
P
