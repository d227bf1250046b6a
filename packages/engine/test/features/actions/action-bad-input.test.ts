import { afterEach, describe, expect, it } from 'vitest';
import { expectNoCanary } from '../../support/expect-no-canary.ts';
import { useSqliteState } from '../../support/state-databases.ts';
import { settle } from '../connectors/connector-fixture.ts';
import { createActionBody } from './action-fixture.ts';
import { type ActionFixture, BASE, openActionFixture } from './action-http-fixture.ts';

const CANARY = 'c4nary-v4lue-91ce';
const ONE = `${BASE}/customer-by-ani`;
const NAME = { type: 'string', maxLength: 20 };
const AND_ANI = 'and phone = :ani';

const body = (changes: Readonly<Record<string, unknown>>): unknown => ({ ...createActionBody(), ...changes });
const statement = (text: string, changes: Readonly<Record<string, unknown>> = {}) =>
  body({ statement: text, ...changes });

/** What is wrong, the body, and the code and path of one issue each. */
const REFUSED: ReadonlyArray<readonly [string, unknown, string, string]> = [
  ['another id than the URL', body({ actionId: CANARY }), 'ID_MISMATCH', '/actionId'],
  ['a connector that is not there', body({ connectorId: CANARY }), 'UNKNOWN_CONNECTOR', '/connectorId'],
  ['an id that is none', body({ connectorId: `/${CANARY}` }), 'INVALID_ID', '/connectorId'],
  ['no statement', body({ statement: undefined }), 'REQUIRED', '/statement'],
  ['an empty statement', statement(''), 'INVALID_FORMAT', '/statement'],
  ['two statements', statement(`select '${CANARY}' ${AND_ANI}; drop table t`), 'STATEMENT_STACKED', '/statement'],
  ['an open quote', statement(`select '${CANARY} ${AND_ANI}`), 'STATEMENT_UNREADABLE', '/statement'],
  [
    'a write with access read',
    statement(`delete from t where a = '${CANARY}' ${AND_ANI}`),
    'STATEMENT_WRITES',
    '/statement',
  ],
  ['an unknown access', body({ access: CANARY }), 'INVALID_FORMAT', '/access'],
  [
    'a parameter that is not declared',
    statement(`select 1 where a = :other ${AND_ANI}`),
    'PARAMETER_NOT_DECLARED',
    '/statement',
  ],
  [
    'an input that is not used',
    body({ input: { type: 'object', properties: { ani: NAME, other: { ...NAME, description: CANARY } } } }),
    'INPUT_NOT_USED',
    '/input/properties/other',
  ],
  [
    'a nested input',
    body({ input: { type: 'object', properties: { ani: { type: 'object', title: CANARY } } } }),
    'UNSUPPORTED_SCHEMA',
    '/input/properties/ani/type',
  ],
  [
    'an output without a bound',
    body({
      output: { type: 'object', properties: { id: { type: 'string', description: CANARY } } },
      fallback: undefined,
    }),
    'OUTPUT_UNBOUNDED',
    '/output/properties/id',
  ],
  ['an output over maxBytes', body({ limits: { maxRows: 1000 }, description: CANARY }), 'OUTPUT_TOO_LARGE', '/output'],
  [
    'an output with a reserved name',
    body({ output: { type: 'object', properties: { outcome: { ...NAME, default: CANARY } } }, fallback: undefined }),
    'RESERVED_NAME',
    '/output/properties/outcome',
  ],
  ['a fallback of a wrong type', body({ fallback: { balance: CANARY } }), 'FALLBACK_MISMATCH', '/fallback/balance'],
  [
    'a fallback that is not in the output',
    body({ fallback: { other: CANARY } }),
    'FALLBACK_MISMATCH',
    '/fallback/other',
  ],
  [
    'a deadline of nothing',
    body({ limits: { deadlineMs: 0 }, description: CANARY }),
    'OUT_OF_RANGE',
    '/limits/deadlineMs',
  ],
  ['a limit that is a text', body({ limits: { maxRows: CANARY } }), 'INVALID_TYPE', '/limits/maxRows'],
  [
    'a cached write',
    body({ access: 'write', cache: { ttlSeconds: 5 }, name: CANARY }),
    'CACHE_OF_WRITE',
    '/cache/ttlSeconds',
  ],
  ['an unknown member', body({ extra: CANARY }), 'UNKNOWN_FIELD', '/extra'],
  ['a name with a line end', body({ name: `${CANARY}\n` }), 'INVALID_FORMAT', '/name'],
  ['a statement that is too long', statement(`select '${CANARY.repeat(5_000)}' ${AND_ANI}`), 'TOO_LONG', '/statement'],
  ['a list for a body', [CANARY], 'INVALID_TYPE', ''],
];

