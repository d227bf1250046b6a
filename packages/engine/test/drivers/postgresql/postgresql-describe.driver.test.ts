import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainStatement } from '../../support/plain-statement.ts';
import { createPostgresqlFixture, inTime, postgresUrl } from './postgresql-fixture.ts';

describe.skipIf(postgresUrl === null)('describing a PostgreSQL statement', () => {
  const { open, query, closeAll } = createPostgresqlFixture();

  beforeAll(() => query('CREATE TABLE described (id int PRIMARY KEY, name text)').then(() => {}));
  afterEach(closeAll);
  afterAll(() => query('DROP TABLE described').then(() => {}));

  it.each([
    ['SELECT id, name AS "full name" FROM described WHERE id = $1', [1], ['id', 'full name'], false],
    ['SELECT id FROM described WHERE id = $1', ['not a number'], ['id'], false],
    ['SELECT FROM described', [], [], false],
    ['SELECT id FROM described FOR UPDATE', [], ['id'], true],
    ['INSERT INTO described VALUES ($1, $2)', [1, 'x'], [], true],
    ['UPDATE described SET name = $1 RETURNING id', ['x'], ['id'], true],
    ['WITH gone AS (DELETE FROM described RETURNING id) SELECT count(*) AS n FROM gone', [], ['n'], true],
    ['SELECT * INTO described_copy FROM described', [], [], true],
    ['CREATE TABLE described_copy AS SELECT 1 AS a', [], [], true],
    ['DROP TABLE described', [], [], true],
    ['SHOW server_version', [], ['server_version'], false],
    [`SELECT '"Node Type": "ModifyTable"' AS a`, [], ['a'], false],
  ])('%s', async (text, samples, columns, writes) => {
    const description = await open().describe(plainStatement(text), samples, inTime());
    expect(description).toMatchObject({ columns, writes });
    expect(await query("SELECT to_regclass('described')::text, to_regclass('described_copy')::text")).toEqual([
      ['described', null],
    ]);
  });

  it('shows the plan of the server, one line a step, and runs nothing', async () => {
    const pool = open();
    const text = 'SELECT name, pg_sleep(30) FROM described WHERE id = $1';
    const { plan } = await pool.describe(plainStatement(text), [5], inTime());
    expect(plan).toMatch(/^(?:Index|Bitmap|Seq).*Scan.* on described/);
    expect(plan?.split('\n').length).toBeGreaterThan(1);
    expect((await pool.describe(plainStatement('SHOW server_version'), [], inTime())).plan).toBeNull();
  });

  it('raises what the server has against a statement, and refuses two in one text', async () => {
    const pool = open();
    for (const [text, vendorCode] of [
      ['SELEC 1', '42601'],
      ['SELECT * FROM no_such_table', '42P01'],
      ['SELECT 1; DROP TABLE described', '42601'],
    ] as const) {
      await expect(pool.describe(plainStatement(text), [], inTime())).rejects.toMatchObject({
        kind: 'syntax',
        vendorCode,
      });
    }
    expect(await query("SELECT to_regclass('described')::text")).toEqual([['described']]);
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });
});
