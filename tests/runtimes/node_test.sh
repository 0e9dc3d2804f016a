# packages: nodejs
# The test runner, which runs each file in a process of its own, and an ES module graph.
mkdir -p /tmp/p/lib && cd /tmp/p
echo '{"name":"p","version":"1.2.3","type":"module","scripts":{"test":"node --test"}}' >package.json
echo 'export const add = (a, b) => a + b; export default class Q { #x = 4; get x() { return this.#x ** 2; } }' >lib/q.js
for i in 1 2 3; do cat >q$i.test.js <<'JS'
import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';

import Q, {add} from './lib/q.js';

test('add', () => assert.equal(add(2, 3), 5));
describe('q', () => {
  it('x', async () => {
    await new Promise(r => setTimeout(r, 10));
    assert.equal(new Q().x, 16);
  });
  it.skip('no', () => {});
});
test('throws', () => assert.throws(() => { throw new TypeError('x'); }, TypeError));
JS
done
node --test 2>&1 | grep -E '^# (tests|suites|pass|fail|skipped|cancelled)'
echo "status ${PIPESTATUS[0]}"
node --max-old-space-size=64 -e 'let a=[]; for(let i=0;i<3e6;i++){a.push({i}); if(a.length>50000)a=[];} console.log("heap", a.length)'
node -e 'process.on("SIGUSR2",()=>{console.log("signal");process.exit(3)});setInterval(()=>{},1e3);process.kill(process.pid,"SIGUSR2")'
echo "status $?"
node -e 'function f(){f()} try{f()}catch(e){console.log(e.message)}'
node -e 'console.log(new Intl.NumberFormat("de-DE").format(1234567.891), new Date(0).toISOString(), "é".normalize("NFD").length)'
node --jitless -e 'let s=0;for(let i=0;i<1e5;i++)s+=i%7;console.log(s)'
node --stack-size=400 --expose-gc -e 'for(let i=0;i<30;i++){global.gc()};console.log("gc")'
