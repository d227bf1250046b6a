import { expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../../src/features/events/delivery-store.ts';
import { DeliveryStore } from '../../../src/features/events/delivery-store.ts';
import type { DeliveryVerdict } from '../../../src/features/events/delivery-verdict.ts';
import { describeOnBothStates } from '../../support/state-databases.ts';
import { OutboxFixture } from './outbox-fixture.ts';

const URL_A = 'https://a.example/hook';
const URL_B = 'https://b.example/hook';
const DAY = 24 * 3_600_000;
const delivered: DeliveryVerdict = { state: 'delivered', status: 200 };
const again: DeliveryVerdict = { state: 'pending', status: 500, error: 'HTTP_500', delayMs: 5_000 };
const dead: DeliveryVerdict = { state: 'dead', status: 500, error: 'HTTP_500', isGone: false };
const gone: DeliveryVerdict = { state: 'dead', status: 410, error: 'ENDPOINT_GONE', isGone: true };

function claim(fixture: OutboxFixture, webhookUrl: string, leaseOwner: string, limit = 10) {
  const now = fixture.clock.now();
  return fixture.deliveries.claim(
    { tenant: 'default', webhookUrl },
    { limit, leaseOwner, now, leaseUntil: now + 60_000 },
  );
}

async function claimOne(
  fixture: OutboxFixture,
  webhookUrl = URL_A,
  leaseOwner = 'engine-1/x',
): Promise<ClaimedDelivery> {
  const [delivery] = await claim(fixture, webhookUrl, leaseOwner, 1);
  if (delivery === undefined) throw new Error('nothing to claim');
  return delivery;
}

describeOnBothStates('delivery store', (states) => {
  it('stores one event and a delivery for each address', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A, URL_B, URL_A]);
    const rows = await fixture.listDeliveries();
    expect(rows.map((row) => row.webhook_url)).toEqual([URL_A, URL_B]);
    expect(new Set(rows.map((row) => row.event_id)).size).toBe(1);
    expect(rows[0]?.event_id).toMatch(/^evt_[0-9a-f-]{36}$/);
  });

  it('stores nothing when nobody subscribed', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([]);
    expect(await fixture.state.queries.selectFrom('events').select('event_id').execute()).toEqual([]);
  });

  it('gives the events of a connector growing timestamps, also when the clock is set back', async () => {
    const fixture = new OutboxFixture(await states.open());
    const startedAt = fixture.clock.now();
    await fixture.emit([URL_A], 'db-1');
    await fixture.emit([URL_A], 'db-1');
    fixture.clock.jumpWall(-2 * 3_600_000);
    await fixture.emit([URL_A], 'db-1');
    await fixture.emit([URL_A], 'db-2');
    const bodies = (await fixture.listDeliveries()).map((row) => JSON.parse(row.body));
    const stamps = bodies.filter((body) => body.connectorId === 'db-1').map((body) => Date.parse(body.timestamp));
    expect(stamps).toEqual([startedAt, startedAt + 1, startedAt + 2]);
    expect(Date.parse(bodies.find((body) => body.connectorId === 'db-2').timestamp)).toBe(fixture.clock.now());
    expect(await claim(fixture, URL_A, 'engine-1/x')).toHaveLength(4);
  });

  it('lets each of two engines claim what the other has not', async () => {
    const place = await states.createPlace();
    const first = new OutboxFixture(await place.open());
    const second = new DeliveryStore(await place.open());
    for (let index = 0; index < 20; index += 1) await first.emit([URL_A], `db-${index}`);
    const now = first.clock.now();
    const claims = await Promise.all(
      [first.deliveries, second, first.deliveries, second].map((store, index) =>
        store.claim(
          { tenant: 'default', webhookUrl: URL_A },
          { limit: 7, leaseOwner: `engine-${index}/x`, now, leaseUntil: now + 60_000 },
        ),
      ),
    );
    const ids = claims.flat().map((delivery) => delivery.deliveryId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(20);
  });

  it('claims the oldest first and counts the attempt', async () => {
    const fixture = new OutboxFixture(await states.open());
    for (const connectorId of ['db-1', 'db-2', 'db-3']) {
      await fixture.emit([URL_A], connectorId);
      fixture.clock.advance(10);
    }
    const claimed = await claim(fixture, URL_A, 'engine-1/x', 2);
    expect(claimed.map((delivery) => JSON.parse(delivery.body).connectorId)).toEqual(['db-1', 'db-2']);
    expect(claimed.map((delivery) => delivery.attempts)).toEqual([1, 1]);
  });

  it('gives a delivery to another engine when the lease has ended, and refuses what the first settles then', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A]);
    const slow = await claimOne(fixture, URL_A, 'engine-1/x');
    expect(await claim(fixture, URL_A, 'engine-2/x')).toEqual([]);
    fixture.clock.advance(60_000);
    const taken = await claimOne(fixture, URL_A, 'engine-2/x');
    expect(taken).toMatchObject({ deliveryId: slow.deliveryId, eventId: slow.eventId, attempts: 2 });
    expect(await fixture.deliveries.settle(slow, dead, fixture.clock.now())).toBe(false);
    expect(await fixture.deliveries.settle(taken, delivered, fixture.clock.now())).toBe(true);
    expect(await fixture.deliveries.settle(taken, dead, fixture.clock.now())).toBe(false);
    expect(await fixture.listDeliveries()).toMatchObject([{ state: 'delivered', last_status: 200, last_error: null }]);
  });

  it('gives a claim back unattempted', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A]);
    await fixture.deliveries.release(await claimOne(fixture));
    expect(await claimOne(fixture)).toMatchObject({ attempts: 1 });
  });

  it('reclaims the leases of an earlier process of the same engine only', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A], 'db-1');
    await fixture.emit([URL_A], 'db-2');
    await claimOne(fixture, URL_A, 'engine-1/x');
    const theirs = await claimOne(fixture, URL_A, 'engine-10/x');
    await fixture.deliveries.releaseOwnedBy('engine-1');
    const claimed = await claim(fixture, URL_A, 'engine-1/y');
    expect(claimed).toHaveLength(1);
    expect(claimed[0]?.deliveryId).not.toBe(theirs.deliveryId);
  });

  it('puts a failed delivery off and says when the next is due', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A]);
    const now = fixture.clock.now();
    expect(await fixture.deliveries.nextDueAfter(now)).toBeNull();
    await fixture.deliveries.settle(await claimOne(fixture), again, now);
    expect(await fixture.deliveries.nextDueAfter(now)).toBe(now + 5_000);
    expect(await claim(fixture, URL_A, 'engine-1/x')).toEqual([]);
    expect(await fixture.deliveries.listDueEndpoints(now, [], 10)).toEqual([]);
    fixture.clock.advance(5_000);
    expect(await claimOne(fixture)).toMatchObject({ attempts: 2 });
  });

  it('lists the endpoints that have something due, without those it is told to leave out', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A]);
    fixture.clock.advance(10);
    await fixture.emit([URL_A, URL_B]);
    await fixture.emit([URL_A], 'db-9', 'other');
    const now = fixture.clock.now();
    const a = { tenant: 'default', webhookUrl: URL_A };
    const b = { tenant: 'default', webhookUrl: URL_B };
    const theirs = { tenant: 'other', webhookUrl: URL_A };
    const all = await fixture.deliveries.listDueEndpoints(now, [], 10);
    expect(all[0]).toEqual(a);
    expect(all).toHaveLength(3);
    expect(await fixture.deliveries.listDueEndpoints(now, [a, theirs], 10)).toEqual([b]);
    expect(await fixture.deliveries.listDueEndpoints(now, [], 1)).toEqual([a]);
  });

  it('disables an endpoint that is gone, with all that waits for it, and nobody else', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A, URL_B], 'db-1');
    await fixture.emit([URL_A], 'db-2');
    await fixture.deliveries.settle(await claimOne(fixture), gone, fixture.clock.now());
    await fixture.emit([URL_A], 'db-3');
    const rows = await fixture.listDeliveries();
    const stateOf = (url: string) => rows.filter((row) => row.webhook_url === url).map((row) => row.state);
    expect(stateOf(URL_A)).toEqual(['dead', 'dead', 'dead']);
    expect(stateOf(URL_B)).toEqual(['pending']);
    expect(rows.filter((row) => row.state === 'dead').every((row) => row.last_error === 'ENDPOINT_GONE')).toBe(true);
  });

  it('removes what was settled long ago and keeps what is pending', async () => {
    const fixture = new OutboxFixture(await states.open());
    await fixture.emit([URL_A], 'db-1');
    await fixture.deliveries.settle(await claimOne(fixture), delivered, fixture.clock.now());
    await fixture.emit([URL_A], 'db-2');
    await fixture.deliveries.settle(await claimOne(fixture), dead, fixture.clock.now());
    await fixture.emit([URL_A], 'db-3');
    fixture.clock.advance(8 * DAY);
    const before = () => ({ delivered: fixture.clock.now() - 7 * DAY, dead: fixture.clock.now() - 30 * DAY });
    expect(await fixture.deliveries.purge(before())).toBe(2);
    expect((await fixture.listDeliveries()).map((row) => row.connector_id)).toEqual(['db-2', 'db-3']);
    fixture.clock.advance(30 * DAY);
    expect(await fixture.deliveries.purge(before())).toBe(2);
    expect((await fixture.listDeliveries()).map((row) => row.connector_id)).toEqual(['db-3']);
  });
});
