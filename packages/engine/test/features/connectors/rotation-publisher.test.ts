import { secretRotatedBodySchema } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { createRotationPublisher } from '../../../src/features/connectors/rotation-publisher.ts';
import type { Connector } from '../../../src/features/connectors/stored/connector.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';
import { useSqliteState } from '../../support/state-databases.ts';
import { createBody } from './connector-fixture.ts';

describe('the rotation publisher', () => {
  const state = useSqliteState();
  const connector: Connector = {
    id: 'db-1',
    tenant: 'acme',
    body: createBody('db-1'),
    revision: 4,
    paused: false,
    createdAt: 1,
    updatedAt: 1,
  };

  it('records the rotation as the engine itself and tells those who subscribed, once for each address', async () => {
    const changes = new CollectedChanges(await state.open());
    const publish = createRotationPublisher({ transactions: changes, clock: new FakeClock() });
    const subscription = { eventType: 'SECRET_ROTATED', webhookUrl: 'https://hooks.example.com/rotated' } as const;
    const body = { ...connector.body, eventSubscriptions: [subscription, subscription] };
    await publish({ ...connector, body });
    expect(changes.entries).toMatchObject([
      { eventType: 'SECRET_ROTATED', connectorId: 'db-1', status: 'SUCCESS', actor: 'engine', tenant: 'acme' },
    ]);
    expect(changes.events).toMatchObject([{ eventType: 'SECRET_ROTATED', webhookUrls: [subscription.webhookUrl] }]);
    expect(secretRotatedBodySchema.safeParse(changes.events[0]?.body).error).toBeUndefined();
  });

  it('records it also when nobody subscribed', async () => {
    const changes = new CollectedChanges(await state.open());
    await createRotationPublisher({ transactions: changes, clock: new FakeClock() })(connector);
    expect(changes.entries).toHaveLength(1);
    expect(changes.events).toEqual([]);
  });
});
