import { compileStatement, type DatabaseKind, parseInputFields } from '@dipswitch/contract';
import { INJECTION_ATTEMPTS } from '@dipswitch/contract/fixtures';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../test/support/databases.ts';
import type { Driver, DriverPool } from '../../src/drivers/driver.ts';
import { MysqlDriver } from '../../src/drivers/mysql/mysql-driver.ts';
import { PostgresqlDriver } from '../../src/drivers/postgresql/postgresql-driver.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from './driver-fixture.ts';

const inTime = () => within(5_000);
const INPUT = parseInputFields({ type: 'object', properties: { a: { type: 'string', maxLength: 100 } } }).fields;

/** A statement that selects one text, and what the server must make of it when `a` is `value`. */
type Reading = readonly [statement: string, expected: string];

/** What our tokenizer says is no parameter must be none for the server either: else it would miss a value. */
const READINGS: Readonly<Record<'postgresql' | 'mysql', readonly Reading[]>> = {
  postgresql: [
    ["select ':a' || cast(:a as text)", ':avalue'],
    ["select E'\\':a\\\\' || cast(:a as text)", "':a\\value"],
    ["select E'x'\n'\\':a' || cast(:a as text)", "x':avalue"],
    ["select E'x' -- it's :a\n '\\':a' || cast(:a as text)", "x':avalue"],
    ["select 'x\\' || ':a' || cast(:a as text)", 'x\\:avalue'],
    ["select U&'\\0027:a' || cast(:a as text)", "':avalue"],
    ["select n':a' || cast(:a as text)", ':avalue'],
    ["select $$:a'$$ || $t$:a$$:a$t$ || cast(:a as text)", ":a':a$$:avalue"],
    ['select ":a" || cast(:a as text) from (select 1::text as ":a") t', '1value'],
    ["select /* ' :a /* :a */ ' */ :a::text -- ' :a", 'value'],
    ["select (array['x', 'y', 'z'])[1:2]::text || cast(:a as text)", '{x,y}value'],
    [`select (('{"k": 1}'::jsonb) ? 'k')::text || cast(:a as text)`, 'truevalue'],
    ['select make_interval(days := 1)::text || cast(:a as text)', '1 dayvalue'],
    ["select a$b$c || cast(:a as text) from (select ':a' as a$b$c) t", ':avalue'],
    ["select 'x' || :a || 'y' where 'value' in (:a) ;", 'xvaluey'],
  ],
  mysql: [
    ["select concat(':a', :a)", ':avalue'],
    ["select concat('it''s :a', :a)", "it's :avalue"],
    ["select concat('x\\\\', ':a', :a)", 'x\\:avalue'],
    ['select concat(":a ""x", :a)', ':a "xvalue'],
    ['select concat(`:a```, :a) from (select 1 as `:a```) t', '1value'],
    ["select concat('x', :a) # ' :a", 'xvalue'],
    ["select concat('x', :a) -- ' :a", 'xvalue'],
    ["select /* ' :a /* :a */ concat('x', :a)", 'xvalue'],
    ["select concat('x' ':a', N':a', _utf8mb4':a', :a)", 'x:a:a:avalue'],
    ['select concat(1 - -1, :a)', '2value'],
    ['select concat(json_unquote(json_extract(\'{"k": ":a"}\', \'$.k\')), :a)', ':avalue'],
    ["select concat('x', :a) from (select 1) t where 'value' in (:a) ;", 'xvalue'],
  ],
};

const SERVERS = [
  { kind: 'postgresql', url: inject('postgresUrl'), createDriver: (): Driver => new PostgresqlDriver() },
  { kind: 'mysql', url: inject('mysqlUrl'), createDriver: (): Driver => new MysqlDriver() },
] as const;
const PRESENT = SERVERS.flatMap(({ url, ...server }) => (url === null ? [] : [{ ...server, url }]));

for (const { kind } of SERVERS.filter(({ url }) => url === null)) {
  describe.skip(`a statement bound for ${kind}: left out by ENGINES`, () =>
    it('is read by the server as by us', () => {}));
}

describe.each(PRESENT)('a statement bound for $kind', ({ kind, url, createDriver }) => {
  let pool: DriverPool;
  beforeAll(() => {
    pool = createDriver().createPool(targetFromUrl(kind, url), POOL_OPTIONS, createTestDialer());
  });
  afterAll(() => pool.close(0));

  const run = async (statement: string, value: string): Promise<unknown> => {
    const { text, values } = bind(statement, kind, value);
    return (await pool.run(plainStatement(text), values, inTime())).rows[0]?.[0];
  };

  it.each(READINGS[kind])('is read by the server as by us: %s', async (statement, expected) => {
    expect(await run(statement, 'value')).toBe(expected);
  });

  it('returns what is bound, whatever else stands in its text', async () => {
    const [statement, expected] = READINGS[kind][0] ?? ['', ''];
    for (const { text } of INJECTION_ATTEMPTS) {
      if (text.includes('\0') || text.length > 1500) continue;
      expect(await run(statement, text)).toBe(expected.replace('value', () => text));
    }
  });
});

function bind(statement: string, kind: DatabaseKind, value: string): { text: string; values: readonly string[] } {
  const { statement: compiled, findings } = compileStatement(statement, kind, INPUT);
  if (compiled === null) throw new Error(JSON.stringify(findings));
  return { text: compiled.text, values: compiled.slots.map(() => value) };
}
