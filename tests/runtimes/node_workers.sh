# packages: nodejs
# Worker threads, shared memory with Atomics, asynchronous files, crypto on the thread pool, streams.
cat >/tmp/workers.js <<'JS'
const {Worker, isMainThread, workerData, parentPort, threadId} = require('worker_threads');
const N = 6;
if (!isMainThread) {
  const a = new Int32Array(workerData.sab);
  for (let i = 0; i < 40000; i++) {
    Atomics.add(a, 0, 1);
    Atomics.xor(a, 1, i);
    if (i % 64 == 0) Atomics.notify(a, 0);
  }
  const lock = i => {
    while (Atomics.compareExchange(a, 2, 0, 1) !== 0) Atomics.wait(a, 2, 1, 5);
    a[3] += i;
    Atomics.store(a, 2, 0);
    Atomics.notify(a, 2, 1);
  };
  for (let i = 0; i < 2000; i++) lock(i);
  const junk = [];
  for (let i = 0; i < 50000; i++) junk.push({i, s: 'x' + i});
  parentPort.postMessage({
    n: workerData.n,
    sum: junk.reduce((s, j) => s + j.s.length, 0),
    buf: new Uint8Array(1000).fill(workerData.n)
  });
} else {
  (async () => {
    for (let round = 0; round < 2; round++) {
      const sab = new SharedArrayBuffer(64);
      const out =
          await Promise.all([...Array(N).keys()].map(n => new Promise((ok, no) => {
                                                       let m;
                                                       const w =
                                                           new Worker(__filename, {workerData: {sab, n}});
                                                       w.on('message', v => m = v);
                                                       w.on('error', no);
                                                       w.on('exit', c => ok([m.n, m.sum, m.buf[999], c]));
                                                     })));
      console.log(JSON.stringify(out), ...new Int32Array(sab).slice(0, 4));
    }
    const fs = require('fs/promises'), crypto = require('crypto'), zlib = require('zlib'),
          util = require('util');
    await Promise.all([...Array(50).keys()].map(i => fs.writeFile(`/tmp/f${i}`, 'data'.repeat(i * 100))));
    const sizes =
        await Promise.all([...Array(50).keys()].map(async i => (await fs.readFile(`/tmp/f${i}`)).length));
    console.log('files', sizes.reduce((a, b) => a + b));
    const keys = await Promise.all(
        [...Array(8).keys()].map(i => util.promisify(crypto.pbkdf2)('pw' + i, 'salt', 2000, 32, 'sha512')));
    console.log('pbkdf2', keys.map(k => k.toString('hex').slice(0, 8)).join());
    const packed = await util.promisify(zlib.gzip)(Buffer.alloc(3e6, 'abcdefghij klmnop'));
    console.log('zlib', zlib.gunzipSync(packed).length);
    const {execFile} = require('child_process');
    console.log('child', (await util.promisify(execFile)(process.execPath, ['-p', '6*7'])).stdout.trim());
    const http = require('http');
    const server = http.createServer((q, r) => r.end('hello ' + q.url)).listen(0, '127.0.0.1', async () => {
      const get = p =>
          new Promise(ok => http.get({port: server.address().port, host: '127.0.0.1', path: p}, r => {
            let s = '';
            r.on('data', d => s += d).on('end', () => ok(s));
          }));
      console.log((await Promise.all([...Array(40).keys()].map(i => get('/' + i)))).join().length);
      server.close();
    });
    setTimeout(() => console.log('timer'), 5).unref;
    queueMicrotask(() => console.log('micro'));
  })();
}
JS
node /tmp/workers.js
