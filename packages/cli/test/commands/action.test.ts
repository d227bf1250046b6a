import { describe, expect, it } from 'vitest';
import { readActionInput } from '../../src/commands/action/action-input.ts';
import { runActionPublish, runActionRollback } from '../../src/commands/action/run-action-release.ts';
import { type ActionRunFlags, runActionRun } from '../../src/commands/action/run-action-run.ts';
import { runActionStats } from '../../src/commands/action/run-action-stats.ts';
import { runActionTest } from '../../src/commands/action/run-action-test.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { createFakeClient, type FakeClientOptions } from '../support/fake-client.ts';
import { anAction, anAnswer, aStats } from '../support/fake-data-actions.ts';
import type { FakeTerminalOptions } from '../support/fake-terminal.ts';
import { createTestContext, withFolder } from '../support/test-context.ts';

const ID = 'customer-by-ani';

async function run(
  options: FakeClientOptions = {},
  flags: ActionRunFlags = { input: ['ani=+4930'] },
  terminal: FakeTerminalOptions = {},
) {
  const client = createFakeClient(options);
  const context = createTestContext({ client, terminal });
  const exitCode = await runActionRun(context, flags, [ID]);
  return { exitCode, client, out: context.terminal.out(), err: context.terminal.err() };
}

describe('the input of an action', () => {
  const read = (input: readonly string[], inputFile?: string, stdin?: string) =>
    readActionInput(
      createTestContext({ terminal: stdin === undefined ? {} : { input: stdin } }),
      inputFile === undefined ? { input } : { input, inputFile },
    );

  it('is text, or JSON where that is asked for', async () => {
    expect(await read(['ani=+49=30', 'empty=', 'ids:=[17,"x"]', 'on:=true', 'none:=null', 'a=:=b'])).toEqual({
      ani: '+49=30',
      empty: '',
      ids: [17, 'x'],
      on: true,
      none: null,
      a: ':=b',
    });
  });

  it('comes from a file or from standard input, and the command line wins', async () => {
    expect(await read(['tier=gold'], '-', '{"ani": "1", "tier": "none"}')).toEqual({ ani: '1', tier: 'gold' });
    await withFolder({ 'sample.json': '{"ids": [1, 2]}' }, async (cwd) => {
      expect(await readActionInput(createTestContext({ cwd }), { inputFile: 'sample.json' })).toEqual({ ids: [1, 2] });
    });
  });

  it.each<[string, readonly string[], string | undefined]>([
    ['no name', ['=canary'], undefined],
    ['no value', ['canary'], undefined],
    ['a name twice', ['a=canary', 'a=x'], undefined],
    ['no JSON', ['a:=canary'], undefined],
    ['an object', ['a:={"b":"canary"}'], undefined],
    ['a file that is no JSON', [], 'canary'],
    ['a file that is no object', [], '["canary"]'],
    ['a nested file', [], '{"a": {"b": "canary"}}'],
    ['a file over 64 KiB', [], JSON.stringify({ a: 'canary'.repeat(20_000) })],
  ])('with %s is refused with 64, and no value is repeated', async (_name, input, stdin) => {
    const attempt = read(input, stdin === undefined ? undefined : '-', stdin);
    await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
    await attempt.catch((error: Error & { hint?: string }) => {
      expect(`${error.message} ${error.hint}`).not.toContain('canary');
    });
  });

  it('that is not there is named', async () => {
    await expect(read([], 'nowhere.json')).rejects.toThrow('ENOENT');
  });
});

describe('dip action run', () => {
  it('shows the outcome, where it is from, and each field', async () => {
    const { exitCode, out, client } = await run({ execution: { answer: anAnswer({ tier: null }) } });
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out).toBe('FOUND  live, 1 row\nid         42\nfull_name  Ada Lovelace\ntier       -\n');
    expect(client.executed).toMatchObject([{ id: ID, input: { ani: '+4930' } }]);
  });

  it('shows several rows as a table', async () => {
    const rows = [
      { id: 1, full_name: 'Ada' },
      { id: 2, full_name: null },
    ];
    const { out } = await run({ execution: { answer: anAnswer({ rowCount: 2, truncated: true, rows }) } });
    expect(out).toBe('FOUND  live, 2 rows, truncated\nid  full_name\n1   Ada\n2   -\n');
  });

  it('says how old an answer from the cache is', async () => {
    const { out } = await run({ execution: { answer: anAnswer({ source: 'stale', ageSeconds: 90 }) } });
    expect(out).toContain('FOUND  stale, 90 s old, 1 row');
  });

  it('hands on deadline, profile, contact and key', async () => {
    const { client } = await run({}, { deadline: 800, profile: 'rest', contactId: 'c-1', idempotencyKey: 'k-1' });
    expect(client.executed[0]?.options).toMatchObject({
      answerWithinMs: 800,
      profile: 'rest',
      contactId: 'c-1',
      idempotencyKey: 'k-1',
    });
  });

  it('prints just what the server answered as JSON', async () => {
    const answer = anAnswer({ note: 'a\u001bb', nested: null });
    const { out } = await run({ execution: { answer } }, {}, { format: 'json' });
    expect(JSON.parse(out)).toEqual(answer);
  });

  it.each([
    ['FOUND', EXIT_CODES.done],
    ['NO_RECORDS', EXIT_CODES.done],
    ['DONE', EXIT_CODES.done],
    ['TIMEOUT', EXIT_CODES.failed],
    ['UNAVAILABLE', EXIT_CODES.failed],
    ['BUSY', EXIT_CODES.failed],
    ['ERROR', EXIT_CODES.failed],
  ] as const)('exits for %s with %i', async (outcome, expected) => {
    for (const format of ['table', 'json'] as const) {
      const { exitCode } = await run({ execution: { answer: anAnswer({ outcome }) } }, {}, { format });
      expect(exitCode).toBe(expected);
    }
  });

  it('says what to do next when the database did not answer, and the status that REST callers get', async () => {
    const answer = anAnswer({ outcome: 'UNAVAILABLE', source: 'fallback', rowCount: 0 });
    const { out, err } = await run({ execution: { answer, status: 503, retryAfterSeconds: 5 } }, { profile: 'rest' });
    expect(out).toContain('UNAVAILABLE  fallback, 0 rows  HTTP 503, again in 5 s\n');
    expect(err).toContain('hint:  `dip health` tells why');
  });

  it('makes control characters of the database visible', async () => {
    const { out } = await run({ execution: { answer: anAnswer({ full_name: 'x\u001b]0;owned\u0007\ny' }) } });
    expect(out).not.toContain('\u001b');
    expect(out.trimEnd().split('\n')).toHaveLength(3);
  });
});

