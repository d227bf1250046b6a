import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditFile } from '../../src/audit/audit-file.ts';
import { type ExportAuditFileOptions, exportAuditFile } from '../../src/audit/export-audit-file.ts';
import { systemClock } from '../../src/util/clock.ts';

function event(index: number): AuditEvent {
  return {
    timestamp: `2026-11-23T10:00:0${index}.000Z`,
    eventType: index % 2 === 0 ? 'CONNECTOR_UPDATED' : 'VAULT_NOTICE',
    connectorId: `c${index}`,
    status: index === 3 ? 'FAILED' : 'SUCCESS',
    latencyMs: 1.5,
    details: { note: 'a=b|c"]\\' },
    actor: 'tester',
    tenant: 'default',
    requestId: `r${index}`,
  };
}

describe('exportAuditFile', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-export-'));
    file = join(folder, 'audit.jsonl');
    const audit = await AuditFile.open(file, { clock: systemClock, actor: 'tester', maxBytes: 1_000 });
    for (let index = 0; index < 6; index += 1) await audit.append(event(index));
    await audit.close();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function exported(options: ExportAuditFileOptions) {
    const total = { lines: [] as string[], records: 0, unreadable: 0 };
    for await (const { text, records, unreadable } of exportAuditFile(file, options)) {
      total.lines.push(...text.split('\n').slice(0, -1));
      total.records += records;
      total.unreadable += unreadable;
    }
    return total;
  }

  it('gives records as they stand, those of rotated files included', async () => {
    const { lines, records } = await exported({ format: 'jsonl' });
    const parts = await Promise.all(
      ['audit.0001.jsonl', 'audit.jsonl'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    expect(records).toBe(6);
    expect(`${lines.join('\n')}\n`).toBe(parts.join(''));
  });

  it.each<[string, Omit<ExportAuditFileOptions, 'format'>, number[]]>([
    ['since, inclusive', { sinceMs: Date.parse('2026-11-23T10:00:04.000Z') }, [4, 5]],
    ['until, exclusive', { untilMs: Date.parse('2026-11-23T10:00:02.000Z') }, [0, 1]],
    ['event type', { eventTypes: ['VAULT_NOTICE'] }, [1, 3, 5]],
    ['connector', { connectorIds: ['c2', 'c9'] }, [2]],
    ['all of them', { eventTypes: ['VAULT_NOTICE'], connectorIds: ['c3', 'c2'] }, [3]],
  ])('filters by %s', async (_name, filter, expected) => {
    const { lines } = await exported({ format: 'jsonl', ...filter });
    expect(lines.map((line) => Number(JSON.parse(line).connectorId.slice(1)))).toEqual(expected);
  });

  it('writes CEF with the dictionary’s keys, a failure more severe', async () => {
    const { lines } = await exported({ format: 'cef' });
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(
      /^CEF:0\|Dipswitch\|Dipswitch\|\d+\.\d+\.\d+\|CONNECTOR_UPDATED\|connector updated\|3\|rt=1795428000000 externalId=1 outcome=success suser=tester cs1=c0 cs1Label=connectorId cs3=default cs3Label=tenant cs4=r0 cs4Label=requestId cs5=[0-9a-f]{64} cs5Label=hash cs6=\{"note":"a\\=b\|c\\\\"\]\\\\\\\\"\} cs6Label=details cfp1=1\.5 cfp1Label=latencyMs$/,
    );
    expect(lines[3]).toMatch(/\|6\|.* outcome=failure /);
  });

  it('writes RFC 5424 syslog, facility log audit, a failure as a warning', async () => {
    const { lines } = await exported({ format: 'syslog', hostname: 'ops-1' });
    expect(lines[0]).toMatch(
      /^<110>1 2026-11-23T10:00:00\.000Z ops-1 dipswitch - CONNECTOR_UPDATED \[audit@32473 sequence="1" eventType="CONNECTOR_UPDATED" connectorId="c0" status="SUCCESS" latencyMs="1\.5" actor="tester" tenant="default" requestId="r0" previousHash="0{64}" hash="[0-9a-f]{64}"\] \{"note":"a=b\|c\\"\]\\\\"\}$/,
    );
    expect(lines[3]).toMatch(/^<108>1 /);
  });

  it('counts what is no record, and goes on behind it', async () => {
    await appendFile(file, 'rubbish\n{"sequence":1}\n');
    expect(await exported({ format: 'cef' })).toMatchObject({ records: 6, unreadable: 2 });
  });

  it('throws what the system says of a missing file', async () => {
    file = join(folder, 'gone.jsonl');
    await expect(exported({ format: 'cef' })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
