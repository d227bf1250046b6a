import { type WireExchangeName, wireExchange } from '@dipswitch/contract/fixtures';
import { afterEach, describe, expect, it } from 'vitest';
import { useSqliteState } from '../../support/state-databases.ts';
import { toComparable } from '../../support/to-comparable.ts';
import { type ActionFixture, BASE, CONNECTORS, openActionFixture } from './action-http-fixture.ts';

/** Members that are another each time: their presence and type are compared, not their value. */
const VOLATILE: ReadonlySet<string> = new Set(['requestId']);
const ONE = `${BASE}/customer-by-ani`;
/** The exchanges tell of what happens at 09:00, 09:04, 09:08 and so on. */
const STEP_MS = 240_000;

describe('the wire exchanges of data actions', () => {
  const state = useSqliteState();
  let fixture: ActionFixture;
  afterEach(() => fixture.close());

  /** The connector of the exchanges is stored and has no pool: no database is asked. */
  async function open(): Promise<void> {
    fixture = await openActionFixture(await state.createPlace());
    fixture.held.isHeld = true;
    await send('connector-created');
  }

  async function send(name: WireExchangeName) {
    const { method, path, headers, body } = wireExchange(name).request;
    if (method !== 'GET' && method !== 'PUT' && method !== 'POST' && method !== 'DELETE') throw new TypeError(method);
    const { authorization: _token, ...others } = headers;
    return fixture.call(method, path, { headers: others, ...(body === null ? {} : { body }) });
  }

  const store = () => send('action-stored');
  const publish = () => fixture.call('POST', `${ONE}/publish`);
  /** Stores and publishes version 1, then the version that replaces it, four minutes apart. */
  async function publishTwice(): Promise<void> {
    await store();
    await publish();
    for (const name of ['action-replaced', 'action-published'] as const) {
      fixture.clock.jumpWall(STEP_MS);
      expect((await send(name)).status).toBe(200);
    }
  }

  async function expectAnswer(name: WireExchangeName): Promise<void> {
    const { response } = wireExchange(name);
    const answer = await send(name);
    expect(answer.status).toBe(response.status);
    expect(toComparable(answer.body, VOLATILE)).toEqual(toComparable(response.body, VOLATILE));
    for (const header of Object.keys(response.headers)) expect(answer.headers, header).toHaveProperty(header);
    for (const header of ['content-type', 'etag', 'ratelimit-policy'] as const) {
      expect(answer.headers[header], header).toBe(response.headers[header]);
    }
  }

  it.each([
    'action-stored',
    'action-refused',
    'action-unknown-connector',
    'action-not-found',
    'action-validated',
  ] as const)('%s', async (name) => {
    await open();
    await expectAnswer(name);
  });

  it.each([
    'action-last-page',
    'action-already-exists',
    'action-precondition-failed',
    'action-unknown-version',
    'action-not-published',
    'action-never-published',
  ] as const)('%s, of a draft', async (name) => {
    await open();
    await store();
    await expectAnswer(name);
  });

  it.each(['action-unchanged', 'action-still-published', 'action-deleted'] as const)(
    '%s, of a published action',
    async (name) => {
      await open();
      await store();
      await publish();
      await expectAnswer(name);
    },
  );

  it('action-replaced and action-published', async () => {
    await open();
    await store();
    await publish();
    for (const name of ['action-replaced', 'action-published'] as const) {
      fixture.clock.jumpWall(STEP_MS);
      await expectAnswer(name);
    }
  });

  it('action-read and action-rolled-back', async () => {
    await open();
    await publishTwice();
    await expectAnswer('action-read');
    fixture.clock.jumpWall(STEP_MS);
    await expectAnswer('action-rolled-back');
  });

  it('action-page', async () => {
    await open();
    await store();
    const body = { ...Object(wireExchange('action-stored').request.body), actionId: 'order-by-id' };
    expect((await fixture.call('PUT', `${BASE}/order-by-id`, { body })).status).toBe(200);
    await expectAnswer('action-page');
  });

  it('action-id-taken', async () => {
    await open();
    const connector = { ...Object(wireExchange('connector-created').request.body), connectorId: 'db-other' };
    await fixture.call('PUT', `${CONNECTORS}/db-other`, { as: 'other', body: connector });
    const body = { ...Object(wireExchange('action-stored').request.body), connectorId: 'db-other' };
    expect((await fixture.call('PUT', ONE, { as: 'other', body })).status).toBe(200);
    await expectAnswer('action-id-taken');
  });
});
