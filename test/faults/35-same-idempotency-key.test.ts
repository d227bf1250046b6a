import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ActionProduct } from '../support/action-product.ts';
import type { ApiAnswer } from '../support/product.ts';
import { createRandom, openFaultSeed, type Random, readFaultIterations } from '../support/random.ts';
import { waitFor } from '../support/wait-for.ts';

const postgresUrl = inject('postgresUrl');
const KILLS = Math.min(20, readFaultIterations(process.env, 3));
const DEADLINE_MS = 2_000;
/** The engine adds a minute to the deadline before it calls a write whose engine is gone one in doubt. */
const LEASE_MS = DEADLINE_MS + 60_000;
/** At full length only; `write-executions.test.ts` has the end of the lease on a fake clock. */
const WAITS_FOR_LEASE = process.env.DIP_FAULT_ITERATIONS !== undefined;
if (!WAITS_FOR_LEASE)
  process.stdout.write('row 35: the minute until a write is in doubt is waited for by npm run faults\n');

describe.skipIf(postgresUrl === null)('row 35: the same Idempotency-Key again', () => {
  let actions: ActionProduct;
  let random: Random;

  beforeAll(async () => {
    random = createRandom(openFaultSeed(process.env, 'row 35'));
    actions = await ActionProduct.start({ postgresUrl: postgresUrl ?? '' });
    await actions.publish({
      actionId: 'add-note',
      statement: `insert into ${actions.schema}.notes (note) select :note from pg_sleep(:seconds)`,
      access: 'write',
      input: {
        type: 'object',
        required: ['note', 'seconds'],
        properties: { note: { type: 'string', maxLength: 100 }, seconds: { type: 'number' } },
      },
      limits: { deadlineMs: DEADLINE_MS, maxConcurrency: 50 },
    });
  });
  afterAll(() => actions?.[Symbol.asyncDispose]());

  const addNote = (note: string, options: { key?: string; contact?: string; seconds?: number } = {}) => {
    const headers: Record<string, string> = {};
    if (options.key !== undefined) headers['idempotency-key'] = options.key;
    if (options.contact !== undefined) headers['x-contact-id'] = options.contact;
    return actions.execute('add-note', { note, seconds: options.seconds ?? 0 }, { headers });
  };
  const isRunning = async (note: string): Promise<boolean> => {
    const { rows } = await actions.admin.query(
      "select count(*)::int as n from pg_stat_activity where usename = $1 and state = 'active' and wait_event = 'PgSleep'",
      [actions.schema],
    );
    return rows[0].n > 0 && (await actions.countNotes(note)) === 0;
  };
  const codeOf = ({ status, json }: ApiAnswer) => (status === 200 ? json.outcome : json.code);

  it('runs one of many that come at once, and tells the others that it is running', async () => {
    const calls = Array.from({ length: 8 }, () => addNote('at once', { key: 'k-once', seconds: 0.5 }));
    const answers = await Promise.all(calls);
    expect(answers.map(codeOf).sort()).toEqual(['DONE', ...Array(7).fill('EXECUTION_IN_PROGRESS')]);
    for (const { status, headers } of answers.filter(({ status }) => status !== 200)) {
      expect([status, headers.get('retry-after')]).toEqual([409, '1']);
    }
    const again = await addNote('at once', { key: 'k-once', seconds: 0.5 });
    expect(again.text).toBe(answers.find(({ status }) => status === 200)?.text);
    expect(await actions.countNotes('at once')).toBe(1);
  });

  it('refuses the key with another body, and runs nothing', async () => {
    expect(codeOf(await addNote('first body', { key: 'k-body' }))).toBe('DONE');
    const other = await addNote('other body', { key: 'k-body' });
    expect([other.status, other.json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await actions.countNotes('other body')).toBe(0);
  });

  it('takes the contact and the arguments for the key where there is none', async () => {
    const first = await addNote('by contact', { contact: 'c-1' });
    expect((await addNote('by contact', { contact: 'c-1' })).text).toBe(first.text);
    expect(await actions.countNotes('by contact')).toBe(1);
    expect(codeOf(await addNote('by contact', { contact: 'c-2' }))).toBe('DONE');
    expect(codeOf(await addNote('by contact, otherwise', { contact: 'c-1' }))).toBe('DONE');
    expect(await actions.countNotes('by contact')).toBe(2);
  });

  const expectDoubtAfterLease = async (again: () => Promise<ApiAnswer>, startedAt: number) => {
    const options = { timeoutMs: LEASE_MS + 10_000, everyMs: 500 };
    const settled = await waitFor(
      'the write to be in doubt',
      async () => {
        const answer = await again();
        return answer.json.code !== 'EXECUTION_IN_PROGRESS' && answer;
      },
      options,
    );
    expect([settled.status, settled.json.code]).toEqual([409, 'EXECUTION_IN_DOUBT']);
    expect(performance.now() - startedAt).toBeGreaterThan(LEASE_MS - 1_000);
    expect(codeOf(await again())).toBe('EXECUTION_IN_DOUBT');
  };

  it('gives the stored answer again, byte for byte, after kill -9', async () => {
    const first = await addNote('kept', { key: 'k-kept' });
    const byContact = await addNote('kept for a contact', { contact: 'c-kept' });
    await actions.product.restart('SIGKILL');
    await waitFor('the engine to write again', async () => codeOf(await addNote('warm-up')) === 'DONE');
    expect((await addNote('kept', { key: 'k-kept' })).text).toBe(first.text);
    expect((await addNote('kept for a contact', { contact: 'c-kept' })).text).toBe(byContact.text);
    expect([await actions.countNotes('kept'), await actions.countNotes('kept for a contact')]).toEqual([1, 1]);
  });

  it(
    'never runs a write again whose engine was killed under it: in progress for a minute, then in doubt',
    async () => {
      const startedAt = performance.now();
      const lost = addNote('doubtful', { key: 'k-doubt', seconds: 1.5 }).catch(() => 'lost');
      await waitFor('the statement to run', () => isRunning('doubtful'));
      await actions.product.restart('SIGKILL');
      expect(await lost).toBe('lost');
      const again = () => addNote('doubtful', { key: 'k-doubt', seconds: 1.5 });
      const first = await again();
      expect([first.status, first.json.code]).toEqual([409, 'EXECUTION_IN_PROGRESS']);
      if (WAITS_FOR_LEASE) await expectDoubtAfterLease(again, startedAt);
      expect(await actions.countNotes('doubtful')).toBeLessThanOrEqual(1);
    },
    LEASE_MS + 40_000,
  );

  it(
    `keeps each promise over ${KILLS} kills at random times: what was answered is there once and replayed`,
    async () => {
      for (let round = 0; round < KILLS; round += 1) {
        const answered = new Map<string, string>();
        const begun: string[] = [];
        let stopped = false;
        const write = async (worker: number) => {
          for (let index = 0; !stopped; index += 1) {
            const key = `r${round}-w${worker}-${index}`;
            begun.push(key);
            const answer = await addNote(key, { key, seconds: 0.01 }).catch(() => null);
            if (answer === null) return;
            if (codeOf(answer) === 'DONE') answered.set(key, answer.text);
          }
        };
        const writers = [0, 1, 2, 3].map(write);
        // On a busy machine the first answer takes as long as the kill may be away.
        await waitFor('the first answer', () => answered.size > 0);
        await delay(random.between(100, 700));
        const restarted = actions.product.restart('SIGKILL');
        stopped = true;
        await Promise.all([...writers, restarted]);
        await waitFor('the engine to write again', async () => codeOf(await addNote('warm-up')) === 'DONE');
        for (const key of begun) {
          const again = await addNote(key, { key, seconds: 0.01 });
          const before = answered.get(key);
          if (before !== undefined) expect(again.text).toBe(before);
          expect(['DONE', 'EXECUTION_IN_PROGRESS']).toContain(codeOf(again));
          const count = await actions.countNotes(key);
          expect(count).toBeLessThanOrEqual(1);
          if (codeOf(again) === 'DONE') expect(count).toBe(1);
        }
        expect(answered.size).toBeGreaterThan(0);
      }
    },
    KILLS * 20_000 + 20_000,
  );
});
