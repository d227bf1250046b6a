import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENGINE_TENANT } from '../../src/audit/audit-trail.ts';
import { createEvent, type TrailFixture, useTrails } from './trail-fixture.ts';

const trails = useTrails();

async function expectBroken(fixture: TrailFixture, reason: string | RegExp): Promise<void> {
  const trail = await fixture.open();
  expect(trail.status()).toMatchObject({ state: 'broken', reason: expect.stringMatching(reason) });
  await expect(trail.append(createEvent(0))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(() => trail.assertWritable()).toThrow(expect.objectContaining({ code: 'AUDIT_UNAVAILABLE' }));
  expect(fixture.logged.some((line) => line.level === 'error' && line.message.startsWith('AUDIT TRAIL BROKEN'))).toBe(
    true,
  );
}

describe('AuditTrail', () => {
  it('keeps a chain that verifies, over restarts, in files for the owner only', async () => {
    const fixture = await trails.create();
    await fixture.write(3);
    await fixture.write(2);
    expect(await fixture.verify()).toMatchObject({ ok: true, records: 5 });
    expect((await stat(fixture.path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(fixture.dataDir, 'audit'))).mode & 0o777).toBe(0o700);
  });

  it('chains concurrent appends in the order of calls with a sync for all', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    await Promise.all(Array.from({ length: 50 }, (_, index) => trail.append(createEvent(index))));
    expect(fixture.faults.syncs).toBe(1);
    expect((await fixture.readRecords()).map((record) => record.connectorId)).toEqual(
      Array.from({ length: 50 }, (_, index) => `db-${index}`),
    );
    expect(await fixture.verify()).toMatchObject({ ok: true, records: 50 });
  });

  it.each([
    ['sync', { failSyncAt: 2 }],
    ['append', { failAppendAt: 2 }],
  ])(
    'refuses everything after a failed %s, and goes on from the last good record after a restart',
    async (_name, fault) => {
      const fixture = await trails.create();
      const trail = await fixture.open();
      await trail.append(createEvent(1));
      Object.assign(fixture.faults, fault);
      await expect(trail.append(createEvent(2))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      const { syncs, appends } = fixture.faults;
      await expect(trail.append(createEvent(3))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      trail.offer(createEvent(4));
      expect(trail.status()).toMatchObject({ state: 'broken', dropped: 1 });
      await trail.close();
      expect(fixture.faults).toMatchObject({ syncs, appends });
      expect(fixture.logged.filter((line) => line.message.startsWith('AUDIT TRAIL BROKEN'))).toHaveLength(1);

      const reopened = await fixture.open();
      await reopened.append(createEvent(5));
      expect(await fixture.verify()).toMatchObject({ ok: true });
      const ids = (await fixture.readRecords()).map((record) => record.details.auditId);
      expect(ids.at(0)).toBe('id-1');
      expect(ids.at(-1)).toBe('id-5');
      expect(ids).not.toContain('id-3');
    },
  );

  it('cuts a half-written last record and records how much was lost', async () => {
    const fixture = await trails.create();
    await fixture.write(3);
    await appendFile(fixture.path, '{"timestamp":"2026-0');
    await fixture.write(1);
    const records = await fixture.readRecords();
    expect(records.map((record) => record.eventType)).toEqual([
      'CONFIG_UPDATED',
      'CONFIG_UPDATED',
      'CONFIG_UPDATED',
      'AUDIT_RECOVERED',
      'CONFIG_UPDATED',
    ]);
    expect(records[3]).toMatchObject({ tenant: ENGINE_TENANT, actor: 'engine', details: { droppedBytes: 20 } });
    expect(await fixture.verify()).toMatchObject({ ok: true, records: 5 });
  });

  it('opens on a file that holds nothing but a torn first record', async () => {
    const fixture = await trails.create();
    await fixture.write(1);
    await truncate(fixture.path, 40);
    await writeFile(join(fixture.dataDir, 'audit', 'checkpoints.jsonl'), '');
    await fixture.write(1);
    expect((await fixture.readRecords()).map((record) => record.sequence)).toEqual([1, 2]);
    expect(await fixture.verify()).toMatchObject({ ok: true });
  });

  describe('with damage behind the last checkpoint', () => {
    /** Five records in a file whose only checkpoint is the one after the second. */
    async function createDamaged(damage: (lines: string[]) => string[]): Promise<TrailFixture> {
      const fixture = await trails.create();
      await fixture.write(2);
      const checkpoints = join(fixture.dataDir, 'audit', 'checkpoints.jsonl');
      const early = await readFile(checkpoints, 'utf8');
      await fixture.write(3);
      await writeFile(checkpoints, early);
      const lines = (await readFile(fixture.path, 'utf8')).split('\n').slice(0, -1);
      await writeFile(fixture.path, `${damage(lines).join('\n')}\n`);
      return fixture;
    }

    it('names the record in which one bit was flipped', async () => {
      const fixture = await createDamaged((lines) => lines.with(3, lines[3]!.replace('"index":1', '"index":3')));
      await expectBroken(fixture, /^record 4: .*edited/);
    });

    it('names the record before which one was deleted', async () => {
      const fixture = await createDamaged((lines) => lines.toSpliced(3, 1));
      await expectBroken(fixture, /^record 5: .*missing/);
    });

    it('refuses a complete line that is not a record', async () => {
      const fixture = await createDamaged((lines) => lines.with(4, 'garbage'));
      await expectBroken(fixture, /not an audit record/);
    });

    it('opens undamaged', async () => {
      const fixture = await createDamaged((lines) => lines);
      const trail = await fixture.open();
      await trail.append(createEvent(6));
      expect(await fixture.verify()).toMatchObject({ ok: true, records: 6 });
    });
  });

  it('refuses a file that ends before its last checkpoint', async () => {
    const fixture = await trails.create();
    await fixture.write(5);
    const lines = (await readFile(fixture.path, 'utf8')).split('\n');
    await writeFile(fixture.path, `${lines.slice(0, 3).join('\n')}\n`);
    await expectBroken(fixture, /record 5: .*checkpoint/);
  });

  it('verifies the whole file when a checkpoint is forged', async () => {
    const fixture = await trails.create();
    await fixture.write(5);
    const checkpoints = join(fixture.dataDir, 'audit', 'checkpoints.jsonl');
    const [signed = ''] = (await readFile(checkpoints, 'utf8')).trim().split('\n');
    const lines = (await readFile(fixture.path, 'utf8')).split('\n');
    await writeFile(fixture.path, lines.with(1, lines[1]!.replace('request-1', 'request-9')).join('\n'));
    await writeFile(checkpoints, `${JSON.stringify({ ...JSON.parse(signed), timestamp: 'x' })}\n`);
    await expectBroken(fixture, /^record 2: .*edited/);
    expect(fixture.logged.some((line) => line.message.includes('wrong signature'))).toBe(true);
  });

  it('leaves a signed checkpoint each hour and at close, and says the head in the log', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    await trail.append(createEvent(1));
    fixture.clock.advance(3_600_000);
    await trail.checkpoint();
    await trail.append(createEvent(2));
    await trail.close();
    const text = await readFile(join(fixture.dataDir, 'audit', 'checkpoints.jsonl'), 'utf8');
    const kept = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    const records = await fixture.readRecords();
    expect(kept.map(({ sequence, hash }) => ({ sequence, hash }))).toEqual(
      records.map(({ sequence, hash }) => ({ sequence, hash })),
    );
    expect(fixture.logged.filter((line) => line.message === 'audit checkpoint')).toHaveLength(2);
    expect(fixture.clock.pendingTimers).toBe(0);
  });

  it('refuses a second engine on the same data folder', async () => {
    const fixture = await trails.create();
    await fixture.open();
    await expect(fixture.open()).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });
  });

  it('takes no record once it is closing', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    const append = trail.append(createEvent(1));
    const closed = trail.close();
    await expect(trail.append(createEvent(2))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await Promise.all([append, closed]);
    expect(await fixture.verify()).toMatchObject({ records: 1 });
  });

  it('drops offered records beyond its bound and says how many', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    for (let index = 0; index < 10_050; index += 1) trail.offer(createEvent(index));
    expect(trail.status()).toMatchObject({ state: 'serving', dropped: 50 });
    await trail.append(createEvent(1));
    trail.offer(createEvent(2));
    await trail.append(createEvent(3));
    const dropped = (await fixture.readRecords()).filter((record) => record.eventType === 'AUDIT_RECORDS_DROPPED');
    expect(dropped).toHaveLength(1);
    expect(dropped[0]).toMatchObject({ details: { count: 50 }, tenant: ENGINE_TENANT });
  });

  it('finds the audit ids behind a sequence', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    for (let index = 0; index < 5; index += 1) await trail.append(createEvent(index));
    expect([...(await trail.auditIdsAfter(3))].sort()).toEqual(['id-3', 'id-4']);
    expect((await trail.auditIdsAfter(0)).size).toBe(5);
    expect((await trail.auditIdsAfter(5)).size).toBe(0);
  });

  it('pages the records of one tenant, newest first, while others are appended', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    for (let index = 0; index < 20; index += 1) {
      await trail.append(createEvent(index, { tenant: index % 2 === 0 ? 'even' : 'odd' }));
    }
    const seen: number[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await trail.page({ tenant: 'even', limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.every((record) => record.tenant === 'even')).toBe(true);
      seen.push(...page.items.map((record) => Number(record.details.index)));
      await trail.append(createEvent(99, { tenant: 'even' }));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([18, 16, 14, 12, 10, 8, 6, 4, 2, 0]);
  });

  it('refuses a cursor that is not one of its own', async () => {
    const fixture = await trails.create();
    const trail = await fixture.open();
    await trail.append(createEvent(1));
    for (const text of ['5', '0', '-1', 'x', '1e3', '999999999', '']) {
      const cursor = Buffer.from(text).toString('base64url');
      await expect(trail.page({ tenant: 'default', limit: 1, cursor })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      });
    }
  });
});
