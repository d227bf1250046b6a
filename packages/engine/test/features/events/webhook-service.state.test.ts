import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../../src/audit/audited-transactions.ts';
import { WebhookSecretShownError, WebhookService } from '../../../src/features/events/webhook-service.ts';
import { describeOnBothStates } from '../../support/state-databases.ts';
import { OutboxFixture } from './outbox-fixture.ts';

const KEY = { tenant: 'default', webhookUrl: 'https://a.example/hook' };
const ACTOR = { actor: 'operator', requestId: 'request-1' };
const HOUR = 3_600_000;

function create(fixture: OutboxFixture) {
  const audited: AuditEntry[] = [];
  const transactions: Pick<AuditedTransactions, 'run'> = {
    run: (work) =>
      fixture.state.transaction((state) =>
        work({
          state,
          audit: async (entry) => void audited.push(entry),
          emit: async () => {},
        }),
      ),
  };
  const { state, endpoints, clock } = fixture;
  return { audited, service: new WebhookService({ state, transactions, endpoints, clock }) };
}

describeOnBothStates('webhook service', (states) => {
  it('shows the secret of an endpoint once, making the endpoint when it is not there yet', async () => {
    const fixture = new OutboxFixture(await states.open());
    const { service, audited } = create(fixture);
    const secret = await service.showSecret(KEY, ACTOR);
    expect(secret.expose()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await fixture.secretsOf(KEY.webhookUrl)).toEqual([secret.expose()]);
    await expect(service.showSecret(KEY, ACTOR)).rejects.toThrow(WebhookSecretShownError);
    expect(audited).toMatchObject([{ eventType: 'WEBHOOK_SECRET_SHOWN', tenant: 'default', actor: 'operator' }]);
    expect(JSON.stringify(audited)).not.toContain(secret.expose());
  });

  it('keeps one secret for each tenant and address, sealed', async () => {
    const fixture = new OutboxFixture(await states.open());
    const { service } = create(fixture);
    await fixture.emit([KEY.webhookUrl, 'https://b.example/hook']);
    await fixture.emit([KEY.webhookUrl], 'db-2', 'other');
    const secrets = [
      await fixture.secretsOf(KEY.webhookUrl),
      await fixture.secretsOf('https://b.example/hook'),
      await fixture.secretsOf(KEY.webhookUrl, 'other'),
    ].flat();
    expect(new Set(secrets).size).toBe(3);
    expect((await service.showSecret(KEY, ACTOR)).expose()).toBe(secrets[0]);
    const rows = await fixture.state.queries.selectFrom('webhook_endpoints').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('whsec_');
  });

  it('signs with both secrets while a rotation overlaps, then with the new one', async () => {
    const fixture = new OutboxFixture(await states.open());
    const { service } = create(fixture);
    const old = await service.showSecret(KEY, ACTOR);
    const fresh = await service.rotateSecret(KEY, ACTOR, HOUR);
    expect(await fixture.secretsOf(KEY.webhookUrl)).toEqual([fresh.expose(), old.expose()]);
    await expect(service.showSecret(KEY, ACTOR)).rejects.toThrow(WebhookSecretShownError);
    fixture.clock.advance(HOUR);
    expect(await fixture.secretsOf(KEY.webhookUrl)).toEqual([fresh.expose()]);
  });

  it('does not lengthen the life of a secret that already ends when it rotates again', async () => {
    const fixture = new OutboxFixture(await states.open());
    const { service } = create(fixture);
    await service.showSecret(KEY, ACTOR);
    await service.rotateSecret(KEY, ACTOR, HOUR);
    const newest = await service.rotateSecret(KEY, ACTOR, 48 * HOUR);
    expect(await fixture.secretsOf(KEY.webhookUrl)).toHaveLength(3);
    fixture.clock.advance(HOUR);
    expect(await fixture.secretsOf(KEY.webhookUrl)).toHaveLength(2);
    fixture.clock.advance(48 * HOUR);
    expect(await fixture.secretsOf(KEY.webhookUrl)).toEqual([newest.expose()]);
  });

  it('refuses to rotate or enable what is not there', async () => {
    const fixture = new OutboxFixture(await states.open());
    const { service, audited } = create(fixture);
    await expect(service.rotateSecret(KEY, ACTOR)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.enable(KEY, ACTOR)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(audited).toEqual([]);
  });

  it('lists the endpoints of a tenant with what waits and what is dead, and replays the dead under their old id', async () => {
    const fixture = new OutboxFixture(await states.open());
    const { service } = create(fixture);
    await fixture.emit([KEY.webhookUrl], 'db-1');
    await fixture.emit([KEY.webhookUrl], 'db-2');
    await fixture.emit([KEY.webhookUrl], 'db-3', 'other');
    const now = fixture.clock.now();
    const [first] = await fixture.deliveries.claim(KEY, { limit: 1, leaseOwner: 'e/x', now, leaseUntil: now + 1 });
    await fixture.deliveries.settle(first!, { state: 'dead', status: 410, error: 'ENDPOINT_GONE', isGone: true }, now);
    const gone = { ...KEY, disabledAt: new Date(now).toISOString(), pendingDeliveries: 0, deadDeliveries: 2 };
    expect(await service.list('default')).toMatchObject([gone]);

    await service.enable(KEY, ACTOR);
    expect(await service.replay(KEY, ACTOR, first!.eventId)).toBe(1);
    expect(await service.list('default')).toMatchObject([
      { ...KEY, disabledAt: null, pendingDeliveries: 1, deadDeliveries: 1 },
    ]);
    expect(await service.replay(KEY, ACTOR)).toBe(1);
    const claimed = await fixture.deliveries.claim(KEY, { limit: 9, leaseOwner: 'e/y', now, leaseUntil: now + 1 });
    expect(claimed.map((delivery) => delivery.attempts)).toEqual([1, 1]);
    expect(claimed.map((delivery) => delivery.eventId)).toContain(first!.eventId);
    expect(await service.list('nobody')).toEqual([]);
  });
});
