import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@dipswitch/audit-log';
import { type AuditHead, chainAuditRecord } from '@dipswitch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuditFile } from '../../src/audit/verify-audit-file.ts';

function chain(count: number): string[] {
  let head: AuditHead | null = null;
  return Array.from({ length: count }, (_, index) => {
    const record = chainAuditRecord(
      {
        timestamp: '2026-11-23T10:00:00.000Z',
        eventType: 'CONNECTOR_UPDATED',
        connectorId: `c${index}`,
        status: 'SUCCESS',
        latencyMs: 2.25,
        details: { revision: index, fields: ['/configuration/poolSettings/maxPoolSize'] },
        actor: 'dipc_test',
        tenant: 'default',
        requestId: '7d9f1c5e-0f2b-4b57-9a55-0c9f3a3c9a01',
      },
      head,
      sha256Hex,
    );
    head = record;
    return JSON.stringify(record);
  });
}

describe('verifyAuditFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-verify-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function verify(lines: readonly string[], end = '\n') {
    const file = join(folder, 'audit.jsonl');
    await writeFile(file, lines.join('\n') + (lines.length > 0 ? end : ''));
    return verifyAuditFile(file);
  }

  it('accepts a whole chain over many reads, and an empty file', async () => {
    expect(await verify(chain(5_000))).toMatchObject({
      ok: true,
      records: 5_000,
      defectCount: 0,
      head: { sequence: 5_000 },
    });
    expect(await verify([])).toMatchObject({ ok: true, records: 0, head: null });
  });

  it('accepts a last line without a line feed', async () => {
    expect(await verify(chain(3), '')).toMatchObject({ ok: true, records: 3 });
  });

  it.each<[string, (lines: string[]) => string[], string, number]>([
    ['an edited record', (l) => l.with(4, (l[4] ?? '').replace('"c4"', '"c5"')), 'HASH_MISMATCH', 5],
    ['a deleted record', (l) => l.toSpliced(4, 1), 'SEQUENCE_GAP', 5],
    ['a repeated record', (l) => l.toSpliced(4, 0, l[3] ?? ''), 'SEQUENCE_REPEATED', 5],
    ['a copy from further up', (l) => l.toSpliced(6, 0, l[2] ?? ''), 'SEQUENCE_REPEATED', 7],
    ['two that changed places', (l) => l.with(4, l[5] ?? '').with(5, l[4] ?? ''), 'REORDERED', 5],
    ['one that was moved down', (l) => [...l.toSpliced(2, 1), l[2] ?? ''], 'REORDERED', 3],
    ['a torn end', (l) => l.with(9, (l[9] ?? '').slice(0, 40)), 'UNPARSEABLE', 10],
    ['an empty line', (l) => l.toSpliced(2, 0, ''), 'UNPARSEABLE', 3],
  ])('names %s by line', async (_name, spoil, code, line) => {
    const { ok, defects, defectCount } = await verify(spoil(chain(10)));
    expect(ok).toBe(false);
    expect(defectCount).toBeGreaterThan(0);
    expect(defects[0]).toMatchObject({ code, line });
  });

  it('sees a cut-off end when the head is known from elsewhere', async () => {
    const lines = chain(10);
    const { sequence, hash } = JSON.parse(lines[9] ?? '');
    const file = join(folder, 'cut.jsonl');
    await writeFile(file, `${lines.slice(0, 7).join('\n')}\n`);
    expect(await verifyAuditFile(file, { expectedHead: { sequence, hash } })).toMatchObject({
      ok: false,
      defects: [{ code: 'TRUNCATED' }],
    });
  });

  it('keeps a bounded list of a file full of rubbish', async () => {
    const { defects, defectCount } = await verify(Array.from({ length: 5_000 }, () => 'rubbish'));
    expect([defects.length, defectCount]).toEqual([100, 5_000]);
  });

  it('is not filled up by one endless line', async () => {
    const { ok } = await verify(['x'.repeat(9 * 1024 * 1024)]);
    expect(ok).toBe(false);
  });

  it('throws what the system says of a missing file', async () => {
    await expect(verifyAuditFile(join(folder, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
