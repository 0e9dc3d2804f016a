# packages: redis-server redis-tools nginx-light sqlite3 openssh-client git python3
# Servers under load, a database in a file, keys and signatures, a repository that is packed and cloned.
cd /tmp; export HOME=/tmp LANG=C
redis-server --port 0 --unixsocket /tmp/r.sock --save '' --daemonize yes --logfile /tmp/r.log >/dev/null; for i in 1 2 3 4 5 6 7 8 9 10; do redis-cli -s /tmp/r.sock ping 2>/dev/null | grep -q PONG && break; sleep 0.5; done
redis-benchmark -s /tmp/r.sock -n 5000 -c 20 -P 4 -q -t set,get,incr,lpush,zadd,hset 2>&1 | tr '\r' '\n' | grep -c 'requests per second'
redis-cli -s /tmp/r.sock eval 'local s=0 for i=1,100000 do s=s+i end redis.call("set","x",s) return redis.call("get","x")' 0; redis-cli -s /tmp/r.sock --raw incrbyfloat f 3.25; redis-cli -s /tmp/r.sock bgsave >/dev/null; sleep 1; redis-cli -s /tmp/r.sock lastsave | grep -c .; redis-cli -s /tmp/r.sock shutdown nosave; sleep 0.5; grep -ci 'bug report\|crash' r.log
mkdir -p www logs; head -c 3000000 /dev/zero >www/big; echo hello >www/index.html
cat >n.conf <<'N'
worker_processes 2; daemon off; pid /tmp/n.pid; error_log /tmp/n.err; user root;
events { worker_connections 128; }
http { access_log off; client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s; server { listen unix:/tmp/n.sock; root /tmp/www; gzip on; gzip_http_version 1.0; gzip_types *; gzip_proxied any; location = /text { return 200 "text\n"; } location /p/ { proxy_pass http://unix:/tmp/n.sock:/; } } }
N
nginx -c /tmp/n.conf & np=$!; for i in 1 2 3 4 5 6 7 8 9 10; do [ -S n.sock ] && break; sleep 0.5; done
cat >c.py <<'P'
import socket, threading, zlib
def get(path, extra=''):
    s = socket.socket(socket.AF_UNIX); s.connect('/tmp/n.sock'); s.sendall(f'GET {path} HTTP/1.0\r\n{extra}\r\n'.encode()); d = b''
    while b := s.recv(65536): d += b
    h, _, body = d.partition(b'\r\n\r\n'); return h.split(b'\r\n')[0].decode(), body
print(get('/text'), get('/'), get('/no')[0], len(get('/big')[1]), len(get('/p/big')[1])); print(len(zlib.decompress(get('/big', 'Accept-Encoding: gzip\r\n')[1], 31))); n = []
def w():
    for _ in range(60): n.append(get('/text')[0])
ts = [threading.Thread(target=w) for _ in range(6)]; [t.start() for t in ts]; [t.join() for t in ts]; print(len(n), set(n))
P
python3 c.py; kill $np; wait $np; echo "nginx $?"; grep -v "\[notice\]\|initgroups\|/www/no" n.err | head -3
sqlite3 t.db "create table t(a integer primary key, b text, c real); with recursive n(i) as (select 1 union all select i+1 from n where i<30000) insert into t select i, printf('v%d', i*7919 % 10007), i*0.37 from n; create index x on t(b); select count(*), sum(c), max(b) from t; select b, count(*) n from t group by b order by n desc, b limit 2; pragma integrity_check;"
ssh-keygen -q -t ed25519 -N '' -f k1; ssh-keygen -q -t rsa -b 2048 -N '' -f k2; ssh-keygen -q -t ecdsa -N '' -f k3; echo m >m; for k in k1 k2 k3; do ssh-keygen -q -Y sign -f $k -n file m 2>/dev/null; ssh-keygen -Y check-novalidate -n file -s m.sig <m | cut -d' ' -f1-4; rm m.sig; done
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
git init -q -b main g && cd g && for i in 1 2 3 4 5; do seq 1 $((i * 2000)) >f$i; git add .; git commit -qm c$i; done; git gc -q --aggressive 2>&1; git fsck --full 2>&1 | head; git rev-parse HEAD; git clone -q . ../g2 && git -C ../g2 log --oneline | wc -l
