import { describe, expect, it } from 'vitest';
import type {
  DriverError,
  DriverErrorKind,
  DriverPool,
  PoolOptions,
  StatementResult,
} from '../../src/drivers/driver.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';
import type { DriverFixture } from './driver-fixture.ts';
import { INJECTION_ATTEMPTS } from './injection-attempts.ts';

const inTime = () => within(10_000);
/** What the fixture has put into the table: ids from 1, each with the note `note-ID`. */
export const TABLE_ROWS = 50;

interface Suite {
  readonly fixture: () => DriverFixture;
  readonly open: (options?: Partial<PoolOptions>) => DriverPool;
  readonly expectKind: (work: Promise<unknown>, ...kinds: DriverErrorKind[]) => Promise<DriverError>;
  readonly expectRunning: (marker: string) => Promise<void>;
  readonly expectNothingRunning: (marker: string) => Promise<void>;
}

/** What data actions ask of a driver: access, undo, caps, description, and that an answer leaves nothing running. */
export function describeExecution({ fixture, open, expectKind, expectRunning, expectNothingRunning }: Suite): void {
  const table = () => fixture().dialect.table;
  const count = async (pool: DriverPool): Promise<number> => {
    const { rows } = await pool.run(plainStatement(table().count), [], inTime());
    return Number(rows[0]?.[0]);
  };
  const removeAdded = (pool: DriverPool): Promise<StatementResult> =>
    pool.run(plainStatement(table().removeAdded), [TABLE_ROWS], inTime());

  describe('access', () => {
    it('commits a write and says how many rows it changed', async () => {
      const pool = open();
      const result = await pool.run(plainStatement(table().insert), [1000, 'added'], inTime());
      expect(result).toMatchObject({ affectedRows: 1, rows: [], truncated: false });
      expect(await count(open())).toBe(TABLE_ROWS + 1);
      await removeAdded(pool);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });

    it('lets nothing of a write stay where the access is read', async () => {
      const pool = open({ maxConnections: 1 });
      const work = pool.run(plainStatement(table().insert, { access: 'read' }), [1001, 'forbidden'], inTime());
      if (fixture().driver.capabilities.readOnlySession) await expectKind(work, 'read-only');
      else await work;
      expect(await count(pool)).toBe(TABLE_ROWS);
      const lookup = plainStatement(table().lookup, { access: 'read', maxRows: 1 });
      expect((await pool.run(lookup, [7], inTime())).rows).toEqual([['note-7']]);
    });

    it('undoes what a statement did when it is told to', async () => {
      const pool = open({ maxConnections: 1 });
      const result = await pool.run(plainStatement(table().insert, { undo: true }), [1002, 'undone'], inTime());
      expect(result.affectedRows).toBe(1);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });

    it('writes again on the session that has just read', async () => {
      const pool = open({ maxConnections: 1 });
      const lookup = plainStatement(table().lookup, { access: 'read', maxRows: 1 });
      expect((await pool.run(lookup, [1], inTime())).rows).toEqual([['note-1']]);
      expect((await pool.run(plainStatement(table().insert), [1003, 'added'], inTime())).affectedRows).toBe(1);
      expect((await pool.run(lookup, [2], inTime())).rows).toEqual([['note-2']]);
      await removeAdded(pool);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });
  });

  describe('look-ups', () => {
    it('gives each of many callers at once its own row', async () => {
      const pool = open({ maxConnections: 3 });
      const lookup = plainStatement(table().lookup, { access: 'read', maxRows: 1 });
      const ids = Array.from({ length: 200 }, (_, index) => (index % TABLE_ROWS) + 1);
      const found = await Promise.all(ids.map((id) => pool.run(lookup, [id], inTime())));
      expect(found.map(({ rows }) => rows[0]?.[0])).toEqual(ids.map((id) => `note-${id}`));
      expect(pool.statistics().open).toBeLessThanOrEqual(3);
    });

    it('tells waiting for a session from the time of the database', async () => {
      const pool = open({ maxConnections: 1 });
      const lookup = plainStatement(table().lookup, { access: 'read', maxRows: 1 });
      const results = await Promise.all([1, 2, 3].map((id) => pool.run(lookup, [id], inTime())));
      for (const { queueMs, databaseMs } of results) {
        expect(queueMs).toBeGreaterThanOrEqual(0);
        expect(databaseMs).toBeGreaterThan(0);
      }
    });

    it('finds nothing for an injection attempt, and the table is whole afterwards', async () => {
      const pool = open();
      const byNote = plainStatement(table().byNote, { access: 'read', maxRows: 10 });
      for (const attempt of INJECTION_ATTEMPTS) {
        expect((await pool.run(byNote, [attempt], inTime())).rows, attempt).toEqual([]);
      }
      expect((await pool.run(byNote, ['note-9'], inTime())).rows).toHaveLength(1);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });

    it('stores an injection attempt as the text that it is', async () => {
      const pool = open();
      const byNote = plainStatement(table().byNote, { access: 'read', maxRows: 10 });
      for (const [index, attempt] of INJECTION_ATTEMPTS.entries()) {
        await pool.run(plainStatement(table().insert), [2000 + index, attempt], inTime());
        expect((await pool.run(byNote, [attempt], inTime())).rows, attempt).toEqual([[2000 + index]]);
      }
      await removeAdded(pool);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });
  });

  describe('caps', () => {
    it('keeps no more rows than the cap of a statement that returns very many', async () => {
      const pool = open({ maxConnections: 1 });
      const startedAt = performance.now();
      const result = await pool.run(
        plainStatement(fixture().dialect.many, { access: 'read', maxRows: 10 }),
        [],
        inTime(),
      );
      expect(result.rows).toHaveLength(10);
      expect(result.truncated).toBe(true);
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      expect((await pool.run(plainStatement(fixture().dialect.one), [], inTime())).rows).toEqual([[1]]);
    });

    it('calls a result that just fits complete', async () => {
      const pool = open();
      const exact = await pool.run(plainStatement(table().all, { access: 'read', maxRows: TABLE_ROWS }), [], inTime());
      expect(exact).toMatchObject({ truncated: false });
      expect(exact.rows).toHaveLength(TABLE_ROWS);
      const cut = await pool.run(
        plainStatement(table().all, { access: 'read', maxRows: TABLE_ROWS - 1 }),
        [],
        inTime(),
      );
      expect(cut).toMatchObject({ truncated: true });
      expect(cut.rows).toHaveLength(TABLE_ROWS - 1);
    });

    it('keeps no more bytes than the cap', async () => {
      const pool = open({ maxConnections: 1 });
      const result = await pool.run(plainStatement(table().all, { access: 'read', maxBytes: 100 }), [], inTime());
      expect(result.truncated).toBe(true);
      expect(result.rows.length).toBeGreaterThan(0);
      expect(result.rows.length).toBeLessThan(TABLE_ROWS);
      expect((await pool.run(plainStatement(fixture().dialect.one), [], inTime())).rows).toEqual([[1]]);
    });

    it('leaves out a row that alone is above the cap, and serves the next caller', async () => {
      const pool = open({ maxConnections: 1 });
      const wide = plainStatement(fixture().dialect.wide, { access: 'read', maxRows: 1, maxBytes: 10_000 });
      const result = await pool.run(wide, [], inTime());
      expect(result).toMatchObject({ rows: [], truncated: true });
      expect((await pool.run(plainStatement(fixture().dialect.one), [], inTime())).rows).toEqual([[1]]);
    });
  });

  describe('description', () => {
    it('names the columns of a look-up and changes nothing', async () => {
      const pool = open();
      const described = await pool.describe(plainStatement(table().lookup, { access: 'read' }), [1], inTime());
      if (described.columns !== null) {
        expect(described.columns.map((column) => column.toLowerCase())).toEqual(['note']);
      }
      expect(described.writes).not.toBe(true);
    });

    it('knows a write, or says that it cannot, and does not run it', async () => {
      const pool = open();
      const described = await pool.describe(plainStatement(table().insert), [3000, 'described'], inTime());
      expect(described.writes).not.toBe(false);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });

    it('says syntax for what the parser of the database refuses', async () => {
      const pool = open({ maxConnections: 1 });
      await expectKind(pool.describe(plainStatement(fixture().dialect.missingTable), [], inTime()), 'syntax');
      expect((await pool.run(plainStatement(fixture().dialect.one), [], inTime())).rows).toEqual([[1]]);
    });
  });

  describe('deadlines of data actions', () => {
    it('leaves neither a running statement nor its write behind when a write is late', async () => {
      const pool = open({ maxConnections: 1 });
      const marker = 'late_write_marker';
      const slow = pool.run(plainStatement(table().slowInsert(30, marker)), [4000], within(600));
      await expectRunning(marker);
      await expectKind(slow, 'query-timeout');
      await expectNothingRunning(marker);
      expect(await count(pool)).toBe(TABLE_ROWS);
    });

    it('answers a late read in time and stops it on the server, neighbours unharmed', async () => {
      const pool = open({ maxConnections: 3 });
      const marker = 'late_read_marker';
      const late = plainStatement(fixture().dialect.sleep(30, marker), { access: 'read', maxRows: 1 });
      const lookup = plainStatement(table().lookup, { access: 'read', maxRows: 1 });
      const startedAt = performance.now();
      const slow = expectKind(pool.run(late, [], within(700)), 'query-timeout');
      const ids = Array.from({ length: 40 }, (_, index) => (index % TABLE_ROWS) + 1);
      const found = await Promise.all(ids.map((id) => pool.run(lookup, [id], inTime())));
      expect(found.map(({ rows }) => rows[0]?.[0])).toEqual(ids.map((id) => `note-${id}`));
      await slow;
      expect(performance.now() - startedAt).toBeLessThan(1_500);
      await expectNothingRunning(marker);
      expect((await pool.run(lookup, [3], inTime())).rows).toEqual([['note-3']]);
    });
  });
}
