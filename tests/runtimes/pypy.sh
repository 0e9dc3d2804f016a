# packages: pypy3
# PyPy's tracing JIT at two eagernesses, and its interpreter.
cd /tmp
cat >p.py <<'L'
import hashlib, threading, re, json, os
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)
print('fib', fib(27))
s = 0
for i in range(3000000): s = (s * 31 + i) & 0xffffffff
print('loop', s)
f = 0.0
for i in range(1, 1000000): f += 1.0 / i ** 1.5
print('float', f)
d = {}
for i in range(300000): d['k%d' % (i % 997)] = d.get('k%d' % (i % 997), 0) + i
print('dict', len(d), sum(d.values()), hashlib.sha256(json.dumps(d).encode()).hexdigest()[:12])
n = [0]
l = threading.Lock()
def w():
    for i in range(5000):
        with l: n[0] += 1
ts = [threading.Thread(target=w) for _ in range(5)]
[t.start() for t in ts]
[t.join() for t in ts]
print('threads', n)
print('big', pow(3, 10**5) % 1000003, len(str(7 ** 3000)))
e = 0
for i in range(50000):
    try: [1][i % 2] if i % 3 else {}[i]
    except LookupError: e += 1
print('exc', e)
print('re', len(re.findall(r'(\w)o(\w)', 'the fox over dog ' * 3000)))
print('gen', sum(x * x for x in range(200000) if x % 3))
pid = os.fork()
if not pid: os._exit(5)
print('fork', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
L
pypy3 p.py
pypy3 --jit threshold=20,trace_eagerness=5 p.py | md5sum
pypy3 --jit off p.py | md5sum
