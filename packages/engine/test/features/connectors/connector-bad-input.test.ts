import type { ConnectorBody } from '@dipswitch/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { expectNoCanary } from '../../support/expect-no-canary.ts';
import { useSqliteState } from '../../support/state-databases.ts';
import { createBody, settle } from './connector-fixture.ts';
import { BASE, type HttpFixture, openHttpFixture } from './connector-http-fixture.ts';

const CANARY = 'c4nary-s3cret-7f3b';
const STRING_PATH = '/configuration/connectionString';
const TARGET = 'jdbc:postgresql://db.internal.net:5432/analytics_dw';

/** A valid body with members replaced, by their path. */
function bodyWith(changes: Readonly<Record<string, unknown>>): unknown {
  const body: unknown = structuredClone(createBody('db-1'));
  for (const [path, value] of Object.entries(changes)) replaceAt(body, path.slice(1).split('/'), value);
  return body;
}

function replaceAt(holder: unknown, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (typeof holder !== 'object' || holder === null) throw new TypeError(`there is nothing to hold ${name}`);
  if (rest.length === 0) Reflect.set(holder, name, value);
  else replaceAt(Reflect.get(holder, name), rest, value);
}

const connectionString = (text: string) => bodyWith({ [STRING_PATH]: text });
const SECURITY = '/configuration/securitySettings';
const POOL = '/configuration/poolSettings';

/** What the issue lists under "What bad input gets": name, body, and the code and path of one issue each. */
const REFUSED: ReadonlyArray<readonly [string, unknown, string, string]> = [
  ['an unknown type', bodyWith({ '/connectorType': `DATABASE_${CANARY}` }), 'UNKNOWN_CONNECTOR_TYPE', '/connectorType'],
  [
    'a port above the range',
    connectionString('jdbc:postgresql://h:65536/d?driverVersion=42.6.0'),
    'INVALID_PORT',
    STRING_PATH,
  ],
  ['a port of zero', connectionString('jdbc:postgresql://h:0/d?driverVersion=42.6.0'), 'INVALID_PORT', STRING_PATH],
  ['min above max', bodyWith({ [`${POOL}/minPoolSize`]: 16 }), 'POOL_MIN_ABOVE_MAX', `${POOL}/minPoolSize`],
  ['a pool over the limit', bodyWith({ [`${POOL}/maxPoolSize`]: 51 }), 'POOL_LIMIT_EXCEEDED', `${POOL}/maxPoolSize`],
  [
    'an unsupported driver version',
    connectionString(`${TARGET}?driverVersion=42.7.0`),
    'UNSUPPORTED_DRIVER_VERSION',
    STRING_PATH,
  ],
  [
    'parameterized queries off',
    bodyWith({ [`${SECURITY}/enableParameterizedQueries`]: false }),
    'PARAMETERIZED_QUERIES_REQUIRED',
    `${SECURITY}/enableParameterizedQueries`,
  ],
  [
    'a hostile property',
    connectionString(`${TARGET}?socketFactory=${CANARY}&driverVersion=42.6.0`),
    'FORBIDDEN_CONNECTION_PROPERTY',
    STRING_PATH,
  ],
  [
    'an unknown property',
    connectionString(`${TARGET}?driverVersion=42.6.0&whatIs=${CANARY}`),
    'UNKNOWN_CONNECTION_PROPERTY',
    STRING_PATH,
  ],
  [
    'a credential in the string',
    connectionString(`${TARGET}?driverVersion=42.6.0&password=${CANARY}`),
    'CREDENTIAL_IN_CONNECTION_STRING',
    STRING_PATH,
  ],
  [
    'a credential before the host',
    connectionString(`jdbc:postgresql://app:${CANARY}@db.internal.net:5432/d?driverVersion=42.6.0`),
    'CREDENTIAL_IN_CONNECTION_STRING',
    STRING_PATH,
  ],
  [
    'a credential in `credentials`',
    bodyWith({ '/configuration/credentials': { password: CANARY } }),
    'PLAINTEXT_CREDENTIAL',
    '/configuration/credentials/password',
  ],
  [
    'a credential in place of a reference',
    bodyWith({ '/configuration/credentialMasking/password': `${CANARY}!` }),
    'INVALID_SECRET_REFERENCE',
    '/configuration/credentialMasking/password',
  ],
  [
    'a webhook over http',
    bodyWith({ '/eventSubscriptions/0/webhookUrl': `http://hooks.example.com/${CANARY}` }),
    'WEBHOOK_NOT_HTTPS',
    '/eventSubscriptions/0/webhookUrl',
  ],
  [
    'a stacked health query',
    bodyWith({ '/healthCheck/query': `SELECT 1; SELECT '${CANARY}'` }),
    'HEALTH_QUERY_STACKED',
    '/healthCheck/query',
  ],
  [
    'a writing health query',
    bodyWith({ '/healthCheck/query': `DELETE FROM t WHERE a = '${CANARY}'` }),
    'HEALTH_QUERY_WRITES',
    '/healthCheck/query',
  ],
  ['another id than the URL', bodyWith({ '/connectorId': `db-${CANARY}` }), 'ID_MISMATCH', '/connectorId'],
  ['an unknown field', bodyWith({ '/configuration/extra': CANARY }), 'UNKNOWN_FIELD', '/configuration/extra'],
  ['no TLS beyond loopback', bodyWith({ [`${SECURITY}/sslMode`]: false }), 'TLS_REQUIRED', `${SECURITY}/sslMode`],
  [
    'an address of cloud metadata',
    connectionString('jdbc:postgresql://169.254.169.254:5432/d?driverVersion=42.6.0'),
    'ADDRESS_REFUSED',
    STRING_PATH,
  ],
  ['a list for a body', [CANARY], 'INVALID_TYPE', ''],
];

