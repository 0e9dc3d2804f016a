# packages: mariadb-server
# A database from its installation to its shutdown: transactions, joins, JSON, a dump read back, eight clients at once.
cd /tmp; export LANG=C HOME=/tmp; mkdir db
mariadb-install-db --no-defaults --user=root --datadir=/tmp/db --skip-test-db --auth-root-authentication-method=normal >i.log 2>&1 || tail -5 i.log
mariadbd --no-defaults --user=root --datadir=/tmp/db --socket=/tmp/s --pid-file=/tmp/p --skip-networking --innodb-flush-log-at-trx-commit=0 >d.log 2>&1 & d=$!
for i in $(seq 120); do mariadb-admin --no-defaults -S s ping >/dev/null 2>&1 && break; sleep 0.5; done
sql() { mariadb --no-defaults -S s -N "$@"; }
sql <<'Q'
create database d; use d;
create table t(a int primary key auto_increment, b varchar(20), c double, d decimal(20,6), key(b)) engine=innodb;
insert into t(b, c, d) select concat('v', seq * 7919 % 97), seq * 0.25, seq / 7 from seq_1_to_8000;
select b, count(*), sum(c), sum(d) from t group by b order by 2 desc, 1 limit 3;
start transaction; delete from t where a < 5000; select count(*) from t; rollback; select count(*) from t;
create table m engine=aria select x.a, y.b from t x join t y on x.a = y.a * 3; select count(*), max(a), min(b) from m; checksum table t, m; check table t, m;
select json_extract('{"a": [1, {"b": "é"}]}', '$.a[1].b'), sha2('x', 256), regexp_replace('abc', '(b)', '<\\1>'), soundex('emulator'), crc32('y'), hex(aes_encrypt('text', 'key')), uncompress(compress('squeezed'));
with recursive f(n, x, y) as (select 1, 0, 1 union all select n + 1, y, x + y from f where n < 44) select max(y) from f;
select a, rank() over (partition by b order by c desc), ntile(4) over (order by a) from t where a < 4; select st_area(st_geomfromtext('polygon((0 0,0 3,4 3,4 0,0 0))')), exp(1), ln(10), pow(2, 0.5), round(1.005, 2), 10 / 3;
Q
sql -f d 2>&1 <<'Q'
delimiter //
create procedure p(n int) begin declare i int default 0; while i < n do set i = i + 1; insert into m values(i, 'p'); end while; end //
create trigger g before update on t for each row set new.d = new.d + 1 //
delimiter ;
call p(500); select count(*), sum(a) from m where b = 'p'; select 1 / 0; select * from nowhere;
Q
mariadb-dump --no-defaults -S s --skip-dump-date d >dump.sql && sql -e 'create database e' && sql e <dump.sql && sql -e 'select (select sum(c) from d.t) = (select sum(c) from e.t), count(*) from e.m'
mariadb-slap --no-defaults -S s -a --concurrency=8 --number-of-queries=240 --auto-generate-sql-write-number=50 2>&1 | grep -c 'Number of clients running queries: 8'
for i in 1 2 3 4; do for j in $(seq 40); do echo "update t set c = c + 1 where a = $((j % 5 + 1));"; done | sql d & w="$w $!"; done; wait $w; sql d -e 'select a, c from t where a < 6'
mariadb-admin --no-defaults -S s shutdown; wait $d; echo "mariadbd $?"; grep -icE '\[ERROR\]|signal|assert' d.log
