# packages: nodejs
# WebAssembly: a module made by hand (a loop over memory and a float kernel), both compilers, traps, shared memory.
cat >/tmp/wasm.js <<'JS'
const leb = n => {
  const o = [];
  do {
    let b = n & 127;
    n >>>= 7;
    if (n) b |= 128;
    o.push(b);
  } while (n);
  return o;
};
const sec = (id, ...b) => {
  b = b.flat(9);
  return [id, ...leb(b.length), ...b];
};
const body = (locals, code) => {
  const b = [...locals, ...code, 0x0b];
  return [...leb(b.length), ...b];
};
const i32 = 0x7f, f64 = 0x7c;
const sum = body([1, 2, i32], [
  0x03, 0x40, 0x20, 1, 0x20, 2,    0x41, 2,    0x74, 0x28, 2,    0, 0x6a, 0x21, 1,
  0x20, 2,    0x41, 1, 0x6a, 0x22, 2,    0x20, 0,    0x48, 0x0d, 0, 0x0b, 0x20, 1
]);
const fib = body([0], [
  0x20, 0,    0x41, 2, 0x48, 0x04, i32,  0x20, 0,    0x05, 0x20, 0,    0x41,
  1,    0x6b, 0x10, 1, 0x20, 0,    0x41, 2,    0x6b, 0x10, 1,    0x6a, 0x0b
]);
const root = body([0], [0x20, 0, 0x9f, 0x20, 0, 0xa0]);
const div = body([0], [0x20, 0, 0x41, 0, 0x6d]);
const trunc = body([0], [0x20, 0, 0xaa]);
const bytes = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...sec(1, 3, [0x60, 1, i32, 1, i32], [0x60, 1, f64, 1, f64], [0x60, 1, f64, 1, i32]),
  ...sec(3, 5, 0, 0, 1, 0, 2), ...sec(5, 1, 0, 16),
  ...sec(
      7, 6, [3, 115, 117, 109, 0, 0], [3, 102, 105, 98, 0, 1], [4, 114, 111, 111, 116, 0, 2],
      [3, 100, 105, 118, 0, 3], [5, 116, 114, 117, 110, 99, 0, 4], [3, 109, 101, 109, 2, 0]),
  ...sec(10, 5, sum, fib, root, div, trunc)
]);
(async () => {
  const {instance: {exports: e}} = await WebAssembly.instantiate(bytes);
  new Int32Array(e.mem.buffer).forEach((_, i, a) => a[i] = i * 31);
  let t = 0;
  for (let i = 0; i < 300; i++) t = (t + e.sum(200000)) | 0;
  console.log('sum', t, 'fib', e.fib(27));
  let r = 0;
  for (let i = 0; i < 1e6; i++) r = e.root(r);
  console.log('root', r);
  for (const f
           of [() => e.sum(1 << 20), () => e.div(3), () => e.trunc(1e30), () => e.trunc(NaN),
              () => e.fib(-1)]) {
    try {
      console.log('value', f());
    } catch (x) { console.log(x.constructor.name, x.message); }
  }
  let traps = 0;
  for (let i = 0; i < 2000; i++) try {
      e.sum(1 << 20);
    } catch { traps++; }
  console.log('traps', traps);
  console.log(WebAssembly.validate(bytes), WebAssembly.Module.exports(new WebAssembly.Module(bytes)).length);
})();
JS
node /tmp/wasm.js; node --liftoff-only /tmp/wasm.js; node --no-liftoff /tmp/wasm.js
