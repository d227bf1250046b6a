import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEvent } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditFile } from '../../src/audit/audit-file.ts';
import { verifyAuditFile } from '../../src/audit/verify-audit-file.ts';
import { systemClock } from '../../src/util/clock.ts';

const OPTIONS = { clock: systemClock, actor: 'tester', lockWaitMs: 0 };

function event(index: number): AuditEvent {
  return {
    timestamp: '2026-11-23T10:00:00.000Z',
    eventType: 'CONNECTOR_CREATED',
    connectorId: `c${index}`,
    status: 'SUCCESS',
    latencyMs: 1.5,
    details: { index, text: 'ä\n"€"' },
    actor: 'tester',
    tenant: '',
    requestId: `r${index}`,
  };
}

describe('AuditFile', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-audit-'));
    file = join(folder, 'deep', 'audit.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(from: number, to: number): Promise<void> {
    const audit = await AuditFile.open(file, OPTIONS);
    await Promise.all(Array.from({ length: to - from }, (_, index) => audit.append(event(from + index))));
    await audit.close();
  }

  it('chains records over openings, in the order of appending', async () => {
    await write(0, 50);
    await write(50, 60);
    expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 60, head: { sequence: 60 } });
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ details }) => details.index)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  it('has the record on the disk when append resolves', async () => {
    const audit = await AuditFile.open(file, OPTIONS);
    const record = await audit.append(event(1));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(record);
    await audit.close();
  });

  it('takes record after record from one who waits for each', async () => {
    const audit = await AuditFile.open(file, OPTIONS);
    for (let index = 0; index < 20; index += 1) await audit.append(event(index));
    await audit.close();
    expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 20 });
  });

  it('is readable by its owner alone', async () => {
    await write(0, 1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each([1, 10, 200])('removes a last line that was cut off %i bytes short, and says so', async (cutBytes) => {
    await write(0, 3);
    const { length } = await readFile(file);
    await truncate(file, length - cutBytes);
    await write(3, 4);
    expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 4 });
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[2]).toMatchObject({ eventType: 'AUDIT_TAIL_RECOVERED', sequence: 3, actor: 'tester' });
    expect(lines[2].details.truncatedBytes).toBeGreaterThan(0);
  });

  it('recovers from a file that is nothing but a torn line', async () => {
    await write(0, 0);
    await appendFile(file, '{"timest');
    await write(0, 1);
    expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 2 });
  });

  it('finds the last record behind lines longer than its first look', async () => {
    const audit = await AuditFile.open(file, OPTIONS);
    await audit.append({ ...event(0), details: { text: 'x'.repeat(300_000) } });
    await audit.append({ ...event(1), details: { text: 'y'.repeat(200_000) } });
    await audit.close();
    await write(2, 3);
    expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 3 });
  });

  it.each<[string, (text: string) => string]>([
    ['edited', (text) => text.replace('"index":2', '"index":7')],
    ['replaced', (text) => `${text}{"hello":"world"}\n`],
    ['not JSON', (text) => `${text}hello\n`],
  ])('does not go on from a last record that is %s', async (_name, spoil) => {
    await write(0, 3);
    await writeFile(file, spoil(await readFile(file, 'utf8')));
    await expect(AuditFile.open(file, OPTIONS)).rejects.toMatchObject({ code: 'AUDIT_FILE_DEFECT' });
    expect(await readdir(join(folder, 'deep'))).toEqual(['audit.jsonl']);
  });

  it('takes nothing after a failed write, because nobody knows what is on the disk', async () => {
    const audit = await AuditFile.open(file, OPTIONS);
    await expect(audit.append({ ...event(1), latencyMs: Number.NaN })).rejects.toMatchObject({
      code: 'AUDIT_FILE_UNWRITABLE',
    });
    await expect(audit.append(event(2))).rejects.toMatchObject({ code: 'AUDIT_FILE_UNWRITABLE' });
    await audit.close();
  });

  it('says that it cannot be written', async () => {
    await writeFile(join(folder, 'plain'), '');
    const inside = join(folder, 'plain', 'audit.jsonl');
    await expect(AuditFile.open(inside, OPTIONS)).rejects.toMatchObject({ code: 'AUDIT_FILE_UNWRITABLE' });
  });

  describe('its lock', () => {
    it('keeps a second opener out until the first lets go', async () => {
      const first = await AuditFile.open(file, OPTIONS);
      await expect(AuditFile.open(file, OPTIONS)).rejects.toMatchObject({ code: 'AUDIT_FILE_LOCKED' });
      const waiting = AuditFile.open(file, { ...OPTIONS, lockWaitMs: 5_000 });
      await first.append(event(1));
      await first.close();
      const second = await waiting;
      await second.append(event(2));
      await second.close();
      expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 2 });
      expect(await readdir(join(folder, 'deep'))).toEqual(['audit.jsonl']);
    });

    it.each<[string, object | string]>([
      ['a process that is gone', { pid: 2 ** 22 + 1, host: hostname(), startedAt: '1', token: 'x' }],
      ['an earlier process of our own number', { pid: process.pid, host: hostname(), startedAt: '1', token: 'x' }],
    ])('of %s is broken', async (_name, owner) => {
      await write(0, 1);
      await writeFile(`${file}.lock`, JSON.stringify(owner));
      await write(1, 2);
      expect(await verifyAuditFile(file)).toMatchObject({ ok: true, records: 2 });
    });

    it.each<[string, string]>([
      ['another host', JSON.stringify({ pid: 1, host: 'elsewhere.example', startedAt: '1', token: 'x' })],
      ['a process that is just writing it', ''],
    ])('of %s is left alone', async (_name, text) => {
      await write(0, 1);
      await writeFile(`${file}.lock`, text);
      await expect(AuditFile.open(file, OPTIONS)).rejects.toMatchObject({ code: 'AUDIT_FILE_LOCKED' });
    });

    it('of a killed process does not stop the next one, and its acknowledged records are there', async () => {
      const source = fileURLToPath(new URL('../../src/', import.meta.url));
      const script = `
        import { AuditFile } from ${JSON.stringify(`${source}audit/audit-file.ts`)};
        import { systemClock } from ${JSON.stringify(`${source}util/clock.ts`)};
        const audit = await AuditFile.open(${JSON.stringify(file)}, { clock: systemClock, actor: 'child' });
        for (let index = 0; ; index += 1) {
          await audit.append(${JSON.stringify(event(0))});
          process.stdout.write('.');
        }`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let acknowledged = 0;
      child.stdout.on('data', (dots: Buffer) => {
        acknowledged += dots.length;
        if (acknowledged > 20) child.kill('SIGKILL');
      });
      await once(child, 'close');
      await write(0, 1);
      const { ok, records } = await verifyAuditFile(file);
      expect(ok).toBe(true);
      expect(records).toBeGreaterThan(acknowledged);
    });
  });
});
