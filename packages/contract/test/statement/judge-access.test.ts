import { type DataActionAccess, type DatabaseKind, validateDataAction } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';

function judge(statement: string, kind: DatabaseKind, access: DataActionAccess): string {
  const names = new Set([...statement.matchAll(/[^:]:([a-z]+)/g)].map((match) => match[1] ?? ''));
  const properties = Object.fromEntries([...names].map((name) => [name, { type: 'string', maxLength: 20 }]));
  const body = { actionId: 'a', connectorId: 'c', statement, access, input: { type: 'object', properties } };
  return validateDataAction(body, { kind }).findings.map(({ code, path }) => `${code} ${path}`)[0] ?? 'fine';
}

describe('a data action that reads may be', () => {
  it.each<readonly [DatabaseKind, string]>([
    ['postgresql', 'select id from customers where phone = :ani limit 1'],
    ['postgresql', '(select 1) union all (select 2)'],
    ['postgresql', 'with x as (select 1 as a), y as materialized (select 2) select * from x, y'],
    ['postgresql', 'values (1, :a)'],
    ['postgresql', 'table customers'],
    ['postgresql', 'show server_version'],
    ['postgresql', "select replace(name, 'a', :b), left(name, 3), overlay(name placing 'x' from 2) from t"],
    ['postgresql', 'select c.comment, c.lock, c.security, c.rename, comment, lock, security, rename, replace from t c'],
    ['postgresql', 'select update, delete, insert from t where count(update) > 1'],
    ['postgresql', 'select t.update, t.into from t'],
    ['postgresql', 'select "update", "into" from "delete"'],
    ['postgresql', "select 'delete from t', $$ insert into t $$ -- drop table t"],
    ['postgresql', 'select substring(name from 1 for 3), extract(year from :d::date) from t'],
    ['postgresql', 'select "calcBalance"(:a), my_sleep(), setting(:b) from t'],
    ['postgresql', 'select pg_sleep(0.1), pg_is_in_recovery()'],
    ['postgresql', 'select set, use, load, call, copy, begin, analyze_it from t'],
    ['mysql', "select insert(name, 1, 2, :a), concat(insert(name, 1, 1, 'x'), replace(name, 'a', 'b')) from t"],
    ['mysql', 'select name from t use index (i) where a = :a'],
    ['mysql', 'select `update` from t for system_time all'],
    ['mysql', 'select sleep(0.1)'],
    ['sqlserver', 'select top (1) [update] from [into] with (nolock) where a = :a option (merge join)'],
    ['sqlserver', 'select a from t inner merge join s on t.a = s.a order by a offset 0 rows fetch next 1 rows only'],
    ['sqlserver', 'with x as (select 1 as a) select a from x union select 2 except select 3'],
    ['sqlserver', 'select case when a = 1 then 2 else 3 end from t for json path'],
    ['sqlserver', 'select sp_id, xp_points, t.output from t'],
    ['oracle', 'select dbms_lob.substr(note, 4000, 1), utl_raw.cast_to_varchar2(r) from t'],
    ['oracle', 'select utl_id, nextval, dbms_name from t fetch first 1 rows only'],
    ['oracle', "select q'[insert into t]' from dual"],
  ])('%s: %s', (kind, statement) => {
    expect(judge(statement, kind, 'read')).toBe('fine');
  });
});

