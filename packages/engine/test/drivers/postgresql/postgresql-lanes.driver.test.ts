import { Secret } from '@dipswitch/contract';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freezeProcess } from '../../../../../test/support/freeze-process.ts';
import type { DriverPool, Statement } from '../../../src/drivers/driver.ts';
import { LANE_OPTIONS } from '../../../src/drivers/pool/lanes/lane-options.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { INJECTION_ATTEMPTS } from '../injection-attempts.ts';
import {
  bringOnLane,
  createPostgresqlFixture,
  inTime,
  ON_LANE,
  postgresUrl,
  readOne,
  readStatement,
} from './postgresql-fixture.ts';

const IDS = 1_000;

describe.skipIf(postgresUrl === null)('lanes on a real PostgreSQL', () => {
  const { open, query, closeAll } = createPostgresqlFixture();
  const find = () =>
    readStatement(`SELECT id, name, pg_backend_pid(), ${ON_LANE} FROM lanes WHERE id = $1`, { maxRows: 1 });
  /** Sleeps where the id says so; fails where it says so. */
  const moody = () =>
    readStatement(`SELECT id, name, lanes_mood(id, $2), pg_backend_pid(), ${ON_LANE} FROM lanes WHERE id = $1`);

  beforeAll(async () => {
    await query('CREATE TABLE lanes (id int PRIMARY KEY, name text)');
    await query(`INSERT INTO lanes SELECT g, 'name ' || g FROM generate_series(1, ${IDS}) g`);
    await query(`CREATE FUNCTION lanes_mood(id int, mood text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
      CASE mood WHEN 'fine' THEN NULL;
      WHEN 'fails' THEN RAISE EXCEPTION 'no' USING ERRCODE = '22012';
      WHEN 'slow' THEN PERFORM pg_sleep(0.2);
      WHEN 'dies' THEN PERFORM pg_terminate_backend(pg_backend_pid());
      WHEN 'sets' THEN PERFORM set_config('DateStyle', 'German', false);
      WHEN 'writes' THEN DELETE FROM lanes; END CASE;
      RETURN id; END $$`);
  });
  afterEach(closeAll);
  afterAll(() => query('DROP TABLE lanes; DROP FUNCTION lanes_mood').then(() => {}));

  const expectRow = async (pool: DriverPool, statement: Statement, id: number, mood?: string) => {
    const result = await pool.run(statement, mood === undefined ? [id] : [id, mood], inTime());
    expect(result.rows[0]?.slice(0, 2)).toEqual([id, `name ${id}`]);
    return result;
  };

  it('carry short reads on one connection, each answered with its own row', async () => {
    const pool = open({ maxConnections: 8 });
    const statement = find();
    await bringOnLane(pool, statement, [1]);
    const results = await Promise.all(Array.from({ length: 60 }, (_, index) => expectRow(pool, statement, index + 1)));
    const pids = new Set(results.map((result) => result.rows[0]?.[2]));
    expect(pids.size).toBeLessThanOrEqual(LANE_OPTIONS.maxLanes);
    expect(results.every((result) => result.rows[0]?.at(-1) === true)).toBe(true);
    expect(results.every((result) => result.queueMs >= 0 && result.databaseMs > 0)).toBe(true);
  });

  it.each([
    ['fails', '22012'],
    ['writes', '25006'],
  ])('keep the neighbours of a statement that %s unharmed', async (mood, vendorCode) => {
    const pool = open();
    const statement = moody();
    const [, , , pid] = await bringOnLane(pool, statement, [1, 'fine']);
    const calls = Array.from({ length: 60 }, (_, index) =>
      index % 3 === 1
        ? expect(pool.run(statement, [index + 1, mood], inTime())).rejects.toMatchObject({ vendorCode })
        : expectRow(pool, statement, index + 1, 'fine'),
    );
    await Promise.all(calls);
    expect((await bringOnLane(pool, statement, [2, 'fine']))[3]).toBe(pid);
    expect(await query('SELECT count(*)::int FROM lanes')).toEqual([[IDS]]);
  });

  it('stop a statement that turns slow on the server, and run it to its end elsewhere', async () => {
    const pool = open();
    const statement = moody();
    await bringOnLane(pool, statement, [1, 'fine']);
    let isSlowDone = false;
    const slow = expectRow(pool, statement, 7, 'slow').finally(() => {
      isSlowDone = true;
    });
    await Promise.all(Array.from({ length: 20 }, (_, index) => expectRow(pool, statement, index + 1, 'fine')));
    // They waited for the limit of the lane and not for the 200 ms of their neighbour.
    expect(isSlowDone).toBe(false);
    expect((await slow).databaseMs).toBeGreaterThan(190);
  });

  it('lose no caller when a connection is killed with statements under way', async () => {
    const pool = open();
    const statement = find();
    const [, , pid] = await bringOnLane(pool, statement, [1]);
    let isOver = false;
    const callers = Array.from({ length: 30 }, async (_, caller) => {
      for (let turn = 0; !isOver; turn += 1) await expectRow(pool, statement, ((caller * 31 + turn) % IDS) + 1);
    });
    await query('SELECT pg_terminate_backend($1)', [pid]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    isOver = true;
    await Promise.all(callers);
  });

  it('end with a session that a statement has changed, so that nobody else sees it', async () => {
    const pool = open();
    const statement = moody();
    const style = readStatement("SELECT current_setting('DateStyle'), $1::int");
    await bringOnLane(pool, statement, [1, 'fine']);
    await expectRow(pool, statement, 2, 'sets');
    for (let turn = 0; turn < 10; turn += 1) expect(await readOne(pool, style, [turn])).toBe('ISO, YMD');
  });

  it('answer a caller who gives up at once and leave nothing running for longer than the limit of the lane', async () => {
    const pool = open();
    const statement = moody();
    await bringOnLane(pool, statement, [1, 'fine']);
    const controller = new AbortController();
    const slow = pool.run(statement, [3, 'slow'], { ...inTime(), signal: controller.signal });
    const refused = expect(slow).rejects.toMatchObject({ kind: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const neighbours = Array.from({ length: 10 }, (_, index) => expectRow(pool, statement, index + 1, 'fine'));
    controller.abort();
    await refused;
    await Promise.all(neighbours);
    await expect
      .poll(
        () =>
          query(
            "SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%lanes_mood(id%' AND pid <> pg_backend_pid()",
          ),
        { interval: 10, timeout: 1_000 },
      )
      .toEqual([[0]]);
  });

  it('take injection attempts as values', async () => {
    const pool = open();
    const echo = readStatement(`SELECT $1::text, ${ON_LANE}`);
    await bringOnLane(pool, echo, ['x']);
    const answers = await Promise.all(INJECTION_ATTEMPTS.map((attempt) => readOne(pool, echo, [attempt])));
    expect(answers).toEqual(INJECTION_ATTEMPTS);
  });

  it('carry on when a value among them cannot be sent', async () => {
    const pool = open();
    const date = readStatement(`SELECT $1::text, ${ON_LANE}`);
    await bringOnLane(pool, date, ['x']);
    const work = ['a', new Date(Number.NaN), 'b'].map((value) => pool.run(date, [value], inTime()));
    const outcomes = await Promise.allSettled(work);
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.rows : outcome.reason.kind)),
    ).toEqual([[['a', true]], 'unknown', [['b', true]]]);
  });

  it('parse a statement again whose table has changed under them', async () => {
    const pool = open();
    await query('CREATE TABLE lanes_changing AS SELECT g AS a FROM generate_series(1, 50) g');
    const statement = readStatement(`SELECT lanes_changing.*, ${ON_LANE} FROM lanes_changing WHERE a = $1`);
    await bringOnLane(pool, statement, [1]);
    await query("ALTER TABLE lanes_changing ADD COLUMN b text DEFAULT 'new'");
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => pool.run(statement, [index + 1], inTime())),
    );
    expect(results.map((result) => result.rows)).toEqual(results.map((_, index) => [[index + 1, 'new', true]]));
    await query('DROP TABLE lanes_changing');
  });

  it('answer from elsewhere when their backend is frozen, and are not used again', async () => {
    const pool = open();
    const statement = find();
    const pid = Number((await bringOnLane(pool, statement, [1]))[2]);
    await freezeProcess(pid);
    try {
      const startedAt = performance.now();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => expectRow(pool, statement, index + 1)),
      );
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(results.map((result) => result.rows[0]?.[2])).not.toContain(pid);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('share the one connection with writes where the server allows no more', async () => {
    await query("CREATE ROLE lanes_one LOGIN PASSWORD 'lanes-one-secret' CONNECTION LIMIT 1");
    await query('GRANT SELECT, UPDATE ON lanes TO lanes_one');
    try {
      const pool = open({}, { username: new Secret('lanes_one'), password: new Secret('lanes-one-secret') });
      const statement = find();
      const write = plainStatement('UPDATE lanes SET name = name WHERE id = $1 RETURNING id');
      await bringOnLane(pool, statement, [1]);
      for (let turn = 1; turn <= 5; turn += 1) {
        await Promise.all([
          ...Array.from({ length: 10 }, (_, index) => expectRow(pool, statement, index + 1)),
          expect(readOne(pool, write, [turn])).resolves.toBe(turn),
        ]);
      }
      expect(pool.statistics().open).toBe(1);
    } finally {
      await closeAll();
      await query('DROP OWNED BY lanes_one');
      await query('DROP ROLE lanes_one');
    }
  });

  it('answer everybody rightly, whatever is mixed in', async () => {
    const kinds = fc.constantFrom('fine', 'fine', 'fine', 'fine', 'fails', 'slow', 'dies', 'leaves', 'own');
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { minLength: 30, maxLength: 60 }), async (moods) => {
        const pool = open();
        // A statement of its own each time: what was learnt of one must not decide the next round.
        const statement = moody();
        const own = plainStatement('UPDATE lanes SET name = name WHERE id = $1 RETURNING id');
        await bringOnLane(pool, statement, [1, 'fine']);
        let deaths = 0;
        await Promise.all(
          moods.map(async (mood, index) => {
            const id = index + 1;
            if (mood === 'own') return expect(await readOne(pool, own, [id])).toBe(id);
            if (mood === 'fails') {
              return expect(pool.run(statement, [id, mood], inTime())).rejects.toMatchObject({ vendorCode: '22012' });
            }
            // It kills the session that runs it once more, too.
            if (mood === 'dies' && deaths < 2) {
              deaths += 1;
              return expect(pool.run(statement, [id, mood], inTime())).rejects.toMatchObject({
                kind: 'connection-lost',
              });
            }
            if (mood === 'leaves') {
              const work = pool.run(statement, [id, 'fine'], {
                ...inTime(),
                signal: AbortSignal.timeout(1 + (index % 5)),
              });
              const left = await work.then(
                (result) => result.rows[0]?.[0],
                (error: { kind: string }) => error.kind,
              );
              return expect([id, 'cancelled']).toContain(left);
            }
            return expectRow(pool, statement, id, mood === 'slow' ? 'slow' : 'fine');
          }),
        );
        await pool.close(0);
      }),
      { seed: 11, numRuns: 6 },
    );
  });
});
