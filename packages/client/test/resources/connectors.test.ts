import { describe, expect, it } from 'vitest';
import { connectorBodyOf } from '../../src/resources/connector-body.ts';
import { connectorBody, createTestClient } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { loadFixture, serveFixtures } from '../support/fixtures.ts';
import { answer, answerToken, problem, startScriptedServer } from '../support/scripted-server.ts';

const ID = 'db-prod-analytics-01';

async function withFixtures(...names: readonly string[]) {
  const server = await startScriptedServer(serveFixtures(...names));
  const client = createTestClient(server.url, { maxFailedAttempts: 1 });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The body as the contract's own page shows it. */
function fixtureBody(name: string) {
  return connectorBodyOf(JSON.parse(JSON.stringify(loadFixture(name).response.body)));
}

describe('connectors against the contract fixtures', () => {
  it('puts a new connector with the request that the fixture records', async () => {
    await using setup = await withFixtures('connector-created');
    const stored = await setup.client.connectors.put(fixtureBody('connector-created'));
    expect(stored).toEqual(loadFixture('connector-created').response.body);
    const [, put] = setup.server.received;
    const { request } = loadFixture('connector-created');
    expect([put?.method, put?.path]).toEqual([request.method, request.path]);
    expect(JSON.parse(put?.body ?? '')).toEqual(request.body);
    expect(put?.headers.authorization).toBe(request.headers.authorization);
    expect(put?.headers['content-type']).toBe('application/json');
  });

  it('replaces a revision by If-Match', async () => {
    await using setup = await withFixtures('connector-replaced');
    const stored = await setup.client.connectors.put(fixtureBody('connector-replaced'), { onlyIf: 1 });
    expect(stored.revision).toBe(2);
    expect(setup.server.received[1]?.headers['if-match']).toBe('"1"');
  });

  it('creates only where nothing is by If-None-Match', async () => {
    await using setup = await withFixtures('connector-created');
    await setup.client.connectors.put(fixtureBody('connector-created'), { onlyIf: 'absent' });
    expect(setup.server.received[1]?.headers['if-none-match']).toBe('*');
  });

  it('reads every page in turn', async () => {
    await using setup = await withFixtures('connector-page', 'connector-last-page');
    const ids: string[] = [];
    for await (const item of setup.client.connectors.list({ pageSize: 1, type: 'DATABASE_POSTGRESQL' })) {
      ids.push(item.connectorId);
    }
    const expected = ['connector-page', 'connector-last-page'].flatMap((name) => {
      const { items } = JSON.parse(JSON.stringify(loadFixture(name).response.body));
      return items.map((item: { connectorId: string }) => item.connectorId);
    });
    expect(ids).toEqual(expected);
    const second = new URL(setup.server.received[2]?.path ?? '', setup.server.url);
    expect(second.searchParams.get('cursor')).toBe('ZGItcHJvZC1hbmFseXRpY3MtMDE');
    expect(second.searchParams.get('limit')).toBe('1');
  });

  it.each([
    ['get', 'connector-read'],
    ['pause', 'connector-paused'],
    ['resume', 'connector-resumed'],
    ['health', 'health-healthy'],
    ['health', 'health-unreachable'],
    ['checkHealth', 'health-checked-now'],
  ] as const)('%s answers as %s', async (method, name) => {
    await using setup = await withFixtures(name);
    expect(await setup.client.connectors[method](ID)).toEqual(loadFixture(name).response.body);
    const { request } = loadFixture(name);
    expect([setup.server.received[1]?.method, setup.server.received[1]?.path]).toEqual([request.method, request.path]);
  });

  it.each([
    ['test', 'test-passed'],
    ['test', 'test-failed'],
    ['validate', 'validate-passed'],
    ['validate', 'validate-refused'],
  ] as const)('%s answers as %s', async (method, name) => {
    await using setup = await withFixtures(name);
    const body = fixtureBody('connector-read');
    expect(await setup.client.connectors[method](body)).toEqual(loadFixture(name).response.body);
    expect(setup.server.received[1]?.path).toBe(loadFixture(name).request.path);
  });

  it('deletes', async () => {
    await using setup = await withFixtures('connector-deleted');
    await expect(setup.client.connectors.delete(ID)).resolves.toBeUndefined();
    expect(setup.server.received[1]?.method).toBe('DELETE');
  });

  it.each([
    ['already-exists', 'PRECONDITION_FAILED', 412],
    ['precondition-failed', 'PRECONDITION_FAILED', 412],
    ['connector-refused', 'VALIDATION_FAILED', 400],
    ['id-taken', 'ID_TAKEN', 403],
    ['insufficient-scope', 'INSUFFICIENT_SCOPE', 403],
    ['connector-too-large', 'BODY_TOO_LARGE', 400],
    ['audit-unavailable', 'AUDIT_UNAVAILABLE', 503],
  ])('turns %s into an error with code %s', async (name, code, status) => {
    await using setup = await withFixtures(name);
    const call = setup.client.connectors.put(fixtureBody('connector-read'));
    await expect(call).rejects.toMatchObject({ name: 'DipswitchError', code, status, attempts: 1 });
  });

  it('carries the issues of a refused body', async () => {
    await using setup = await withFixtures('connector-refused');
    const { issues } = JSON.parse(JSON.stringify(loadFixture('connector-refused').response.body));
    expect(issues.length).toBeGreaterThan(0);
    await expect(setup.client.connectors.put(fixtureBody('connector-read'))).rejects.toMatchObject({ issues });
  });

  it('tells what is not there', async () => {
    await using setup = await withFixtures('not-found');
    await expect(setup.client.connectors.get(ID)).rejects.toMatchObject({ code: 'NOT_FOUND', retryable: false });
  });

  it('tells what is in use', async () => {
    await using setup = await withFixtures('in-use');
    await expect(setup.client.connectors.delete(ID)).rejects.toMatchObject({ code: 'IN_USE', status: 409 });
  });
});

describe('reading answers', () => {
  const { body: stored } = loadFixture('connector-read').response;

  async function getAnswer(body: unknown) {
    await using server = await startScriptedServer((request, response) => {
      if (!answerToken(request, response)) answer(response, 200, body);
    });
    await using client = createTestClient(server.url);
    return await client.connectors.get(ID);
  }

  it('passes what a newer server adds, at every level', async () => {
    const newer = structuredClone(JSON.parse(JSON.stringify(stored)));
    newer.colour = 'green';
    newer.configuration.colour = 'green';
    newer.configuration.poolSettings.colour = 'green';
    newer.configuration.securitySettings.colour = 'green';
    newer.configuration.credentialMasking.colour = 'green';
    newer.healthCheck.colour = 'green';
    newer.eventSubscriptions[0].colour = 'green';
    await expect(getAnswer(newer)).resolves.toMatchObject({ connectorId: ID });
  });

  it('refuses a shape that is not the contract and says where, not what', async () => {
    const broken = { ...JSON.parse(JSON.stringify(stored)), revision: 'canary-7' };
    const call = getAnswer(broken);
    await expect(call).rejects.toMatchObject({ code: 'RESPONSE_MALFORMED' });
    await expect(call).rejects.toThrow('/revision');
    await expect(call).rejects.not.toThrow('canary-7');
  });

  it('stops at a cursor that leads nowhere', async () => {
    await using server = await startScriptedServer((request, response) => {
      if (!answerToken(request, response)) answer(response, 200, { items: [], nextCursor: 'same' });
    });
    await using client = createTestClient(server.url);
    const drain = async () => {
      for await (const _ of client.connectors.list()) expect.unreachable();
    };
    await expect(drain()).rejects.toMatchObject({ code: 'RESPONSE_MALFORMED' });
  });
});

describe('addresses', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['..', '%2E%2E'],
    ['a?b#c', 'a%3Fb%23c'],
    ['ä', '%C3%A4'],
  ])('encodes the id %s', async (id, encoded) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await expect(client.connectors.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(engine.received.at(-1)?.path).toBe(`/api/v1/integrations/connectors/${encoded}`);
  });

  it('refuses an empty id before any request', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await expect(client.connectors.get('')).rejects.toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
    expect(engine.received).toEqual([]);
  });
});