describe('dip action test', () => {
  async function test(options: FakeClientOptions, flags: object = { input: ['ani=1'], version: 2 }) {
    const client = createFakeClient(options);
    const context = createTestContext({ client });
    const exitCode = await runActionTest(context, flags, [ID]);
    return { exitCode, calls: client.calls, out: context.terminal.out(), err: context.terminal.err() };
  }

  it('shows answer, columns, timings and plan, and that it was rolled back', async () => {
    const { exitCode, calls, out, err } = await test({});
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(calls).toEqual([`test ${ID} {"ani":"1"} 2`]);
    expect(out).toContain('customer-by-ani version 2  FOUND  live, 1 row');
    expect(out).toMatch(/columns +id, full_name/);
    expect(out).toContain('queue 0.2 ms, database 1.4 ms, together 1.9 ms');
    expect(out).toContain('plan\n  Limit\n    ->  Index Scan using customers_phone on customers\n');
    expect(err).toContain('rolled back');
  });

  it('exits 1 with the class of the failure and the code of the database', async () => {
    const answer = anAnswer({ outcome: 'ERROR', source: 'none', rowCount: 0 });
    const failed = { answer, errorClass: 'undefined-column', vendorCode: '42703', columns: null, plan: null };
    const { exitCode, out, err } = await test({ testResult: failed }, {});
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(out).toMatch(/failure +undefined-column \(the database says 42703\)/);
    expect(out).toContain('plan\n  not told by the database');
    expect(err).not.toContain('rolled back');
  });
});

describe('dip action publish and rollback', () => {
  const dataActions = [anAction(ID)];

  it('publish the newest version, or the one that is named', async () => {
    const client = createFakeClient({ dataActions });
    const context = createTestContext({ client });
    expect(await runActionPublish(context, {}, [ID])).toBe(EXIT_CODES.done);
    expect(context.terminal.out()).toBe('ok  customer-by-ani version 2 runs now\n');
    await runActionPublish(context, { version: 1 }, [ID]);
    expect(client.calls).toEqual([`publish ${ID} default`, `publish ${ID} 1`]);
  });

  it('say after a rollback that the files still want the newest', async () => {
    const context = createTestContext({ client: createFakeClient({ dataActions }) });
    await runActionRollback(context, {}, [ID]);
    expect(context.terminal.out()).toContain('version 1 runs now');
    expect(context.terminal.err()).toContain('the next `dip apply` publishes it again');
  });
});

describe('dip action stats', () => {
  it('shows outcomes by share, and the queue apart from the database', async () => {
    const context = createTestContext({ client: createFakeClient() });
    expect(await runActionStats(context, {}, [ID])).toBe(EXIT_CODES.done);
    const out = context.terminal.out();
    expect(out).toContain('customer-by-ani  8 executions, counted since 2 h ago');
    expect(out).toMatch(/FOUND +5 \(62\.5 %\)/);
    expect(out).not.toContain('BUSY');
    expect(out).toMatch(/in the queue +0\.1 ms +0\.4 ms +9\.0 ms/);
    expect(out).toMatch(/in the database +1\.2 ms +7\.0 ms +30\.0 ms/);
    expect(out).toMatch(/answered from +live 7, fallback 1/);
  });

  it('says no more than that of an action that nobody ran', async () => {
    const context = createTestContext({ client: createFakeClient({ stats: aStats({ executions: 0 }) }) });
    await runActionStats(context, {}, [ID]);
    expect(context.terminal.out()).toBe('customer-by-ani  0 executions, counted since 2 h ago\n');
  });
});
