# packages: postgresql
# A database cluster, its own load generator, parallel queries, its JIT off as packaged without LLVM.
# The server refuses to run as root: it runs as another user.
# users: several
cd /tmp; export PATH=$PATH:$(echo /usr/lib/postgresql/*/bin) LANG=C
run() { setpriv --reuid 1 --regid 1 --clear-groups "$@"; }
cat >pg.sh <<'S'
cd /tmp; initdb -D db -A trust -U u --no-sync >init.log 2>&1 || { tail -5 init.log; exit 1; }
pg_ctl -D db -o "-k /tmp -c listen_addresses= -c fsync=off" -l pg.log -w start >/dev/null || { cat pg.log; exit 1; }
p="psql -h /tmp -U u -qAt"; $p -d postgres -c 'create database b'; pgbench -h /tmp -U u -i -q b >/dev/null 2>&1; pgbench -h /tmp -U u -c 4 -j 2 -t 100 b 2>&1 | grep -E 'processed|failed'
$p -d b -c "select sum(abalance) = (select sum(delta) from pgbench_history) from pgbench_accounts; set max_parallel_workers_per_gather=2; set parallel_setup_cost=0; set min_parallel_table_scan_size=0; select count(*), avg(aid), md5(string_agg(aid::text, ',' order by aid)) from pgbench_accounts where aid % 7 = 0; select round(exp(1.5::numeric), 20), sqrt(2::float8), '2020-02-30'::text || chr(233), regexp_replace('hello', '(l+)', '<\1>'); create index on pgbench_accounts (abalance, filler); select jsonb_build_object('a', array_agg(g)) from generate_series(1, 5) g; select count(*) from (select 1/(g-50) from generate_series(1,49) g) x; do \$\$ begin perform 1/0; exception when division_by_zero then raise notice 'caught'; end \$\$;" 2>&1
pg_ctl -D db -m fast -w stop >/dev/null && echo stopped; grep -cE 'PANIC|terminated by signal' pg.log
S
run bash pg.sh
