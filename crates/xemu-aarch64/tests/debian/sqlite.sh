sqlite3 /tmp/db <<'S'
create table item(id integer primary key, name text, price real, kind int);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) insert into item select i, printf('item-%05d', i), i * 1.37 % 91, i % 11 from n;
create index by_kind on item(kind, price);
select kind, count(*), round(avg(price), 6), max(name) from item group by kind order by 3 desc;
select name, price, rank() over (partition by kind order by price desc) r from item where id % 997 = 0 order by id;
update item set price = price * 1.1 where kind in (select kind from item where price > 90);
select sum(price), total(id), group_concat(distinct kind) from item;
select json_group_object(name, kind) from (select * from item limit 5); pragma integrity_check;
explain query plan select * from item where kind = 3 and price > 5; select no_such_column from item;
S
echo "status $?"; sqlite3 /tmp/db .dump | sha256sum
