import { createHash } from 'node:crypto';
import { type AuditRecord, chainAuditRecord } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { readLastLines, runAuditTail } from '../../src/commands/audit-tail.ts';
import { runAuditVerify } from '../../src/commands/audit-verify.ts';
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
    expect(out).toMatch(/^intact {2}audit\.jsonl: 7 records, head 7 [0-9a-f]{16}$/m);
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
    ['a file larger than a block', 3000, 3],
    ['fewer lines than asked for', 2, 10],
  ])('reads %s from its end', async (_case, total, asked) => {
    const lines = Array.from({ length: total }, (_unused, index) => `line ${index} ${'é'.repeat(30)}`);
    await withFolder({ file: toText(lines) }, async (cwd) => {
      expect(await readLastLines(`${cwd}/file`, asked)).toEqual(lines.slice(-asked));
    });
  });
});