describe('bad input', () => {
  const state = useSqliteState();
  let fixture: HttpFixture;
  const open = async (): Promise<HttpFixture> => {
    fixture = await openHttpFixture(await state.createPlace());
    return fixture;
  };
  afterEach(() => fixture.close());

  /** Nothing of the canary is on any surface, in no spelling, and no connector exists. */
  async function expectNoTrace(answerText: string): Promise<void> {
    await settle();
    expectNoCanary(CANARY, {
      answer: answerText,
      audit: JSON.stringify(fixture.changes.entries),
      events: JSON.stringify(fixture.changes.events),
      log: JSON.stringify(fixture.logger.entries),
      state: await fixture.storedText(),
    });
    expect((await fixture.call('GET', BASE)).body.items).toEqual([]);
    expect(fixture.driver.pools).toEqual([]);
  }

  it.each(REFUSED)('%s is refused with code and path, stored and repeated nowhere', async (_name, body, code, path) => {
    await open();
    const put = await fixture.call('PUT', `${BASE}/db-1`, { body });
    const test = await fixture.call('POST', `${BASE}/db-1/test`, { body });
    for (const refused of [put, test]) {
      expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect(refused.headers['content-type']).toContain('application/problem+json');
      expect(refused.body.issues).toContainEqual({ code, path, message: expect.any(String) });
    }
    expect(fixture.changes.entries).toMatchObject([
      { eventType: 'CONNECTOR_PUT', status: 'FAILED', details: { code: 'VALIDATION_FAILED' } },
      { eventType: 'CONNECTOR_TEST', status: 'FAILED', details: { code: 'VALIDATION_FAILED' } },
    ]);
    const validated = await fixture.call('POST', `${BASE}/db-1/validate`, { body });
    expect(validated).toMatchObject({ status: 200, body: { valid: false } });
    expect(validated.body.findings).toContainEqual({ code, path, severity: 'error', message: expect.any(String) });
    await expectNoTrace(put.text + test.text + validated.text);
  });

  it('answers with the names that a caller made up, and keeps none of them in the trail', async () => {
    await open();
    const refused = await fixture.call('PUT', `${BASE}/db-1`, {
      body: bodyWith({
        [`/configuration/${CANARY}`]: true,
        '/configuration/credentials': { [CANARY]: 'x', password: 'x' },
        '/labels': { [`${CANARY} ${CANARY}`]: 'x' },
      }),
    });
    expect(refused.body.issues).toContainEqual(expect.objectContaining({ path: `/configuration/${CANARY}` }));
    const kept = JSON.stringify(fixture.changes.entries);
    expect(kept).not.toContain(CANARY);
    for (const path of ['/configuration/*', '/configuration/credentials/*', '/labels/*']) expect(kept).toContain(path);
    expect(kept).toContain('/configuration/credentials/password');
  });

  it('tells all problems at once', async () => {
    await open();
    const refused = await fixture.call('PUT', `${BASE}/another`, {
      body: bodyWith({
        '/configuration/credentials': { password: CANARY },
        '/configuration/extra': true,
        [STRING_PATH]: `${TARGET}?driverVersion=1.0.0&socketFactory=${CANARY}`,
        [`${POOL}/minPoolSize`]: 60,
        [`${POOL}/maxPoolSize`]: 51,
        [`${SECURITY}/enableParameterizedQueries`]: false,
        '/healthCheck/query': 'SELECT 1; DROP TABLE t',
        '/healthCheck/timeoutSeconds': 60,
        '/eventSubscriptions/0/webhookUrl': 'http://hooks.example.com/',
      }),
    });
    const codes = new Set(refused.body.issues.map(({ code }: { code: string }) => code));
    for (const code of [
      'ID_MISMATCH',
      'PLAINTEXT_CREDENTIAL',
      'UNKNOWN_FIELD',
      'UNSUPPORTED_DRIVER_VERSION',
      'FORBIDDEN_CONNECTION_PROPERTY',
      'POOL_MIN_ABOVE_MAX',
      'POOL_LIMIT_EXCEEDED',
      'PARAMETERIZED_QUERIES_REQUIRED',
      'HEALTH_QUERY_STACKED',
      'HEALTH_TIMEOUT_NOT_BELOW_INTERVAL',
      'WEBHOOK_NOT_HTTPS',
    ]) {
      expect(codes, `${code} is told`).toContain(code);
    }
    await expectNoTrace(refused.text);
  });

  it('a body that is not JSON is 400 with its own code and path', async () => {
    await open();
    const refused = await fixture.call('PUT', `${BASE}/db-1`, { body: `{"connectorId": "${CANARY}", ` });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'INVALID_JSON', issues: [{ code: 'INVALID_JSON', path: '' }] },
    });
    await expectNoTrace(refused.text);
  });

  it('a body over 256 KiB is not read to its end', async () => {
    await open();
    const refused = await fixture.call('PUT', `${BASE}/db-1`, {
      body: JSON.stringify({ description: CANARY.repeat(20_000) }),
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'BODY_TOO_LARGE' } });
    await expectNoTrace(refused.text);
  });

  it('no body at all, null and a number are refused like any other document', async () => {
    await open();
    for (const body of [undefined, 'null', '7', '"text"']) {
      const refused = await fixture.call('PUT', `${BASE}/db-1`, body === undefined ? {} : { body });
      expect(refused, `the body ${body}`).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    }
    await expectNoTrace('');
  });

  it('a refused replacement leaves what is stored as it was', async () => {
    await open();
    const body: ConnectorBody = createBody('db-1');
    await fixture.call('PUT', `${BASE}/db-1`, { body });
    const refused = await fixture.call('PUT', `${BASE}/db-1`, { body: bodyWith({ [`${POOL}/maxPoolSize`]: 51 }) });
    expect(refused.status).toBe(400);
    const { revision, configuration } = (await fixture.call('GET', `${BASE}/db-1`)).body;
    expect(revision).toBe(1);
    expect(configuration).toEqual(body.configuration);
  });

  it('the search for the canary finds one that is there', async () => {
    await open();
    fixture.logger.info({ leaked: CANARY }, 'a leak');
    await expect(expectNoTrace('')).rejects.toThrow('log holds the canary');
    fixture.logger.entries.length = 0;
    await fixture.call('PUT', `${BASE}/db-1`, { body: bodyWith({ '/description': CANARY }) });
    await expect(expectNoTrace('')).rejects.toThrow('state holds the canary');
  });
});
