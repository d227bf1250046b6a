import { createHash } from 'node:crypto';
import {
  type AuditHead,
  type AuditRecord,
  chainAuditRecord,
  createAuditVerifier,
  GENESIS_HASH,
} from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function makeChain(length: number, start: AuditHead | null = null): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let index = 0; index < length; index += 1) {
    const event = {
      timestamp: new Date(1_790_000_000_000 + index).toISOString(),
      eventType: 'CONNECTOR_PUT',
      connectorId: `db-${index}`,
      status: 'SUCCESS' as const,
      latencyMs: index + 0.5,
      details: { revision: index, ä: ['x', null] },
      actor: 'client-1',
      tenant: 'default',
      requestId: `r-${index}`,
    };
    records.push(chainAuditRecord(event, records.at(-1) ?? start, sha256));
  }
  return records;
}

function verify(records: readonly (AuditRecord | string)[], start?: AuditHead, expected?: AuditHead) {
  const verifier = createAuditVerifier(sha256, start);
  const defects = records
    .map((record) => verifier.push(typeof record === 'string' ? record : JSON.stringify(record)))
    .filter((defect) => defect !== null);
  return { defects, summary: verifier.finish(expected) };
}

const chain = makeChain(6);
const at = (index: number): AuditRecord => chain[index]!;

describe('an audit chain', () => {
  it('begins at sequence 1 with the genesis hash and links each record to the one before', () => {
    expect(at(0)).toMatchObject({ sequence: 1, previousHash: GENESIS_HASH });
    expect(at(1)).toMatchObject({ sequence: 2, previousHash: at(0).hash });
  });

  it('hashes the canonical form, whatever the order of members in the line', () => {
    const reversed = chain.map((record) => JSON.stringify(Object.fromEntries(Object.entries(record).reverse())));
    expect(verify(reversed).summary).toMatchObject({ ok: true, records: 6 });
  });

  it('holds when nothing was touched', () => {
    expect(verify(chain)).toEqual({
      defects: [],
      summary: { ok: true, records: 6, defects: 0, firstDefect: null, head: { sequence: 6, hash: at(5).hash } },
    });
  });

  it('holds from a known head on', () => {
    expect(verify(chain.slice(3), at(2)).summary.ok).toBe(true);
    expect(verify(makeChain(2, at(5)), at(5)).summary.head?.sequence).toBe(8);
  });
});

describe('createAuditVerifier', () => {
  const edited = { ...at(2), status: 'FAILED' as const };
  const { hash: _hash, sequence: _sequence, previousHash: _previous, ...event } = edited;
  const forged = chainAuditRecord(event, at(1), sha256);
  const cases: readonly (readonly [string, (AuditRecord | string)[], string, number])[] = [
    ['an edited record', [at(0), at(1), edited, at(3), at(4)], 'HASH_MISMATCH', 3],
    ['an edited record with a new hash', [at(0), at(1), forged, at(3), at(4)], 'CHAIN_BROKEN', 4],
    ['an added member', [at(0), JSON.stringify({ ...at(1), extra: 1 }), at(2)], 'HASH_MISMATCH', 2],
    ['a deleted record', [at(0), at(1), at(3), at(4)], 'SEQUENCE_GAP', 3],
    ['a deleted beginning', chain.slice(2), 'SEQUENCE_GAP', 1],
    ['a record given twice', [at(0), at(1), at(1), at(2)], 'SEQUENCE_REPEATED', 3],
    ['two records changed over', [at(0), at(2), at(1), at(3)], 'SEQUENCE_GAP', 2],
    ['an old record put in again', [at(0), at(1), at(2), at(0)], 'REORDERED', 4],
    ['a fork', [at(0), at(1), at(2), forged], 'FORKED', 4],
    ['a torn line', [at(0), '{"sequence":2,', at(2)], 'UNPARSEABLE', 2],
    ['an empty line', [at(0), '', at(1)], 'UNPARSEABLE', 2],
    ['a line that is JSON but no record', [at(0), '[]', at(1)], 'UNPARSEABLE', 2],
    [
      'a record of another chain',
      [at(0), at(1), chainAuditRecord(event, { sequence: 2, hash: 'f'.repeat(64) }, sha256)],
      'CHAIN_BROKEN',
      3,
    ],
  ];

  it.each(cases)('finds %s and names the first bad line', (_name, records, code, line) => {
    const { summary } = verify(records);
    expect(summary).toMatchObject({ ok: false, firstDefect: { code, line } });
  });

  it('tells one break once and goes on', () => {
    expect(verify([at(0), at(1), at(3), at(4), at(5)]).defects).toHaveLength(1);
    expect(verify([at(0), 'torn', at(2), at(3)]).defects).toHaveLength(1);
  });

  it('finds records missing at the end by a head known from elsewhere', () => {
    const { summary } = verify(chain.slice(0, 4), undefined, at(5));
    expect(summary).toMatchObject({ ok: false, firstDefect: { code: 'TRUNCATED', sequence: 4 } });
    expect(verify(chain, undefined, at(5)).summary.ok).toBe(true);
    expect(verify(chain, undefined, { sequence: 6, hash: 'f'.repeat(64) }).summary.firstDefect?.code).toBe(
      'CHAIN_BROKEN',
    );
    expect(verify([], undefined, at(0)).summary.firstDefect).toMatchObject({ code: 'TRUNCATED', sequence: null });
  });

  it('does not throw for a line with a lone surrogate', () => {
    const line = JSON.stringify(at(0)).replace('client-1', '\\ud800');
    expect(verify([line]).summary.firstDefect?.code).toBe('UNPARSEABLE');
  });
});