describe('bad input to data actions', () => {
  const state = useSqliteState();
  let fixture: ActionFixture;
  const open = async (): Promise<ActionFixture> => {
    fixture = await openActionFixture(await state.createPlace());
    await fixture.connector();
    return fixture;
  };
  afterEach(() => fixture.close());

  /** Nothing of the canary is on any surface, in no spelling, and no data action exists. */
  async function expectNoTrace(answerText: string): Promise<void> {
    await settle();
    expectNoCanary(CANARY, {
      answer: answerText,
      audit: JSON.stringify(fixture.changes.entries),
      events: JSON.stringify(fixture.changes.events),
      log: JSON.stringify(fixture.logger.entries),
      state: await fixture.storedText(),
      database: JSON.stringify(fixture.driver.described),
    });
    expect((await fixture.call('GET', BASE)).body.items).toEqual([]);
  }

  it.each(REFUSED)('%s is refused with code and path, stored and repeated nowhere', async (_name, sent, code, path) => {
    await open();
    const put = await fixture.call('PUT', ONE, { body: sent });
    expect(put).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(put.headers['content-type']).toContain('application/problem+json');
    expect(put.body.issues).toContainEqual({ code, path, message: expect.any(String) });
    expect(fixture.changes.entries).toMatchObject([
      {
        ...{ eventType: 'ACTION_PUT', actionId: 'customer-by-ani', status: 'FAILED' },
        details: { code: 'VALIDATION_FAILED', issues: expect.arrayContaining([{ code, path: expect.any(String) }]) },
      },
    ]);
    const validated = await fixture.call('POST', `${ONE}/validate`, { body: sent });
    expect(validated).toMatchObject({ status: 200, body: { valid: false } });
    expect(validated.body.findings).toContainEqual({ code, path, severity: 'error', message: expect.any(String) });
    await expectNoTrace(put.text + validated.text);
  });

  it('answers with the names that a caller made up, and keeps none of them in the trail', async () => {
    await open();
    const made = 'caller_made_this_up';
    const refused = await fixture.call('PUT', ONE, {
      body: body({
        [made]: true,
        labels: { [`${made} !`]: 'x' },
        input: { type: 'object', properties: { ani: NAME, [made]: { type: 'string', [made]: 1 } }, [made]: 1 },
        output: { type: 'object', properties: { [made]: { type: 'string' } } },
        fallback: { [`${made}_too`]: 'x' },
      }),
    });
    expect(refused.body.issues).toContainEqual(expect.objectContaining({ path: `/input/properties/${made}` }));
    const kept = JSON.stringify(fixture.changes.entries);
    expect(kept).not.toContain(made);
    for (const path of ['/*', '/labels/*', '/input/properties/*', '/output/properties/*', '/fallback/*', '/input/*']) {
      expect(kept).toContain(`"${path}"`);
    }
  });

  it('tells all problems at once', async () => {
    await open();
    const refused = await fixture.call('PUT', ONE, {
      body: body({
        actionId: 'other',
        connectorId: 'db-none',
        extra: 1,
        input: { type: 'object', properties: { ani: { type: 'text' } } },
        output: { type: 'object', properties: { id: { type: 'string' } } },
        limits: { deadlineMs: -1 },
        fallback: { nothing: 1 },
      }),
    });
    const codes = new Set(refused.body.issues.map(({ code }: { code: string }) => code));
    for (const code of [
      'ID_MISMATCH',
      'UNKNOWN_CONNECTOR',
      'UNKNOWN_FIELD',
      'UNSUPPORTED_SCHEMA',
      'OUTPUT_UNBOUNDED',
      'OUT_OF_RANGE',
      'FALLBACK_MISMATCH',
    ]) {
      expect(codes, `${code} is told`).toContain(code);
    }
  });

  it('a body that is not JSON, none at all, null and a number are refused like any other document', async () => {
    await open();
    const broken = await fixture.call('PUT', ONE, { body: `{"actionId": "${CANARY}", ` });
    expect(broken.body).toMatchObject({ status: 400, code: 'INVALID_JSON', issues: [{ path: '' }] });
    for (const sent of [undefined, 'null', '7', '"text"']) {
      const refused = await fixture.call('PUT', ONE, sent === undefined ? {} : { body: sent });
      expect(refused, `the body ${sent}`).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    }
    const large = await fixture.call('PUT', ONE, { body: JSON.stringify({ description: CANARY.repeat(20_000) }) });
    expect(large.body).toMatchObject({ status: 400, code: 'BODY_TOO_LARGE' });
    await expectNoTrace(broken.text + large.text);
  });

  it('an id of the URL that is none is not kept in the trail', async () => {
    await open();
    for (const [method, path] of [
      ['PUT', ''],
      ['POST', '/publish'],
      ['POST', '/rollback'],
      ['DELETE', ''],
    ] as const) {
      const answer = await fixture.call(
        method,
        `${BASE}/${CANARY}%20x${path}`,
        method === 'PUT' ? { body: body({}) } : {},
      );
      expect([400, 404]).toContain(answer.status);
    }
    expect(fixture.changes.entries).toHaveLength(4);
    await expectNoTrace('');
  });

  it('a refused version leaves what is stored and what runs as it was', async () => {
    const { catalogue } = await open();
    await fixture.call('PUT', ONE, { body: body({}) });
    await fixture.call('POST', `${ONE}/publish`);
    const refused = await fixture.call('PUT', ONE, { body: body({ limits: { maxRows: 0 } }) });
    expect(refused.status).toBe(400);
    expect((await fixture.call('GET', ONE)).body).toMatchObject({ version: 1, publishedVersion: 1, revision: 2 });
    expect(await catalogue.published('acme', 'customer-by-ani')).toMatchObject({ version: 1 });
  });

  it('the search for the canary finds one that is there', async () => {
    await open();
    await fixture.call('PUT', ONE, { body: body({ description: CANARY }) });
    await expect(expectNoTrace('')).rejects.toThrow('state holds the canary');
  });
});
