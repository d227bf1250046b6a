import { Webhook } from 'standardwebhooks';
import { afterEach, expect, it } from 'vitest';
import { EventDispatcher, type EventDispatcherOptions } from '../../../src/features/events/event-dispatcher.ts';
import { WebhookTransport } from '../../../src/features/events/webhook-transport.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { describeOnBothStates } from '../../support/state-databases.ts';
import { connectLoopback, type LoopbackReceiver, type Received, until, useReceivers } from './loopback-receiver.ts';
import { OutboxFixture } from './outbox-fixture.ts';

const receivers = useReceivers();
const dispatchers: EventDispatcher[] = [];
afterEach(async () => {
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.close(0);
});

function create(fixture: OutboxFixture, options: Partial<EventDispatcherOptions> = {}): EventDispatcher {
  const { clock, deliveries, endpoints, state } = fixture;
  const dispatcher = new EventDispatcher({
    deliveries,
    endpoints,
    queries: state.queries,
    transport: new WebhookTransport({ connect: connectLoopback, clock }),
    engineId: 'engine-1',
    clock,
    logger: silentLogger,
    random: () => 0,
    ...options,
  });
  dispatchers.push(dispatcher);
  return dispatcher;
}

async function statesOf(fixture: OutboxFixture): Promise<string[]> {
  return (await fixture.listDeliveries()).map((row) => row.state);
}

/** Waits until what the delivery has become is stored. */
const untilSettled = (fixture: OutboxFixture, attempts: number) =>
  until(async () => {
    const [row] = await fixture.listDeliveries();
    return row !== undefined && row.attempts === attempts && row.lease_owner === null;
  });

/** Moves the clock on while nothing is on its way, until another request has come in. */
async function advanceUntilReceived(
  fixture: OutboxFixture,
  dispatcher: EventDispatcher,
  receiver: LoopbackReceiver,
  count: number,
): Promise<void> {
  await until(() => {
    if (receiver.received.length >= count) return true;
    if (dispatcher.statistics().inFlight === 0) fixture.clock.advance(250);
    return false;
  });
}

function verify(received: Received, secret: string): unknown {
  const headers = Object.fromEntries(Object.entries(received.headers).map(([name, value]) => [name, String(value)]));
  return new Webhook(secret).verify(received.body, headers);
}