describe('a data action that reads is refused with STATEMENT_WRITES for', () => {
  it.each<readonly [DatabaseKind, string]>([
    ['postgresql', 'insert into t values (1)'],
    ['postgresql', 'update t set a = 1'],
    ['postgresql', 'delete from t'],
    ['postgresql', 'merge into t using s on true when matched then do nothing'],
    ['postgresql', 'call p()'],
    ['postgresql', 'do $$ begin end $$'],
    ['postgresql', "copy t to '/tmp/x'"],
    ['postgresql', 'drop table t'],
    ['postgresql', 'set role admin'],
    ['postgresql', 'explain analyze delete from t'],
    ['postgresql', 'with x as (delete from t returning *) select * from x'],
    ['postgresql', 'with x as (with y as (select 1) insert into t select * from y returning *) select * from x'],
    ['postgresql', 'with x as (select 1) update t set a = 1'],
    ['postgresql', 'with x as not materialized (update only t set a = 1 returning a) select * from x'],
    ['postgresql', 'select 1 into x'],
    ['postgresql', 'select * into temp x from t'],
    ['postgresql', 'select * from t for update'],
    ['postgresql', 'select * from t for no key update skip locked'],
    ['postgresql', 'select * from t for key share'],
    ['postgresql', 'select * from t for share'],
    ['postgresql', "select nextval('s')"],
    ['postgresql', "select pg_catalog . setval/**/('s', 1)"],
    ['postgresql', `select "nextval"('s')`],
    ['postgresql', `select U&"\\006eextval"('s')`],
    ['postgresql', "select lo_import('/etc/passwd')"],
    ['postgresql', "select set_config('a', 'b', false)"],
    ['postgresql', "select * from dblink('x', 'y') as t(a int)"],
    ['postgresql', "select query_to_xml('delete from t', true, true, '')"],
    ['mysql', 'replace into t values (1)'],
    ['mysql', "load data local infile '/etc/passwd' into table t"],
    ['mysql', "select 1 into outfile '/tmp/x'"],
    ['mysql', 'select a from t where a = 1 into @x'],
    ['mysql', 'select * from t lock in share mode'],
    ['mysql', 'select @a := 1'],
    ['mysql', "select load_file('/etc/passwd')"],
    ['mysql', "select get_lock('x', 1)"],
    ['mysql', 'with x as (select 1) delete from t'],
    ['mysql', 'select next value for s'],
    ['mysql', 'handler t open'],
    ['sqlserver', 'exec p'],
    ['sqlserver', 'select a into b from t'],
    ['sqlserver', 'select a from t with (updlock)'],
    ['sqlserver', 'select next value for s'],
    ['sqlserver', "select * from openrowset('x', 'y', 'z')"],
    ['sqlserver', 'select * from (delete from t output deleted.a) as d'],
    ['oracle', 'select s.nextval from dual'],
    ['oracle', 'select a from t for update of a'],
    ['oracle', "select utl_http.request('http://x') from dual"],
    ['oracle', "select sys.dbms_xmlgen.getxml('x') from dual"],
    ['oracle', 'update (select a from t) set a = 1'],
    ['oracle', 'lock table t in exclusive mode'],
  ])('%s: %s', (kind, statement) => {
    expect(judge(statement, kind, 'read')).toBe('STATEMENT_WRITES /statement');
  });
});

describe('a data action that writes may be', () => {
  it.each<readonly [DatabaseKind, string]>([
    ['postgresql', 'insert into t (a) values (:a) on conflict (a) do update set a = excluded.a returning a'],
    ['postgresql', 'insert into t select a from s where a = :a'],
    ['postgresql', 'with x as (delete from t where a = :a returning *) insert into log select * from x'],
    ['postgresql', 'call touch(:a)'],
    ['postgresql', "select touch(:a), nextval('s')"],
    ['postgresql', 'update t set a = :a where b in (select b from s)'],
    ['mysql', 'replace into t (a) values (:a)'],
    ['mysql', 'insert low_priority ignore into t set a = :a'],
    ['sqlserver', 'insert into t (a) output inserted.id values (:a)'],
    ['sqlserver', 'insert into t (a) select a from s where b = :b'],
    ['sqlserver', 'insert into t exec dbo.p @a = :a'],
    ['sqlserver', 'delete top (1) from t output deleted.a into log where b = :b'],
    ['sqlserver', 'update t set a = :a from t join s on t.b = s.b'],
    [
      'sqlserver',
      'merge into t using (select :a as a) as s on t.a = s.a when matched then update set b = 1 when not matched then insert (a) values (s.a) when not matched by source then delete;',
    ],
    ['sqlserver', 'with x as (select a from t) update x set a = :a'],
    ['sqlserver', 'execute dbo.sp_touch :a'],
    [
      'oracle',
      'merge into t using dual on (t.a = :a) when matched then update set b = 1 when not matched then insert (a) values (1)',
    ],
    ['oracle', 'insert all into a values ((select 1 from dual)) into b values (2) select :a from dual'],
    ['oracle', 'call billing.touch(:a)'],
    ['oracle', 'insert into t values (s.nextval, :a)'],
  ])('%s: %s', (kind, statement) => {
    expect(judge(statement, kind, 'write')).toBe('fine');
  });
});

