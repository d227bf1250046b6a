import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DipswitchClient } from '../../src/client.ts';
import { digestOfBody, readJournalText } from '../../src/plan/journal-state.ts';
import { hasChanges } from '../../src/plan/plan.ts';
import { connectorBody, createTestClient, desiredState } from '../support/bodies.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { problem } from '../support/scripted-server.ts';

describe('apply with a journal', () => {
  let engine: FakeEngine;
  let client: DipswitchClient;
  let folder: string;
  let journalFile: string;
  let auditFile: string;

  beforeEach(async () => {
    engine = await FakeEngine.start();
    folder = await mkdtemp(join(tmpdir(), 'dip-journal-'));
    journalFile = join(folder, '.dipswitch', 'apply-journal.jsonl');
    auditFile = join(folder, '.dipswitch', 'audit.jsonl');
    client = createTestClient(engine.url, { journalFile, auditFile });
  });
  afterEach(async () => {
    await client.close();
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const readJournal = async () => readJournalText(await readFile(journalFile, 'utf8')).state.get(engine.url);
  const many = (count: number, poolMax = 10) =>
    desiredState(Array.from({ length: count }, (_, index) => connectorBody(`c${index}`, { pool: { max: poolMax } })));
  const puts = () => engine.received.filter(({ method }) => method === 'PUT');

  /** A journal as a killed run leaves it: this connector was begun, and nobody knows more. */
  async function leaveInDoubt(...ids: readonly string[]): Promise<void> {
    const run = { type: 'run', format: 1, run: 'r0', at: '', server: engine.url, actor: 'x', changes: 1 };
    const begun = ids.map((id) => ({
      type: 'begin',
      kind: 'connector',
      id,
      action: 'create',
      revision: null,
      digest: digestOfBody(connectorBody(id, { pool: { max: 10 } })),
      requestId: `killed-${id}`,
    }));
    await mkdir(join(folder, '.dipswitch'), { recursive: true });
    await writeFile(journalFile, [run, ...begun].map((record) => `${JSON.stringify(record)}\n`).join(''));
  }

  it('has each change on the disk before it is sent, and after', async () => {
    const seen: string[] = [];
    engine.fault = async (request) => {
      if (request.method !== 'PUT') return false;
      const id = request.path.split('/').at(-1);
      seen.push(`${id} ${(await readJournal())?.get(`connector/${id}`)?.inDoubt === null}`);
      return false;
    };
    await client.apply(await client.plan(many(5)), { concurrency: 2 });
    expect(seen.sort()).toEqual(['c0 false', 'c1 false', 'c2 false', 'c3 false', 'c4 false']);
    const entries = [...((await readJournal())?.values() ?? [])];
    expect(entries).toHaveLength(5);
    for (const entry of entries)
      expect(entry).toMatchObject({ inDoubt: null, failure: null, applied: { revision: 1 } });
  });

  it('sends nothing a second time that the killed run got through', async () => {
    await leaveInDoubt('c0');
    await client.connectors.put(connectorBody('c0', { pool: { max: 10 } }));
    const before = puts().length;
    const result = await client.apply(await client.plan(many(2)));
    expect(result).toMatchObject({ ok: true, summary: { created: 1, unchanged: 1 } });
    expect(puts().length - before).toBe(1);
    const audit = (await readFile(auditFile, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(audit.find(({ connectorId }) => connectorId === 'c0')).toMatchObject({
      eventType: 'CONNECTOR_CREATED',
      requestId: 'killed-c0',
      details: { revision: 1, foundAfterInterruption: true },
    });
    expect((await readJournal())?.get('connector/c0')).toMatchObject({ inDoubt: null, applied: { revision: 1 } });
  });

  it('looks before it sends what is in doubt', async () => {
    await leaveInDoubt('c0');
    const plan = await client.plan(many(1));
    // The killed run's request arrives only now.
    await client.connectors.put(connectorBody('c0', { pool: { max: 10 } }));
    const before = puts().length;
    const result = await client.apply(plan);
    expect(result).toMatchObject({ ok: true, summary: { created: 0, unchanged: 1, conflicts: 0 } });
    expect(puts()).toHaveLength(before);
  });

  it('recognises its own write that reaches the server after the look, and sends one request too many at most', async () => {
    await leaveInDoubt('c0', 'c1', 'c2');
    const plan = await client.plan(many(3));
    const late = ['c0', 'c1', 'c2'].map((id) => connectorBody(id, { pool: { max: 10 } }));
    let refused = 0;
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      // The server comes to the killed run's requests just before the first of ours.
      for (const body of late.splice(0)) {
        engine.stored.set(body.connectorId, { body, revision: 1, status: 'HEALTHY' });
      }
      refused += 1;
      problem(response, 412, 'PRECONDITION_FAILED');
      return true;
    };
    const result = await client.apply(plan, { concurrency: 3 });
    expect(refused).toBe(1);
    expect(result).toMatchObject({ ok: true, summary: { unchanged: 3, conflicts: 0, failed: 0 } });
  });

  it('does not take somebody else’s change for its own', async () => {
    await leaveInDoubt('c0');
    const plan = await client.plan(many(1));
    await client.connectors.put(connectorBody('c0', { name: 'Theirs' }));
    const result = await client.apply(plan);
    expect(result).toMatchObject({ ok: false, summary: { conflicts: 1 } });
    expect(engine.stored.get('c0')?.body.connectorName).toBe('Theirs');
  });

  it('goes on after a torn last line and cuts it off', async () => {
    await leaveInDoubt('c0');
    await appendFile(journalFile, '{"type":"end","kind":"conn');
    expect((await client.apply(await client.plan(many(2)))).ok).toBe(true);
    const reading = readJournalText(await readFile(journalFile, 'utf8'));
    expect(reading.damagedLines).toBe(0);
    expect(reading.state.get(engine.url)?.size).toBe(2);
  });

  it('stays short when the same is changed again and again', async () => {
    for (let round = 0; round < 8; round += 1) await client.apply(await client.plan(many(100, 10 + round)));
    const { records, state } = readJournalText(await readFile(journalFile, 'utf8'));
    expect(records).toBeLessThan(1_300);
    expect(state.get(engine.url)?.get('connector/c7')?.applied).toMatchObject({ revision: 8 });
  });

  it('sends nothing where the journal cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    await using blocked = createTestClient(engine.url, { journalFile: join(folder, 'file', 'journal.jsonl') });
    const attempt = blocked.apply(await client.plan(many(2)));
    await expect(attempt).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
    expect(puts()).toEqual([]);
  });

  it('reruns just what failed, when asked to', async () => {
    engine.fault = (request, response) => {
      if (request.method !== 'PUT' || !request.path.endsWith('c3')) return false;
      problem(response, 400, 'VALIDATION_FAILED');
      return true;
    };
    await client.apply(await client.plan(many(5)));
    engine.fault = () => false;
    const plan = await client.plan(many(6), { onlyFailed: true });
    expect(plan.changes.map(({ id, action }) => `${action} ${id}`)).toEqual(['create c3']);
    await client.apply(plan);
    expect((await client.plan(many(6), { onlyFailed: true })).changes).toEqual([]);
  });

  describe('tells drift', () => {
    it('from a change of the files', async () => {
      await client.apply(await client.plan(many(4)));
      await client.connectors.put(connectorBody('c1', { name: 'Theirs' }));
      await client.connectors.put(connectorBody('c2', { name: 'Theirs' }));
      await client.connectors.delete('c3');
      const desired = desiredState([
        connectorBody('c0', { pool: { max: 11 } }),
        connectorBody('c1', { pool: { max: 10 } }),
        connectorBody('c2', { pool: { max: 11 } }),
        connectorBody('c3', { pool: { max: 10 } }),
        connectorBody('new', {}),
      ]);
      const plan = await client.plan(desired);
      expect(plan.changes.map(({ id, action, origin }) => [id, action, origin])).toEqual([
        ['c0', 'update', 'files'],
        ['c1', 'update', 'server'],
        ['c2', 'update', 'both'],
        ['c3', 'create', 'server'],
        ['new', 'create', null],
      ]);
    });

    it('also of what was as the files said when it was first seen', async () => {
      await client.connectors.put(connectorBody('c0', { pool: { max: 10 } }));
      await client.apply(await client.plan(many(1)));
      await client.connectors.put(connectorBody('c0', { name: 'Theirs' }));
      expect((await client.plan(many(1))).changes[0]).toMatchObject({ action: 'update', origin: 'server' });
    });

    it('of what carries the label and is in no file', async () => {
      for (const id of ['c0', 'left']) await client.connectors.put(connectorBody(id, {}, 'crm'));
      await client.connectors.put(connectorBody('theirs', {}, 'billing'));
      const desired = desiredState([connectorBody('c0', {}, 'crm')], ['crm']);
      const plan = await client.plan(desired);
      expect(plan).toMatchObject({ owned: 2, orphans: [{ kind: 'connector', id: 'left', project: 'crm' }] });
      expect(hasChanges(plan)).toBe(false);
      expect((await client.plan(desired, { prune: true })).orphans).toEqual([]);
    });
  });

  describe('of a plan that was made earlier', () => {
    it('carries out exactly that', async () => {
      const result = await client.apply(await client.plan(many(3)), { refuseStale: true });
      expect(result).toMatchObject({ ok: true, summary: { created: 3 } });
    });

    it.each<[string, () => Promise<unknown>]>([
      ['was changed', () => client.connectors.put(connectorBody('c0', { name: 'Theirs' }))],
      ['was deleted', () => client.connectors.delete('c0')],
      ['was created', () => client.connectors.put(connectorBody('c2', { name: 'Theirs' }))],
    ])('refuses before the first change when something %s', async (_name, move) => {
      await client.apply(await client.plan(many(2)));
      const plan = await client.plan(many(3, 20));
      await move();
      const before = engine.changes.length;
      await expect(client.apply(plan, { refuseStale: true })).rejects.toMatchObject({
        code: 'PLAN_STALE',
        status: 412,
        hint: expect.stringContaining('dip plan --out'),
      });
      expect(engine.changes).toHaveLength(before);
    });

    it('goes on where a run of it was interrupted', async () => {
      await client.apply(await client.plan(many(2)));
      engine.changes.length = 0;
      const plan = await client.plan(many(8, 20));
      const stop = new AbortController();
      await client.apply(plan, {
        concurrency: 1,
        stopSignal: stop.signal,
        onProgress: (step) => {
          if (step.type === 'change-finished' && step.done === 4) stop.abort();
        },
      });
      const result = await client.apply(plan, { refuseStale: true });
      expect(result).toMatchObject({ ok: true, summary: { unchanged: 4, created: 4, conflicts: 0 } });
      expect(engine.changes).toHaveLength(8);
    });
  });

  it('asks only for reading when it plans', async () => {
    engine.fault = (request, response) => {
      if (request.method === 'GET' || request.path === '/oauth/token') return false;
      problem(response, 403, 'INSUFFICIENT_SCOPE');
      return true;
    };
    expect((await client.plan(many(3))).summary.create).toBe(3);
  });
});