describeOnBothStates('event dispatcher', (states) => {
  it('sends what is emitted at once, signed as Standard Webhooks', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    const dispatcher = create(fixture);
    await dispatcher.start();
    dispatcher.wake([await fixture.emit([receiver.url])]);
    await untilSettled(fixture, 1);
    const [received] = receiver.received;
    const [secret = ''] = await fixture.secretsOf(receiver.url);
    expect(verify(received!, secret)).toMatchObject({ action: 'CONFIG_UPDATED', connectorId: 'db-1' });
    const [row] = await fixture.listDeliveries();
    expect(row).toMatchObject({ state: 'delivered', attempts: 1, last_status: 204 });
    expect(received?.headers).toMatchObject({ 'webhook-id': row?.event_id, 'content-type': 'application/json' });
    expect(received?.body).toBe(row?.body);
    expect(dispatcher.statistics()).toEqual({ inFlight: 0, delivered: 1, failedAttempts: 0, dead: 0 });
  });

  it('finds at start what was committed before a crash', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    await fixture.emit([receiver.url]);
    const now = fixture.clock.now();
    await fixture.deliveries.claim(
      { tenant: 'default', webhookUrl: receiver.url },
      { limit: 1, leaseOwner: 'engine-1/earlier process', now, leaseUntil: now + 60_000 },
    );
    await create(fixture).start();
    await untilSettled(fixture, 2);
    expect(await statesOf(fixture)).toEqual(['delivered']);
  });

  it('takes over what another engine left, under the same id, when its lease has ended', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    await fixture.emit([receiver.url]);
    const now = fixture.clock.now();
    const [theirs] = await fixture.deliveries.claim(
      { tenant: 'default', webhookUrl: receiver.url },
      { limit: 1, leaseOwner: 'engine-2/x', now, leaseUntil: now + 60_000 },
    );
    const dispatcher = create(fixture);
    await dispatcher.start();
    await advanceUntilReceived(fixture, dispatcher, receiver, 1);
    expect(fixture.clock.now()).toBeGreaterThanOrEqual(now + 60_000);
    expect(receiver.received[0]?.headers['webhook-id']).toBe(theirs?.eventId);
    await untilSettled(fixture, 2);
    expect(await fixture.deliveries.settle(theirs!, { state: 'delivered', status: 200 }, now)).toBe(false);
  });

  it('follows the schedule with one id and a new timestamp and signature each time, then the delivery is dead', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.writeHead(500).end();
    const dispatcher = create(fixture);
    await dispatcher.start();
    dispatcher.wake([await fixture.emit([receiver.url])]);
    await untilSettled(fixture, 1);
    const hour = 3_600_000;
    const delays = [5_000, 300_000, 1_800_000, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
    for (const [index, delay] of delays.entries()) {
      const [row] = await fixture.listDeliveries();
      expect(row?.next_attempt_at).toBe(fixture.clock.now() + delay);
      // The rest of the wait in one jump, so that only what is due at the end can be sent.
      fixture.clock.advance(delay - 1);
      await until(() => dispatcher.statistics().inFlight === 0);
      expect(receiver.received).toHaveLength(index + 1);
      await until(async () => {
        fixture.clock.advance(1);
        return receiver.received.length === index + 2;
      });
      await untilSettled(fixture, index + 2);
    }
    const [row] = await fixture.listDeliveries();
    expect(row).toMatchObject({ state: 'dead', attempts: 10, last_status: 500, last_error: 'HTTP_500' });
    const headers = receiver.received.map((received) => received.headers);
    expect(new Set(headers.map((each) => each['webhook-id']))).toEqual(new Set([row?.event_id]));
    expect(new Set(headers.map((each) => each['webhook-timestamp'])).size).toBe(10);
    expect(new Set(headers.map((each) => each['webhook-signature'])).size).toBe(10);
    expect(new Set(receiver.received.map((received) => received.body)).size).toBe(1);
    expect(dispatcher.statistics()).toMatchObject({ failedAttempts: 10, dead: 1 });
  });

  it('waits as long as Retry-After says', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '120' }).end();
    const dispatcher = create(fixture);
    await dispatcher.start();
    dispatcher.wake([await fixture.emit([receiver.url])]);
    await untilSettled(fixture, 1);
    const [row] = await fixture.listDeliveries();
    expect(row?.next_attempt_at).toBe(fixture.clock.now() + 120_000);
  });

  it('disables an endpoint that answers 410', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.writeHead(410).end();
    const dispatcher = create(fixture);
    await dispatcher.start();
    dispatcher.wake([await fixture.emit([receiver.url])]);
    await untilSettled(fixture, 1);
    dispatcher.wake([await fixture.emit([receiver.url])]);
    await until(() => dispatcher.statistics().inFlight === 0);
    expect(await statesOf(fixture)).toEqual(['dead', 'dead']);
    expect(receiver.received).toHaveLength(1);
  });

  it('signs with the old and the new secret while a rotation overlaps, the backlog too', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    const key = { tenant: 'default', webhookUrl: receiver.url };
    await fixture.emit([receiver.url]);
    const [old = ''] = await fixture.secretsOf(receiver.url);
    const fresh = fixture.endpoints.createSecret();
    await fixture.state.transaction(async (transaction) => {
      const present = (await fixture.endpoints.readSecrets(transaction, key)) ?? [];
      const ending = present.map((secret) => ({ ...secret, expiresAt: fixture.clock.now() + 1_000 }));
      await fixture.endpoints.writeSecrets(transaction, key, [fresh, ...ending]);
    });
    const dispatcher = create(fixture);
    await dispatcher.start();
    await untilSettled(fixture, 1);
    const [first] = receiver.received;
    expect(String(first?.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(() => verify(first!, old)).not.toThrow();
    expect(() => verify(first!, fresh.secret)).not.toThrow();
    fixture.clock.advance(1_000);
    dispatcher.wake([await fixture.emit([receiver.url], 'db-2')]);
    await until(() => receiver.received.length === 2);
    expect(() => verify(receiver.received[1]!, fresh.secret)).not.toThrow();
    expect(() => verify(receiver.received[1]!, old)).toThrow();
  });

  it('delivers to the others while one endpoint answers nothing', async () => {
    const fixture = new OutboxFixture(await states.open());
    const [poison, healthy] = [await receivers.start(), await receivers.start()];
    poison.answer = () => {};
    for (let index = 0; index < 12; index += 1) await fixture.emit([poison.url], `poison-${index}`);
    for (let index = 0; index < 12; index += 1) await fixture.emit([healthy.url], `db-${index}`);
    await create(fixture).start();
    await until(() => healthy.received.length === 12);
    expect(poison.received).toHaveLength(4);
    const byConnector = healthy.received.map((received) => JSON.parse(received.body).connectorId);
    expect(new Set(byConnector).size).toBe(12);
  });

  it('delivers each event once when several engines share the database', async () => {
    const place = await states.createPlace();
    const fixture = new OutboxFixture(await place.open());
    const receiver = await receivers.start();
    const engines = ['engine-1', 'engine-2', 'engine-3'].map((engineId) => create(fixture, { engineId }));
    for (const engine of engines) await engine.start();
    const events = [];
    for (let index = 0; index < 30; index += 1) events.push(await fixture.emit([receiver.url], `db-${index}`));
    for (const engine of engines) engine.wake(events);
    await until(async () => (await statesOf(fixture)).every((state) => state === 'delivered'));
    const ids = receiver.received.map((received) => received.headers['webhook-id']);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
  });

  it('lets attempts in flight end at close, and releases what does not, unattempted', async () => {
    const fixture = new OutboxFixture(await states.open());
    const [slow, silent] = [await receivers.start(), await receivers.start()];
    let release = () => {};
    slow.answer = (response) => {
      release = () => void response.writeHead(200).end();
    };
    silent.answer = () => {};
    const dispatcher = create(fixture);
    await dispatcher.start();
    dispatcher.wake([await fixture.emit([slow.url, silent.url])]);
    await until(() => slow.received.length === 1 && silent.received.length === 1);
    const closed = dispatcher.close(5_000);
    release();
    await until(() => dispatcher.statistics().inFlight === 1);
    fixture.clock.advance(5_000);
    await closed;
    const rows = await fixture.listDeliveries();
    const rowOf = (url: string) => rows.find((row) => row.webhook_url === url);
    expect(rowOf(slow.url)).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(rowOf(silent.url)).toMatchObject({ state: 'pending', attempts: 0, lease_owner: null });
    expect(fixture.clock.pendingTimers).toBe(0);
  });

  it('does not send unsigned when the secret cannot be opened', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    await fixture.emit([receiver.url]);
    await fixture.state.transaction(async (transaction) => {
      await transaction.updateTable('webhook_endpoints').set({ secrets_sealed: 'v1.broken' }).execute();
    });
    await create(fixture).start();
    await untilSettled(fixture, 1);
    expect(await fixture.listDeliveries()).toMatchObject([{ state: 'pending', last_error: 'UNSIGNABLE' }]);
    expect(receiver.received).toEqual([]);
  });

  it('goes on when the database was away for a while', async () => {
    const fixture = new OutboxFixture(await states.open());
    const receiver = await receivers.start();
    const working = fixture.deliveries;
    let isAway = true;
    const deliveries = new Proxy(working, {
      get(target, name: keyof typeof working) {
        if (isAway && (name === 'claim' || name === 'listDueEndpoints')) return () => Promise.reject(new Error('away'));
        return target[name].bind(target);
      },
    });
    const dispatcher = create(fixture, { deliveries });
    await dispatcher.start();
    dispatcher.wake([await fixture.emit([receiver.url])]);
    await until(() => fixture.clock.pendingTimers === 2);
    expect(receiver.received).toEqual([]);
    isAway = false;
    await advanceUntilReceived(fixture, dispatcher, receiver, 1);
    expect(receiver.received).toHaveLength(1);
  });
});
