# packages: python3-numpy libopenblas0-pthread diffutils
# numpy with all its NEON kernels, and with those for optional features left out: what IEEE 754 defines is the same.
l=/usr/lib/aarch64-linux-gnu
export LD_LIBRARY_PATH=$l/openblas-pthread QEMU_CPU=max
cat >/tmp/n.py <<'P'
import hashlib
import numpy as np
np.seterr(all='ignore')

def show(name, *arrays):
    h = hashlib.sha256()
    for a in arrays:
        a = np.ascontiguousarray(a)
        if a.dtype.kind in 'fc':
            # Which NaN comes out is for the processor to choose.
            a = np.where(np.isnan(a), np.array(np.nan, a.dtype), a)
        h.update(a.tobytes())
    print(f'{name:<24} {h.hexdigest()[:20]}')

def bits(n, seed):
    x = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))

n = 4099
for dtype in ['f2', 'f4', 'f8']:
    size = np.dtype(dtype).itemsize
    raw = {2: np.uint16, 4: np.uint32, 8: np.uint64}[size]
    edges = np.array([0, -0.0, 1, -1, 0.5, 1.5, 2.5, np.inf, -np.inf, np.nan, 65504, 6e-8, -6e-5], dtype)
    def make(seed):
        wild = bits(n, seed).astype(raw).view(dtype)
        # What fmax makes of a signalling NaN is not laid down.
        wild[np.isnan(wild)] = np.nan
        tame = ((bits(n, seed + 1) % 20000).astype('f8') / 64 - 150).astype(dtype)
        return np.concatenate([wild, tame, np.repeat(edges, len(edges)) if seed & 1 else np.tile(edges, len(edges))])
    a, b = make(1), make(2)
    for op in [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.fmax, np.fmin, np.fmod, np.remainder,
               np.floor_divide, np.copysign, np.nextafter, np.equal, np.less, np.less_equal, np.greater, np.not_equal,
               np.logical_and, np.heaviside]:
        # Which of two zeros is greater is not laid down.
        zero = 0 if op in (np.maximum, np.minimum, np.fmax, np.fmin) else -0.0
        results = [op(a, b), op(a[::-1], b), op(a, b[3]), op(a[1::3], b[2::3])]
        show(f'{dtype} {op.__name__}', *[r + r.dtype.type(zero) if r.dtype.kind == 'f' else r for r in results])
    for op in [np.negative, np.absolute, np.sqrt, np.square, np.reciprocal, np.sign, np.floor, np.ceil, np.trunc, np.rint,
               np.isnan, np.isinf, np.isfinite, np.signbit, np.spacing]:
        show(f'{dtype} {op.__name__}', op(a), op(a[::2]))
    show(f'{dtype} modf frexp', *np.modf(a), *np.frexp(a[np.isfinite(a)]))
    # The order of zeros is not laid down.
    show(f'{dtype} sort', np.sort(a) + 0, np.sort(b)[::-1] + 0, np.sort(np.partition(a, 100)[:100]) + 0)
    show(f'{dtype} extremes', np.nanmax(a), np.nanmin(a), [np.nanargmax(b), np.nanargmin(b)], np.maximum.accumulate(b))
    for to in ['f2', 'f4', 'f8']:
        show(f'{dtype} to {to}', a.astype(to))
    t = a[n:2 * n]
    for to in ['i1', 'i2', 'i4', 'i8', 'u8']:
        show(f'{dtype} to {to}', np.abs(t).astype(to) if to[0] == 'u' else t.astype(to))
    show(f'{dtype} clip where', np.clip(a, -3, 7), np.where(a > b, a, b), np.select([a > 1, b > 1], [a, b], 0))
    with np.errstate(all='call'):
        seen = []
        np.seterrcall(lambda kind, flag: seen.append((kind, flag)))
        np.divide(t, t.dtype.type(0)); np.multiply(a, a); np.sqrt(-np.abs(t)); np.add(edges, edges)
        print(f'{dtype} errors', sorted(set(seen)))
for dtype in ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', '?']:
    a, b = bits(n, 5).astype(dtype), bits(n, 6).astype(dtype)
    b[5] = 1
    ops = [np.add, np.multiply, np.maximum, np.minimum, np.bitwise_and, np.bitwise_xor, np.less, np.equal]
    if dtype != '?':
        ops += [np.subtract, np.floor_divide, np.remainder, np.left_shift, np.right_shift, np.gcd, np.power]
        c = np.where(b < 0, 3, b % 5).astype(dtype)
    for op in ops:
        right = c if op in (np.power, np.left_shift, np.right_shift) else b
        show(f'{dtype} {op.__name__}', op(a, right), op(a[::3], right[::3]))
    show(f'{dtype} sums', a.sum(), a.cumsum(), a.max(), a.min(), [a.argmax(), a.argmin()], a.sum(dtype='i8'))
    show(f'{dtype} sort', np.sort(a), np.sort(b, kind='stable'), np.argsort(a, kind='stable'), np.unique(a))
    show(f'{dtype} to f', a.astype('f4'), a.astype('f8'), a.astype('f2'))
    if dtype != '?':
        show(f'{dtype} bits', np.bitwise_count(a), np.packbits((a & 1).astype('u1')), np.invert(a))
a = (bits(64 * 64, 7) % 17).astype('f8').reshape(64, 64)
for dtype in ['f4', 'f8', 'c8', 'c16', 'i4']:
    # Products of small integers are exact in any order.
    x = a.astype(dtype)
    if dtype[0] == 'c':
        x = x + 1j * x.T
    show(f'{dtype} product', x @ x.T, x @ x[0], np.dot(x[1], x[2]), np.einsum('ij,kj->ik', x[:5], x))
    show(f'{dtype} sum', x.sum(), x.sum(axis=0), x.sum(axis=1), np.cumsum(x, axis=0), np.trace(x), np.outer(x[0], x[1]))
c, d = a[0] + 1j * a[1], a[2] - 1j * a[3]
show('complex', c + d, c * d, c.conj(), np.abs(c).round(6), (c * d).real)
x = np.linalg.solve(a + 50 * np.eye(64), a[0])
print('solve', bool(np.allclose((a + 50 * np.eye(64)) @ x, a[0])), round(float(np.linalg.slogdet(a + 50 * np.eye(64))[1]), 6))
print('fft', bool(np.allclose(np.fft.ifft(np.fft.fft(a[0])).real, a[0])))
v = np.linspace(-20, 20, 10001)
for f in [np.exp, np.sin, np.cos, np.tanh, np.arctan, np.cbrt, np.expm1, np.log1p, np.exp2]:
    for t in ['f4', 'f8']:
        y = f(np.abs(v) if f is np.log1p else v).astype(t)
        z = f(np.abs(v.astype(t)) if f is np.log1p else v.astype(t))
        print(f.__name__, t, bool(np.all(np.abs(y - z) <= np.abs(y) * np.finfo(t).eps * 8 + 1e-5 * (t == 'f4'))), end=' ')
print()
r = np.random.default_rng(1)
show('random', r.integers(0, 1 << 40, 1000), r.random(1000), r.permutation(1000))
P
python3 /tmp/n.py >/tmp/all
NPY_DISABLE_CPU_FEATURES="ASIMDHP ASIMDDP ASIMDFHM SVE" python3 /tmp/n.py >/tmp/base 2>/dev/null
cmp /tmp/all /tmp/base && echo "the same without optional features"
cat /tmp/all
