import { appendFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogChain } from '@dipswitch/audit-log';
import type { AuditEvent } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditFile } from '../../src/audit/audit-file.ts';
import { readLastAuditLines } from '../../src/audit/audit-lines.ts';
import { verifyAuditFile } from '../../src/audit/verify-audit-file.ts';
import { systemClock } from '../../src/util/clock.ts';

const MAX_BYTES = 2_000;

function event(index: number): AuditEvent {
  return {
    timestamp: '2026-11-23T10:00:00.000Z',
    eventType: 'CONNECTOR_CREATED',
    connectorId: `c${index}`,
    status: 'SUCCESS',
    latencyMs: 1.5,
    details: { index, text: 'é\n"€"' },
    actor: 'tester',
    tenant: '',
    requestId: `r${index}`,
  };
}

describe('rotation of an audit file', () => {
  let folder: string;
  let file: string;
  const part = (number: number): string => join(folder, `audit.${String(number).padStart(4, '0')}.jsonl`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-rotate-'));
    file = join(folder, 'audit.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(from: number, to: number): Promise<void> {
    const audit = await AuditFile.open(file, {
      clock: systemClock,
      actor: 'tester',
      lockWaitMs: 0,
      maxBytes: MAX_BYTES,
    });
    for (let index = from; index < to; index += 1) await audit.append(event(index));
    await audit.close();
  }

  async function linesOf(path: string): Promise<string[]> {
    return (await readFile(path, 'utf8')).trimEnd().split('\n');
  }

  it('puts a full file away under the next number and carries the chain over', async () => {
    await write(0, 20);
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(['audit.0001.jsonl', 'audit.0002.jsonl', 'audit.0003.jsonl', 'audit.jsonl']);
    expect((await stat(part(1))).mode & 0o777).toBe(0o600);
    const last = JSON.parse((await linesOf(part(1))).at(-1) ?? '');
    const first = JSON.parse((await linesOf(part(2)))[0] ?? '');
    expect(first).toMatchObject({ sequence: last.sequence + 1, previousHash: last.hash });
    expect(await verifyAuditFile(file)).toMatchObject({
      ok: true,
      records: 20,
      files: [part(1), part(2), part(3), file],
      head: { sequence: 20 },
    });
  });

  it('goes on over openings, and after a crash between the two names', async () => {
    await write(0, 8);
    await rename(file, part(2));
    await write(8, 12);
    expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 12 });
  });

  it('refuses to go on behind a rotated file that does not end in a whole record', async () => {
    await write(0, 8);
    await rename(file, part(2));
    await appendFile(part(2), '{"torn');
    await expect(write(8, 9)).rejects.toMatchObject({ code: 'AUDIT_FILE_DEFECT' });
  });

  it('takes nothing more when the file cannot be put away', async () => {
    const audit = await AuditFile.open(file, { clock: systemClock, actor: 'tester', maxBytes: 100 });
    await audit.append(event(0));
    await rm(file);
    await expect(audit.append(event(1))).rejects.toMatchObject({ code: 'AUDIT_FILE_UNWRITABLE' });
    await expect(audit.append(event(2))).rejects.toMatchObject({ code: 'AUDIT_FILE_UNWRITABLE' });
    await audit.close();
  });

  it('is seen by verify with the file and line of the first bad record', async () => {
    await write(0, 20);
    const lines = await linesOf(part(2));
    await writeFile(part(2), `${lines.with(1, (lines[1] ?? '').replace('"c', '"x')).join('\n')}\n`);
    const { ok, defects } = await verifyAuditFile(file);
    expect(ok).toBe(false);
    expect(defects[0]).toMatchObject({ file: part(2), line: 2, code: 'HASH_MISMATCH' });
  });

  it('is seen by verify when a whole rotated file is missing', async () => {
    await write(0, 20);
    await rm(part(2));
    expect((await verifyAuditFile(file)).defects[0]).toMatchObject({ file: part(3), line: 1, code: 'SEQUENCE_GAP' });
  });

  it('lets verify check one rotated file against the end of the one before', async () => {
    await write(0, 20);
    const first = (await linesOf(part(1))).length;
    expect(await verifyAuditFile(part(2))).toMatchObject({ ok: true, files: [part(2)], start: { sequence: first } });
    await rm(part(1));
    expect(await verifyAuditFile(part(2))).toMatchObject({ ok: false, defects: [{ line: 1, code: 'SEQUENCE_GAP' }] });
  });

  it('lets verify start where old files were moved to an archive, and check one file by itself', async () => {
    await write(0, 20);
    const { sequence, hash } = JSON.parse((await linesOf(part(1))).at(-1) ?? '');
    await rm(part(1));
    expect(await verifyAuditFile(file, { start: { sequence, hash } })).toMatchObject({
      ok: true,
      records: 20 - sequence,
    });
    const before = JSON.parse((await linesOf(part(3))).at(-1) ?? '');
    const alone = await verifyAuditFile(file, { single: true, start: before });
    expect(alone).toMatchObject({ ok: true, files: [file], records: 20 - before.sequence });
  });

  it('is read once each, even when it happens while the chain is being opened', async () => {
    await write(0, 8);
    const chain = await openLogChain(file);
    expect(chain.files.map(({ file: name }) => name)).toEqual([part(1), file]);
    await chain.close();
    await rename(file, part(2));
    const moved = await openLogChain(file);
    expect(moved.files.map(({ file: name }) => name)).toEqual([part(1), part(2)]);
    await moved.close();
  });

  it('does not hide records from anyone who reads the end', async () => {
    await write(0, 20);
    const lines = await readLastAuditLines(file, 15);
    expect(lines.map((line) => JSON.parse(line).sequence)).toEqual(Array.from({ length: 15 }, (_, index) => index + 6));
    expect(await readLastAuditLines(file, 100)).toHaveLength(20);
  });

  describe('heads known from elsewhere', () => {
    it('show a chain that was cut off, in full or by the beginning of a hash', async () => {
      await write(0, 8);
      const { sequence, hash } = JSON.parse((await linesOf(file)).at(-1) ?? '');
      const short = { sequence, hash: hash.slice(0, 16) };
      expect(await verifyAuditFile(file, { expectedHead: short })).toMatchObject({ ok: true, comparedHeads: 1 });
      const lines = await linesOf(file);
      await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`);
      expect(await verifyAuditFile(file, { expectedHead: short })).toMatchObject({
        ok: false,
        defects: [{ code: 'TRUNCATED', sequence: sequence - 1 }],
      });
    });

    it('show a chain that was rewritten from some record on', async () => {
      await write(0, 3);
      const old = JSON.parse((await linesOf(file))[1] ?? '');
      await rm(file);
      await write(100, 103);
      expect(await verifyAuditFile(file)).toMatchObject({ ok: true });
      expect(await verifyAuditFile(file, { expectedHead: old })).toMatchObject({
        ok: false,
        defects: [{ code: 'HEAD_MISMATCH', sequence: 2, line: 2 }],
      });
    });

    it('are taken from the checkpoints of an engine, its torn lines passed over', async () => {
      await write(0, 5);
      const heads = (await linesOf(file)).map((line) => JSON.parse(line));
      const checkpoint = (index: number) => ({
        sequence: index + 1,
        hash: heads[index].hash,
        offsetBytes: 1,
        timestamp: '',
        signature: 'x',
      });
      const checkpoints = join(folder, 'checkpoints.jsonl');
      await writeFile(
        checkpoints,
        `\n${JSON.stringify(checkpoint(1))}\n\n{"sequence":3,"ha\n${JSON.stringify(checkpoint(4))}\n`,
      );
      expect(await verifyAuditFile(file)).toMatchObject({ ok: true, comparedHeads: 2 });
      await appendFile(checkpoints, `${JSON.stringify({ ...checkpoint(4), sequence: 6 })}\n`);
      expect(await verifyAuditFile(file)).toMatchObject({ ok: false, defects: [{ code: 'TRUNCATED' }] });
      await writeFile(checkpoints, `${JSON.stringify({ ...checkpoint(4), sequence: 2 })}\n`);
      expect(await verifyAuditFile(file)).toMatchObject({ ok: false, defects: [{ code: 'HEAD_MISMATCH', line: 2 }] });
    });
  });
});
