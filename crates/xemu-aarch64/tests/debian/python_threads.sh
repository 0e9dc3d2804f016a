python3 - <<'P'
import threading, queue, concurrent.futures, asyncio
q, out, lock = queue.Queue(), [], threading.Lock()
def worker():
    while (n := q.get()) is not None:
        with lock: out.append(n * n)
threads = [threading.Thread(target=worker) for _ in range(8)]
for t in threads: t.start()
for i in range(2000): q.put(i)
for _ in threads: q.put(None)
for t in threads: t.join()
print(len(out), sum(out))
with concurrent.futures.ThreadPoolExecutor(6) as pool: print(sum(pool.map(lambda n: n ** 2, range(500))))
async def main():
    async def one(n): await asyncio.sleep(0.001 * (n % 5)); return n
    print(sum(await asyncio.gather(*(one(n) for n in range(100)))))
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
    w.write(b"line\n"); print(await r.readline()); w.close(); server.close()
async def echo(r, w): w.write((await r.readline()).upper()); await w.drain(); w.close()
asyncio.run(main())
P
