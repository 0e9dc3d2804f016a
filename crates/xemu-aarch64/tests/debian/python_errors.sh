python3 - <<'P'
import sys, ctypes, mmap, array, sqlite3, math, cmath, statistics, random
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
sys.setrecursionlimit(20000); print(deep(9000))
try: deep(10 ** 6)
except RecursionError as e: print(type(e).__name__)
def gen():
    try: yield 1; yield 2
    finally: print("closed")
g = gen(); next(g); g.close()
libc = ctypes.CDLL(None); print(libc.abs(-5), ctypes.c_double(1.5).value, libc.strlen(b"abcd"))
cmp = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])
a = (ctypes.c_int * 6)(5, 2, 9, 1, 7, 3); libc.qsort(a, 6, 4, cmp); print(list(a))
m = mmap.mmap(-1, 8192); m[4090:4100] = b"0123456789"; print(m[4094:4098])
db = sqlite3.connect(":memory:"); db.execute("create table t(a, b)"); db.executemany("insert into t values(?, ?)", ((i, i % 7) for i in range(5000)))
print(db.execute("select b, count(*), sum(a) from t group by b").fetchall())
print(math.sin(1e10), math.gamma(5.5), math.fsum([0.1] * 10), cmath.exp(1j), statistics.stdev([1, 2, 4]), math.nextafter(1, 2))
random.seed(5); print(random.random(), random.sample(range(100), 5), random.gauss(0, 1)); print([f"{10.0 ** e:.17g}" for e in range(-5, 25, 5)])
raise ValueError("the end")
P
echo "status $?"
