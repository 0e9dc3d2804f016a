# registered
python3 - <<'P'
import json, re, hashlib, collections, textwrap, datetime, struct, zlib, base64, decimal, fractions, itertools
d = {"n": [1, 2.5, None, True], "s": "ünïcödé", "deep": {str(i): i ** 3 for i in range(50)}}
t = json.dumps(d, sort_keys=True); print(len(t), json.loads(t) == d, t[:80])
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world, foo bar"), re.findall(r"\d{2,}", "1 22 333 4444"))
for n in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256"): print(n, hashlib.new(n, t.encode()).hexdigest()[:32])
print(collections.Counter("mississippi").most_common(2), textwrap.fill("word " * 20, 30))
print(datetime.datetime(2024, 2, 29).isoformat(), struct.pack("<hIqd", -2, 7, -9, 1.5).hex(), zlib.crc32(b"abc"), base64.b85encode(b"hello"))
decimal.getcontext().prec = 50; print(decimal.Decimal(2).sqrt(), fractions.Fraction(355, 113) + 1, 3 ** 200 % 10 ** 30)
print(repr(0.1 + 0.2), 1e308 * 10, float("nan"), round(2.5), divmod(-7, 3), (2.5).hex(), 10 ** 25 / 3)
print(sum(i * i for i in range(200000)), sorted(str(x) for x in range(30))[:8], list(itertools.permutations("abc"))[-1])
P
