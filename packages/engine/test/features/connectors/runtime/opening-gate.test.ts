import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../../audit-log/test/support/fake-clock.ts';
import {
  OpeningGate,
  type OpeningLease,
  type OpeningPriority,
} from '../../../../src/features/connectors/runtime/opening-gate.ts';
import { settle } from '../connector-fixture.ts';

describe('OpeningGate', () => {
  const never = new AbortController().signal;
  const open = (options: { slots?: number; retriesInFlight?: number } = {}) => {
    const clock = new FakeClock();
    const gate = new OpeningGate({ clock, slots: 4, slotHoldMs: 250, ...options });
    const leases: OpeningLease[] = [];
    const enter = (priority: OpeningPriority, signal = never): void => {
      gate.enter(priority, signal).then(
        (lease) => leases.push(lease),
        () => undefined,
      );
    };
    return { clock, gate, leases, enter };
  };

  it('lets so many in at once and the next when one leaves', async () => {
    const { leases, enter } = open();
    for (let index = 0; index < 6; index += 1) enter('first');
    await settle();
    expect(leases).toHaveLength(4);
    leases[0]?.release();
    leases[0]?.release();
    await settle();
    expect(leases).toHaveLength(5);
  });

  it('takes the place back from an opening that waits for a silent peer', async () => {
    const { clock, leases, enter } = open();
    for (let index = 0; index < 5; index += 1) enter('first');
    await settle();
    clock.advance(249);
    await settle();
    expect(leases).toHaveLength(4);
    clock.advance(1);
    await settle();
    expect(leases).toHaveLength(5);
  });

  it('keeps half of the places for connectors that did not fail before', async () => {
    const { leases, enter } = open();
    for (let index = 0; index < 10; index += 1) enter('retry');
    await settle();
    expect(leases).toHaveLength(2);
    enter('first');
    enter('first');
    await settle();
    expect(leases).toHaveLength(4);
  });

  it('bounds the repeated openings that are in flight, no matter who waits', async () => {
    const { clock, leases, enter } = open({ retriesInFlight: 3 });
    for (let index = 0; index < 10; index += 1) enter('retry');
    for (let round = 0; round < 10; round += 1) {
      clock.advance(250);
      await settle();
    }
    expect(leases).toHaveLength(3);
    leases[0]?.release();
    await settle();
    expect(leases).toHaveLength(4);
  });

  it('forgets callers that gave up waiting', async () => {
    const { gate, leases, enter } = open({ slots: 1 });
    enter('first');
    const away = new AbortController();
    const waiting = gate.enter('first', away.signal);
    const reason = new Error('away');
    away.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(gate.enter('first', away.signal)).rejects.toBe(reason);
    enter('first');
    leases[0]?.release();
    await settle();
    expect(leases).toHaveLength(2);
  });
});
