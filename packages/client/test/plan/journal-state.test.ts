import { describe, expect, it } from 'vitest';
import {
  compactRecords,
  digestOfBody,
  type JournalEntry,
  type JournalRecord,
  readJournalText,
} from '../../src/plan/journal-state.ts';
import { connectorBody } from '../support/bodies.ts';

const SERVER = 'https://dips.example.com';
const RUN: JournalRecord = {
  type: 'run',
  format: 1,
  run: 'r1',
  at: '2026-11-23T10:00:00.000Z',
  server: SERVER,
  actor: 'dipc_test',
  changes: 2,
};
const DIGEST = digestOfBody(connectorBody('c1'));
const C1 = { kind: 'connector', id: 'c1', digest: DIGEST } as const;
const BEGIN: JournalRecord = { type: 'begin', ...C1, action: 'create', revision: null, requestId: 'q1' };

function end(outcome: 'applied' | 'refused' | 'unknown', code: string | null = null): JournalRecord {
  return { type: 'end', ...C1, outcome, revision: outcome === 'applied' ? 3 : null, code };
}

function textOf(...records: readonly JournalRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function entryOf(text: string, server = SERVER): JournalEntry | undefined {
  return readJournalText(text).state.get(server)?.get('connector/c1');
}

describe('the journal', () => {
  it('leaves a write in doubt that was begun and has no end', () => {
    const inDoubt = { action: 'create', digest: DIGEST, requestId: 'q1' };
    expect(entryOf(textOf(RUN, BEGIN))).toMatchObject({ inDoubt, applied: null, failure: null });
  });

  it.each<[string, JournalRecord, Partial<JournalEntry>]>([
    ['applied', end('applied'), { inDoubt: null, applied: { revision: 3, digest: DIGEST }, failure: null }],
    ['refused', end('refused', 'ID_TAKEN'), { inDoubt: null, applied: null, failure: 'ID_TAKEN' }],
    [
      'without an answer',
      end('unknown', 'CONNECTION_FAILED'),
      { inDoubt: { action: 'create', digest: DIGEST, requestId: 'q1' }, failure: 'CONNECTION_FAILED' },
    ],
  ])('knows a write that ended %s', (_name, record, entry) => {
    expect(entryOf(textOf(RUN, BEGIN, record))).toMatchObject(entry);
  });

  it('keeps what was applied when a later write fails', () => {
    const text = textOf(RUN, BEGIN, end('applied'), BEGIN, end('refused', 'VALIDATION_FAILED'));
    expect(entryOf(text)).toMatchObject({ applied: { revision: 3 }, failure: 'VALIDATION_FAILED' });
  });

  it('keeps servers apart', () => {
    const text = textOf(RUN, BEGIN, end('applied'), { ...RUN, server: 'https://other' }, BEGIN);
    expect(entryOf(text)).toMatchObject({ inDoubt: null });
    expect(entryOf(text, 'https://other')).toMatchObject({ applied: null, inDoubt: { requestId: 'q1' } });
  });

  it('is readable whatever byte it was cut off at', () => {
    const text = textOf(RUN, BEGIN, end('applied'));
    const whole = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    for (let length = 0; length <= text.length; length += 1) {
      const reading = readJournalText(text.slice(0, length));
      expect(reading.damagedLines).toBe(0);
      expect(reading.records).toBe(whole.filter((at) => at > 0 && at <= length).length);
    }
  });

  it('passes over a line that is no record', () => {
    const text = `${textOf(RUN)}{"type":"begin"}\nnonsense\n[]\n{"type":"end","kind":1}\n${textOf(BEGIN)}`;
    const reading = readJournalText(text);
    expect(reading).toMatchObject({ damagedLines: 4, records: 2 });
    expect(entryOf(text)).toMatchObject({ inDoubt: { requestId: 'q1' } });
  });

  it('says the same when it is compacted', () => {
    const text = textOf(RUN, BEGIN, end('applied'), BEGIN, { ...RUN, server: 'https://other' }, BEGIN);
    const { state } = readJournalText(text);
    expect(readJournalText(textOf(...compactRecords(state))).state).toEqual(state);
  });
});
