import { describe, expect, it } from 'vitest';
import { dataActionBodyOf } from '../../src/resources/data-action-body.ts';
import { createTestClient, dataActionBody } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { answer, answerToken, problem, type Script, startScriptedServer } from '../support/scripted-server.ts';

const BODY = dataActionBody('customer-by-ani');
const INPUT = { ani: '+4912345' };

async function withEngine() {
  const engine = await FakeEngine.start();
  const client = createTestClient(engine.url, { clock: createFastClock() });
  return {
    engine,
    client,
    api: () => engine.received.filter(({ path }) => path !== '/oauth/token'),
    async [Symbol.asyncDispose]() {
      await client.close();
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** A server whose first API answers are written. */
async function withAnswers(...scripts: readonly Script[]) {
  let next = 0;
  const server = await startScriptedServer((request, response, index) => {
    if (answerToken(request, response)) return;
    const script = scripts[next];
    next += 1;
    if (script === undefined) throw new Error('the script has ended');
    void script(request, response, index);
  });
  const client = createTestClient(server.url, { clock: createFastClock() });
  return {
    client,
    api: () => server.received.filter(({ path }) => path !== '/oauth/token'),
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('data actions', () => {
  it('are stored as drafts, published, rolled back and read with their versions', async () => {
    await using setup = await withEngine();
    const { dataActions } = setup.client;
    expect(await dataActions.put(BODY, { onlyIf: 'absent' })).toMatchObject({ version: 1, publishedVersion: null });
    expect(await dataActions.publish(BODY.actionId)).toMatchObject({ publishedVersion: 1, revision: 2 });
    await dataActions.put({ ...BODY, access: 'write' }, { onlyIf: 2 });
    expect(await dataActions.publish(BODY.actionId, { version: 2, onlyIf: 3 })).toMatchObject({ publishedVersion: 2 });
    expect(await dataActions.rollback(BODY.actionId)).toMatchObject({ publishedVersion: 1, version: 2 });
    const detail = await dataActions.get(BODY.actionId);
    expect(detail.versions.map(({ version, state }) => [version, state])).toEqual([
      [2, 'superseded'],
      [1, 'published'],
    ]);
    expect(dataActionBodyOf(detail)).toEqual({ ...BODY, access: 'write' });
  });

  it('are listed page by page', async () => {
    await using setup = await withEngine();
    for (const id of ['a', 'b', 'c']) await setup.client.dataActions.put(dataActionBody(id));
    const ids: string[] = [];
    for await (const { actionId } of setup.client.dataActions.list({ pageSize: 2 })) ids.push(actionId);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(
      setup
        .api()
        .slice(-2)
        .map(({ path }) => path),
    ).toEqual(['/api/v1/dataactions?limit=2', '/api/v1/dataactions?limit=2&cursor=2']);
  });

  it('are deleted while published only by force', async () => {
    await using setup = await withEngine();
    const { dataActions } = setup.client;
    await dataActions.put(BODY);
    await dataActions.publish(BODY.actionId);
    await expect(dataActions.delete(BODY.actionId)).rejects.toMatchObject({ code: 'STILL_PUBLISHED', status: 409 });
    await dataActions.delete(BODY.actionId, { force: true, onlyIf: 2 });
    expect(setup.api().at(-1)?.path).toBe('/api/v1/dataactions/customer-by-ani?force=true');
    expect(setup.engine.dataActions.stored.size).toBe(0);
  });

  it('are validated, tested and counted by the server', async () => {
    await using setup = await withEngine();
    const { dataActions } = setup.client;
    await dataActions.put(BODY);
    expect(await dataActions.validate(BODY)).toEqual({ valid: true, findings: [] });
    expect(await dataActions.test(BODY.actionId, INPUT, { version: 1 })).toMatchObject({
      version: 1,
      answer: { outcome: 'FOUND' },
      columns: ['id', 'full_name'],
    });
    expect(JSON.parse(setup.api().at(-1)?.body ?? '')).toEqual({ input: INPUT, version: 1 });
    expect(await dataActions.stats(BODY.actionId)).toMatchObject({
      executions: 10,
      outcomes: { FOUND: 7, TIMEOUT: 1 },
    });
  });

  it('pass what a newer server adds, at every level', async () => {
    const stored = { ...BODY, limits: { maxRows: 1, colour: 1 }, version: 1, publishedVersion: null, revision: 1 };
    const newer = { ...stored, createdAt: '', updatedAt: '', colour: 'green' };
    await using setup = await withAnswers((_, response) => answer(response, 200, newer));
    expect(await setup.client.dataActions.put(BODY)).toMatchObject({ limits: { maxRows: 1 } });
  });
});

describe('a lost answer', () => {
  /** Carries the first change out and then breaks the connection. */
  function loseFirst(engine: FakeEngine): void {
    let lost = false;
    engine.fault = (request, response) => {
      if (lost || request.method === 'GET' || request.path === '/oauth/token') return false;
      lost = true;
      engine.carryOut(request);
      response.destroy();
      return true;
    };
  }

  it('of a new version is found again, and stored once', async () => {
    await using setup = await withEngine();
    loseFirst(setup.engine);
    expect(await setup.client.dataActions.put(BODY, { onlyIf: 'absent' })).toMatchObject({ version: 1, revision: 1 });
    expect(setup.engine.dataActions.changes).toEqual(['store customer-by-ani 1']);
  });

  it('of a publication with a precondition is found again', async () => {
    await using setup = await withEngine();
    await setup.client.dataActions.put(BODY);
    loseFirst(setup.engine);
    const stored = await setup.client.dataActions.publish(BODY.actionId, { version: 1, onlyIf: 1 });
    expect(stored).toMatchObject({ publishedVersion: 1 });
    expect(setup.engine.dataActions.changes.at(-1)).toBe('publish customer-by-ani 1');
  });

  it('of a rollback to the version before is not repeated', async () => {
    await using setup = await withAnswers((_, response) => void response.destroy());
    await expect(setup.client.dataActions.rollback('a')).rejects.toMatchObject({ maybeCarriedOut: true, attempts: 1 });
  });

  it('of a delete is not mistaken for a missing data action', async () => {
    await using setup = await withEngine();
    await setup.client.dataActions.put(BODY);
    loseFirst(setup.engine);
    await expect(setup.client.dataActions.delete(BODY.actionId, { onlyIf: 1 })).resolves.toBeUndefined();
  });
});

describe('an execution', () => {
  const FOUND = { outcome: 'FOUND', rowCount: 1, truncated: false, source: 'live', ageSeconds: 0, executionId: 'e1' };

  it('gives the answer exactly, and says for whom and how fast it is wanted', async () => {
    await using setup = await withAnswers((_, response) =>
      answer(response, 200, { ...FOUND, tier: 'gold', note: null }),
    );
    const { answer: given, status } = await setup.client.dataActions.execute('a', INPUT, {
      answerWithinMs: 800,
      contactId: 'contact-7',
      idempotencyKey: 'order-1',
    });
    expect([given, status]).toEqual([{ ...FOUND, tier: 'gold', note: null }, 200]);
    const [sent] = setup.api();
    expect([sent?.method, sent?.path, sent?.body]).toEqual([
      'POST',
      '/api/v1/dataactions/a/execute',
      '{"ani":"+4912345"}',
    ]);
    expect(sent?.headers).toMatchObject({
      'x-deadline-ms': '800',
      'x-contact-id': 'contact-7',
      'idempotency-key': 'order-1',
    });
  });

  it('is repeated after a lost answer with the same key, and each call has its own', async () => {
    await using setup = await withAnswers(
      (_, response) => void response.destroy(),
      (_, response) => answer(response, 200, FOUND),
      (_, response) => answer(response, 200, FOUND),
    );
    await setup.client.dataActions.execute('a', INPUT);
    await setup.client.dataActions.execute('a', INPUT);
    const keys = setup.api().map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('waits for its own lost attempt that still runs', async () => {
    await using setup = await withAnswers(
      (_, response) => void response.destroy(),
      (_, response) => problem(response, 409, 'EXECUTION_IN_PROGRESS', { 'retry-after': '1' }),
      (_, response) => answer(response, 200, { ...FOUND, outcome: 'DONE' }),
    );
    expect((await setup.client.dataActions.execute('a', INPUT)).answer.outcome).toBe('DONE');
    expect(new Set(setup.api().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('of somebody else with the same key is not waited for', async () => {
    await using setup = await withAnswers((_, response) => problem(response, 409, 'EXECUTION_IN_PROGRESS'));
    const call = setup.client.dataActions.execute('a', INPUT, { idempotencyKey: 'k' });
    await expect(call).rejects.toMatchObject({ code: 'EXECUTION_IN_PROGRESS', attempts: 1 });
  });

  it.each([
    [429, 'BUSY'],
    [502, 'ERROR'],
    [503, 'UNAVAILABLE'],
    [504, 'TIMEOUT'],
  ])(
    'under the profile rest takes a %i with an outcome for an answer, and does not repeat it',
    async (status, outcome) => {
      const failed = { ...FOUND, outcome, rowCount: 0, source: 'none', id: null };
      await using setup = await withAnswers((_, response) => answer(response, status, failed, { 'retry-after': '2' }));
      const execution = await setup.client.dataActions.execute('a', INPUT, { profile: 'rest' });
      expect(execution).toMatchObject({ answer: failed, status, retryAfterSeconds: 2 });
      expect(setup.api()[0]?.path).toBe('/api/v1/dataactions/a/execute?profile=rest');
      expect(setup.client.stats()).toMatchObject({ retries: 0 });
    },
  );

  it('is repeated when it was the engine that failed, not the action', async () => {
    await using setup = await withAnswers(
      (_, response) => problem(response, 503, 'STATE_UNAVAILABLE'),
      (_, response) => answer(response, 200, FOUND),
    );
    expect((await setup.client.dataActions.execute('a', INPUT)).status).toBe(200);
  });

  it('that is refused names what is wrong with the input, and repeats no value', async () => {
    const issues = [{ path: '/ani', code: 'TOO_LONG', message: 'must have at most 20 characters' }];
    await using setup = await withAnswers((_, response) =>
      answer(response, 400, { type: 'x', title: 'not valid', status: 400, code: 'VALIDATION_FAILED', issues }),
    );
    const call = setup.client.dataActions.execute('a', { ani: 'canary-4711' });
    await expect(call).rejects.toMatchObject({ code: 'VALIDATION_FAILED', issues });
    await expect(call).rejects.not.toThrow('canary');
  });

  it('refuses a key that no header can carry, before any request', async () => {
    await using setup = await withAnswers();
    const call = setup.client.dataActions.execute('a', INPUT, { idempotencyKey: 'two words' });
    await expect(call).rejects.toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
    expect(setup.api()).toEqual([]);
  });
});
