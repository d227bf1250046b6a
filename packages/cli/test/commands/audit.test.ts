import { createHash } from 'node:crypto';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { AUDIT_EXPORT_FORMATS } from '@dipswitch/client/export-audit-file';
import { type AuditRecord, chainAuditRecord } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { runAuditExport } from '../../src/commands/audit/run-audit-export.ts';
import { runAuditTail } from '../../src/commands/audit/run-audit-tail.ts';
import { runAuditVerify } from '../../src/commands/audit/run-audit-verify.ts';
import { EXPORT_FORMATS } from '../../src/commands/audit.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { createTestContext, type TestContextOptions, withFolder } from '../support/test-context.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function chainOf(count: number): string[] {
  const lines: string[] = [];
  let previous: AuditRecord | null = null;
  for (let index = 1; index <= count; index += 1) {
    previous = chainAuditRecord(
      {
        timestamp: `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}.000Z`,
        eventType: 'CONNECTOR_PUT',
        connectorId: `db-${index}`,
        status: index % 5 === 0 ? 'FAILED' : 'SUCCESS',
        latencyMs: index,
        details: {},
        actor: 'client-1',
        tenant: 'default',
        requestId: `req-${index}`,
      },
      previous,
      sha256,
    );
    lines.push(JSON.stringify(previous));
  }
  return lines;
}

const toText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

async function inFolder(
  text: string,
  run: (context: ReturnType<typeof createTestContext>) => Promise<number>,
  terminal: TestContextOptions['terminal'] = {},
) {
  return await withFolder({ 'audit.jsonl': text }, async (cwd) => {
    const context = createTestContext({ cwd, env: { DIP_AUDIT_FILE: 'audit.jsonl' }, terminal });
    return { exitCode: await run(context), out: context.terminal.out(), err: context.terminal.err() };
  });
}

describe('dip audit verify', () => {
  it('exits 0 for a chain that holds', async () => {
    const { exitCode, out } = await inFolder(toText(chainOf(7)), (context) => runAuditVerify(context, {}, []));
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out).toMatch(/^intact {2}audit\.jsonl: 7 records, head 7:[0-9a-f]{16}$/m);
  });

  it.each([
    ['an edited record', (lines: string[]) => lines.with(3, lines[3]!.replace('db-4', 'db-x')), 4, 'HASH_MISMATCH'],
    ['a deleted record', (lines: string[]) => lines.toSpliced(3, 1), 4, 'SEQUENCE_GAP'],
    ['a line that is no record', (lines: string[]) => lines.with(3, 'garbage'), 4, 'UNPARSEABLE'],
  ])('exits 1 and names %s', async (_case, damage, line, code) => {
    const { exitCode, out } = await inFolder(toText(damage(chainOf(7))), (context) => runAuditVerify(context, {}, []));
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(out).toContain(`broken  audit.jsonl:${line}`);
    expect(out).toContain(code);
  });

  it('gives the verdict as JSON', async () => {
    const run = (context: ReturnType<typeof createTestContext>) => runAuditVerify(context, {}, []);
    const { out } = await inFolder(toText(chainOf(3).toSpliced(1, 1)), run, { format: 'json' });
    expect(JSON.parse(out)).toMatchObject({ ok: false, defects: [{ line: 2, sequence: 3, code: 'SEQUENCE_GAP' }] });
  });

  it('says what to do when there is no file', async () => {
    const attempt = inFolder('', (context) => runAuditVerify(context, {}, ['nope.jsonl']));
    await expect(attempt).rejects.toMatchObject({
      exitCode: EXIT_CODES.failed,
      message: expect.stringContaining('nope.jsonl'),
      hint: expect.stringContaining('DIP_AUDIT_FILE'),
    });
  });
});

describe('dip audit tail', () => {
  it('shows the last records, oldest first', async () => {
    const { exitCode, out } = await inFolder(toText(chainOf(30)), (context) => runAuditTail(context, { lines: 2 }, []));
    expect(exitCode).toBe(EXIT_CODES.done);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/2026-01-01 00:00:29Z +CONNECTOR_PUT +db-29 +SUCCESS +29 ms +client-1/);
    expect(lines[2]).toMatch(/db-30 +FAILED/);
  });

  it('gives records as JSON', async () => {
    const run = (context: ReturnType<typeof createTestContext>) => runAuditTail(context, { lines: 1 }, []);
    const { out } = await inFolder(toText(chainOf(3)), run, { format: 'json' });
    expect(JSON.parse(out)).toMatchObject({ items: [{ sequence: 3, connectorId: 'db-3' }] });
  });

  it('points at verify where a line is no record', async () => {
    const { out } = await inFolder('garbage\n', (context) => runAuditTail(context, { lines: 5 }, []));
    expect(out).toContain('UNPARSEABLE');
    expect(out).not.toContain('garbage');
  });

  it.each([
    ['many blocks', 3000, 2000],
    ['fewer records than asked for', 2, 10],
  ])('reads %s from the end', async (_case, total, asked) => {
    const run = (context: ReturnType<typeof createTestContext>) => runAuditTail(context, { lines: asked }, []);
    const { out } = await inFolder(toText(chainOf(total)), run, { format: 'json' });
    const { items }: { items: { sequence: number }[] } = JSON.parse(out);
    expect(items.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: Math.min(total, asked) }, (_unused, index) => Math.max(0, total - asked) + index + 1),
    );
  });

  it('reaches into the file rotated away, and lets no record drive the terminal', async () => {
    const lines = chainOf(4);
    await withFolder({ 'audit.0001.jsonl': toText(lines.slice(0, 3)) }, async (cwd) => {
      const hostile = (lines[3] ?? '').replace('2026-01-01T', '\\u001b[2J\\u001b]0;x\\u0007');
      await writeFile(`${cwd}/audit.jsonl`, `${hostile}\n`);
      const context = createTestContext({ cwd, env: { DIP_AUDIT_FILE: 'audit.jsonl' } });
      await runAuditTail(context, { lines: 3 }, []);
      const out = context.terminal.out();
      expect(out).toMatch(/db-2[\s\S]*db-3[\s\S]*db-4/);
      expect(out).not.toContain('\u001b');
    });
  });
});

