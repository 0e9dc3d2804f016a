# packages: nodejs
# V8's tiers: hot numeric loops, objects, strings, regular expressions, big integers, garbage.
cat >/tmp/compute.js <<'JS'
const crypto = require('crypto');
function sieve(n) {
  const s = new Uint8Array(n + 1);
  let c = 0;
  for (let i = 2; i <= n; i++) {
    if (!s[i]) {
      c++;
      for (let j = i * 2; j <= n; j += i) s[j] = 1;
    }
  }
  return c;
}
console.log('primes', sieve(2000000));
function mandel(w) {
  let sum = 0;
  for (let y = 0; y < w; y++)
    for (let x = 0; x < w; x++) {
      let a = 0, b = 0, n = 0;
      const cx = x / w * 3 - 2, cy = y / w * 2 - 1;
      while (a * a + b * b < 4 && n < 60) {
        const t = a * a - b * b + cx;
        b = 2 * a * b + cy;
        a = t;
        n++;
      }
      sum += n;
    }
  return sum;
}
console.log('mandelbrot', mandel(300));
class Node {
  constructor(l, r) {
    this.l = l;
    this.r = r;
  }
  count() { return this.l ? 1 + this.l.count() + this.r.count() : 1; }
}
const tree = d => d ? new Node(tree(d - 1), tree(d - 1)) : new Node(null, null);
let total = 0;
for (let i = 0; i < 12; i++) total += tree(13).count();
console.log('trees', total);
let text = '';
for (let i = 0; i < 30000; i++) text += `key${i * 7919 % 10007}=value${i}; `;
const hits = [...text.matchAll(/(?<k>key\d+7)=(value\d+)(?=;)/g)].map(m => m.groups.k + m[2]);
console.log('regex', hits.length, crypto.createHash('sha256').update(hits.join()).digest('hex'));
console.log('replace', text.replace(/[aeiou](\w)/gu, (m, a) => a.toUpperCase()).length);
let f = 1n;
for (let i = 1n; i < 1500n; i++) f *= i;
console.log('bigint', crypto.createHash('md5').update(f.toString()).digest('hex'));
const map = new Map(), rows = [];
for (let i = 0; i < 100000; i++) {
  map.set('k' + (i % 5003), (map.get('k' + (i % 5003)) || 0) + i);
  rows.push({id: i, v: Math.sin(i)});
}
rows.sort((a, b) => a.v - b.v || a.id - b.id);
console.log('map', map.size, [...map.values()].reduce((a, b) => a + b), rows[0].id, rows[99999].id);
const json = JSON.stringify(rows.slice(0, 5000));
console.log('json', JSON.parse(json).length, crypto.createHash('sha1').update(json).digest('hex'));
const f64 = new Float64Array(100000).map((_, i) => Math.exp(-i / 1e4) * Math.cos(i));
let acc = 0;
for (const v of f64) acc += v;
console.log(
    'float', acc.toFixed(12), Math.fround(acc), (acc * 1e10) | 0, ~~-2147483649.5, (-7.5) % 2, 2 ** 0.5);
for (let i = 0; i < 3000; i++) {
  try {
    if (i % 3) throw new RangeError('r' + i);
    null.x;
  } catch (e) { total += e.message.length; }
}
console.log('exceptions', total);
function* gen(n) {
  for (let i = 0; i < n; i++) yield i * i;
}
let g = 0;
for (const v of gen(200000)) g = (g + v) % 1000003;
console.log('generator', g);
const deopt = (a, b) => a + b;
let d = 0;
for (let i = 0; i < 200000; i++) d = deopt(d, 1);
console.log('deopt', deopt(d, 0.5), deopt('a', d), deopt(1n, 2n), deopt(2147483647, 1));
JS
node /tmp/compute.js