describe('a data action that writes is refused with STATEMENT_FORBIDDEN for', () => {
  it.each<readonly [DatabaseKind, string]>([
    ['postgresql', 'begin'],
    ['postgresql', 'commit'],
    ['postgresql', 'set search_path = x'],
    ['postgresql', "copy t from '/etc/passwd'"],
    ['postgresql', 'do $$ begin end $$'],
    ['postgresql', 'grant all on t to x'],
    ['postgresql', 'create table x (a int)'],
    ['postgresql', 'truncate t'],
    ['postgresql', 'execute p'],
    ['postgresql', 'prepare p as select 1'],
    ['postgresql', 'select * into x from t'],
    ['postgresql', 'with x as (select 1) select * into y from x'],
    ['postgresql', "select pg_read_file('/etc/passwd')"],
    ['postgresql', 'select pg_advisory_lock(1)'],
    ['mysql', "load data infile 'x' into table t"],
    ['mysql', 'use other'],
    ['mysql', 'set @a = 1'],
    ['mysql', 'select @a := 1'],
    ['mysql', "select a from t into outfile '/tmp/x'"],
    ['mysql', "execute immediate 'drop table t'"],
    ['sqlserver', "exec ('drop table t')"],
    ['sqlserver', "exec as user = 'x'"],
    ['sqlserver', 'exec sp_executesql :a'],
    ['sqlserver', "exec master..xp_cmdshell 'dir'"],
    ['sqlserver', "execute [master].[dbo].[sp_OACreate] 'x'"],
    ['sqlserver', "insert into t exec ('x')"],
    ['sqlserver', 'select a into b from t'],
    ['oracle', 'call dbms_scheduler.run_job(:a)'],
    ['oracle', 'alter session set current_schema = x'],
    ['oracle', 'insert into t values (1) returning a into :b'],
  ])('%s: %s', (kind, statement) => {
    expect(judge(statement, kind, 'write')).toBe('STATEMENT_FORBIDDEN /statement');
  });
});

describe('SQL Server, which takes several statements without a semicolon, is given one', () => {
  it.each<readonly [DataActionAccess, string]>([
    ['read', 'select 1 select 2'],
    ['read', 'select 1 delete from t'],
    ['read', 'select 1 exec p'],
    ['read', "select 1 waitfor delay '0:0:9'"],
    ['read', 'select a from t where a = :a drop table t'],
    ['read', 'select (select 1) update t set a = 1'],
    ['read', 'with x as (select 1 as a) select a from x select 2'],
    ['read', 'select a from t order by a offset 0 rows fetch next 1 rows only fetch next from c'],
    ['write', 'update t set a = 1 update t set b = 2'],
    ['write', 'update t set a = 1 set rowcount 1'],
    ['write', 'insert into t values (1) select 2'],
    ['write', 'insert into t select 1 select 2'],
    ['write', 'insert into t (select 1) select 2'],
    ['write', 'insert into t default values exec p'],
    ['write', 'delete from t drop table t'],
    ['write', 'exec p exec q'],
    ['write', 'exec p :a delete from t'],
    ['write', 'delete from t begin tran'],
    ['write', 'merge t using s on 1 = 1 when matched then delete delete from t'],
  ])('%s: %s', (access, statement) => {
    expect(judge(statement, 'sqlserver', access)).toBe('STATEMENT_STACKED /statement');
  });
});