describe('a lost answer', () => {
  const body = connectorBody('c1');

  /** Carries the first PUT or DELETE out and then breaks the connection. */
  async function startForgetfulEngine() {
    const engine = await FakeEngine.start();
    let lost = false;
    engine.fault = (request, response) => {
      if (lost || (request.method !== 'PUT' && request.method !== 'DELETE')) return false;
      lost = true;
      engine.carryOut(request);
      response.destroy();
      return true;
    };
    return engine;
  }

  it('of a create is found again, and made once', async () => {
    await using engine = await startForgetfulEngine();
    await using client = createTestClient(engine.url, { clock: createFastClock() });
    const stored = await client.connectors.put(body, { onlyIf: 'absent' });
    expect(stored.revision).toBe(1);
    expect(engine.changes).toEqual(['create c1']);
  });

  it('of a delete is not mistaken for a missing connector', async () => {
    await using engine = await startForgetfulEngine();
    engine.stored.set('c1', { body, revision: 3, status: 'HEALTHY' });
    await using client = createTestClient(engine.url, { clock: createFastClock() });
    await expect(client.connectors.delete('c1', { onlyIf: 3 })).resolves.toBeUndefined();
    expect(engine.changes).toEqual(['delete c1']);
  });

  it('stays a conflict when somebody else wrote meanwhile', async () => {
    await using engine = await FakeEngine.start();
    let lost = false;
    engine.fault = (request, response) => {
      if (lost || request.method !== 'PUT') return false;
      lost = true;
      engine.stored.set('c1', { body: connectorBody('c1', { name: 'Theirs' }), revision: 1, status: 'HEALTHY' });
      response.destroy();
      return true;
    };
    await using client = createTestClient(engine.url, { clock: createFastClock() });
    await expect(client.connectors.put(body, { onlyIf: 'absent' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      maybeCarriedOut: true,
    });
  });

  it('a 412 on the first attempt is a conflict without a look', async () => {
    await using engine = await FakeEngine.start();
    engine.stored.set('c1', { body, revision: 1, status: 'HEALTHY' });
    await using client = createTestClient(engine.url);
    await expect(client.connectors.put(body, { onlyIf: 'absent' })).rejects.toMatchObject({ status: 412 });
    expect(engine.received.filter(({ method }) => method === 'GET')).toEqual([]);
  });

  it('404 from something that is no engine stays an error', async () => {
    await using server = await startScriptedServer((request, response) => {
      if (!answerToken(request, response)) problem(response, 404, 'NOT_FOUND');
    });
    await using client = createTestClient(server.url);
    await expect(client.connectors.delete('c1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
