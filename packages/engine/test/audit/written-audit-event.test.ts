import { sha256Hex } from '@dipswitch/audit-log';
import { chainAuditRecord, Secret } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuditDigest, toAuditEvent } from '../../src/audit/audit-event.ts';
import { writeAuditEvent, writeAuditMembers } from '../../src/audit/written-audit-event.ts';
import { createEvent, useTrails } from './trail-fixture.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', 'a"\\\u2028', 'hmac:'));
const scalar = fc.oneof(
  text,
  text.map((value) => new Secret(value)),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, new Date(0), new Date(Number.NaN), 10n),
);
const members = fc.dictionary(text, fc.oneof(scalar, fc.array(scalar), fc.dictionary(text, scalar)), { maxKeys: 6 });
const entries = fc.record(
  {
    eventType: fc.stringMatching(/^[A-Z_]{1,12}$/),
    connectorId: text,
    actionId: text,
    status: fc.constantFrom('SUCCESS' as const, 'FAILED' as const),
    latencyMs: fc.double(),
    details: members,
    actor: text,
    tenant: fc.stringMatching(/^[a-z]{1,8}$/),
    requestId: text,
  },
  { requiredKeys: ['eventType', 'status', 'latencyMs', 'details', 'actor', 'tenant', 'requestId'] },
);

describe('a written audit event', () => {
  const trails = useTrails();

  it('makes the very line that the long way makes of the same entry, whatever is in it', async () => {
    const fixture = await trails.create();
    const timestamp = '2026-01-15T12:00:00.000Z';
    await fc.assert(
      fc.asyncProperty(fc.array(entries, { minLength: 1, maxLength: 4 }), async (list) => {
        const [long, short] = [await trails.create(), await trails.create()];
        const [longTrail, shortTrail] = [await long.open(), await short.open()];
        for (const entry of list) {
          const digest = createAuditDigest(fixture.sealer, entry.tenant);
          longTrail.offer(toAuditEvent(entry, timestamp, digest));
          const details = writeAuditMembers(entry.details, digest);
          shortTrail.offerWritten(writeAuditEvent(entry, details, timestamp));
        }
        await longTrail.close();
        await shortTrail.close();
        expect(await short.readText()).toBe(await long.readText());
        expect(await short.verify()).toMatchObject({ ok: true });
      }),
      { numRuns: 60 },
    );
  });

  it('joins one chain with events that go the long way', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    await trail.append(createEvent(1));
    const { details: _, ...entry } = createEvent(2);
    await trail.appendWritten(writeAuditEvent(entry, '{"index":2}', entry.timestamp));
    trail.offerWritten(writeAuditEvent(entry, '{"index":3}', entry.timestamp));
    await trail.append(createEvent(4));
    const records = await fixture.readRecords();
    expect(records.map(({ sequence, details }) => [sequence, details.index])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(await fixture.verify()).toMatchObject({ ok: true });
    expect(records[1]?.hash).toBe(
      chainAuditRecord({ ...entry, details: { index: 2 } }, records[0] ?? null, sha256Hex).hash,
    );
  });

  it('is dropped and counted when the trail is broken, and refused when somebody waits for it', async () => {
    const fixture = await trails.create();
    fixture.faults.failSyncAt = 1;
    const trail = await fixture.open();
    const { details: _, ...entry } = createEvent(1);
    const written = writeAuditEvent(entry, '{}', entry.timestamp);
    trail.offerWritten(written);
    fixture.clock.advance(50);
    await expect(trail.appendWritten(written)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    trail.offerWritten(written);
    expect(trail.status()).toMatchObject({ state: 'broken', dropped: 2 });
    await expect(trail.appendWritten(written)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });
});