describe('dip audit verify over files', () => {
  it('follows the rotated files, and names file and line', async () => {
    const lines = chainOf(9);
    const old = toText(lines.slice(0, 5));
    await withFolder({ 'audit.0001.jsonl': old, 'audit.jsonl': toText(lines.slice(5)) }, async (cwd) => {
      const run = async (flags: Parameters<typeof runAuditVerify>[1], ...operands: string[]) => {
        const context = createTestContext({ cwd, env: { DIP_AUDIT_FILE: 'audit.jsonl' } });
        return { exitCode: await runAuditVerify(context, flags, operands), out: context.terminal.out() };
      };
      expect((await run({})).out).toMatch(/^intact {2}audit\.jsonl: 9 records in 2 files, head 9:/);
      expect((await run({}, 'audit.0001.jsonl')).out).toMatch(/^intact {2}audit\.0001\.jsonl: 5 records, head 5:/);
      const { hash } = JSON.parse(lines[4] ?? '');
      expect((await run({ single: true, start: `5:${hash}` })).out).toMatch(/4 records, from 6 on, head 9:/);
      expect(await run({ head: `12:${'a'.repeat(16)}` })).toMatchObject({
        exitCode: EXIT_CODES.failed,
        out: expect.stringMatching(/^broken {2}audit\.jsonl:4 sequence 9 TRUNCATED/),
      });
      await writeFile(`${cwd}/audit.0001.jsonl`, old.replace('db-2', 'db-x'));
      expect((await run({})).out).toMatch(/^broken {2}audit\.0001\.jsonl:2 sequence 2 HASH_MISMATCH/);
    });
  });

  it.each([
    ['--head', { head: '5' }],
    ['--head', { head: `5:${'a'.repeat(15)}` }],
    ['--head', { head: `0:${'a'.repeat(64)}` }],
    ['--start', { start: `5:${'a'.repeat(63)}` }],
  ])('refuses a bad %s before anything is read', async (flag, flags) => {
    const attempt = runAuditVerify(createTestContext(), flags, ['/nonexistent/audit.jsonl']);
    await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.usage, message: expect.stringContaining(flag) });
  });
});

describe('dip audit export', () => {
  it('offers the formats of the library', () => {
    expect(EXPORT_FORMATS).toEqual(AUDIT_EXPORT_FORMATS);
  });

  it('writes records to stdout and the count to stderr', async () => {
    const lines = chainOf(12);
    const flags = { format: 'jsonl', since: '2026-01-01T00:00:10.000Z', until: '2026-01-01T00:00:12Z' } as const;
    const { exitCode, out, err } = await inFolder(toText(lines), (context) => runAuditExport(context, flags, []));
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out).toBe(toText(lines.slice(9, 11)));
    expect(err).toContain('2 records exported.');
  });

  it('takes an age, counted from now', async () => {
    const run = (context: ReturnType<typeof createTestContext>) =>
      runAuditExport(context, { format: 'jsonl', since: '13h' }, []);
    expect((await inFolder(toText(chainOf(3)), run)).out.split('\n')).toHaveLength(4);
    const later = (context: ReturnType<typeof createTestContext>) =>
      runAuditExport(context, { format: 'jsonl', since: '11h' }, []);
    expect((await inFolder(toText(chainOf(3)), later)).out).toBe('');
  });

  it('writes a file whole, private, or not at all', async () => {
    const lines = chainOf(3);
    await withFolder({ 'audit.jsonl': toText(lines) }, async (cwd) => {
      const context = createTestContext({ cwd, env: { DIP_AUDIT_FILE: 'audit.jsonl' } });
      expect(await runAuditExport(context, { format: 'cef', out: 'siem.cef' }, [])).toBe(EXIT_CODES.done);
      expect((await readFile(`${cwd}/siem.cef`, 'utf8')).match(/^CEF:0\|Dipswitch\|/gm)).toHaveLength(3);
      expect((await stat(`${cwd}/siem.cef`)).mode & 0o777).toBe(0o600);
      await rename(`${cwd}/audit.jsonl`, `${cwd}/moved.jsonl`);
      await expect(runAuditExport(context, { format: 'cef', out: 'other.cef' }, [])).rejects.toThrow('no audit file');
      expect((await readdir(cwd)).sort()).toEqual(['moved.jsonl', 'siem.cef']);
    });
  });

  it('exits 1 when a line is no record, the others exported', async () => {
    const run = (context: ReturnType<typeof createTestContext>) => runAuditExport(context, { format: 'syslog' }, []);
    const { exitCode, out, err } = await inFolder(`${toText(chainOf(2))}rubbish\n`, run);
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(err).toContain('1 line could not be read');
  });

  it.each(['yesterday', '24', '2026-13-40', '1770000000'])('refuses the time %s', async (since) => {
    const attempt = runAuditExport(createTestContext(), { format: 'cef', since }, []);
    await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.usage, hint: expect.stringContaining('24h') });
  });

  it('says that the output cannot be written', async () => {
    const run = (context: ReturnType<typeof createTestContext>) =>
      runAuditExport(context, { format: 'cef', out: 'no/such/folder/x' }, []);
    await expect(inFolder(toText(chainOf(1)), run)).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
  });
});
