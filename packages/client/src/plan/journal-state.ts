import { sha256Hex } from '@dipswitch/audit-log';
import { type ConnectorBody, canonicalJson, type DataActionBody } from '@dipswitch/contract';
import type { ChangeAction } from './plan.ts';

/** What the journal knows of one resource of one server. */
export interface JournalEntry {
  readonly kind: string;
  readonly id: string;
  /** The last write that is known to have been carried out; a null digest: it was deleted. */
  readonly applied: { readonly revision: number | null; readonly digest: string | null } | null;
  /** A write that was begun, and of which nobody knows whether the server carried it out. */
  readonly inDoubt: BegunWrite | null;
  /** Why the last attempt did not succeed; null when it did. */
  readonly failure: string | null;
}

export interface BegunWrite {
  readonly action: WriteAction;
  /** Of the body that was sent; null for a delete. */
  readonly digest: string | null;
  readonly requestId: string;
}

/** Of one server, by `resourceKey`. */
export type JournalEntries = ReadonlyMap<string, JournalEntry>;

/** By address of the server. */
export type JournalState = ReadonlyMap<string, JournalEntries>;

export type WriteAction = Exclude<ChangeAction, 'no-op'>;

/** `unknown`: no answer, or one that does not tell whether the server did it. */
export type WriteOutcome = 'applied' | 'refused' | 'unknown';

export type JournalRecord =
  | {
      readonly type: 'run';
      readonly format: 1;
      readonly run: string;
      readonly at: string;
      readonly server: string;
      readonly actor: string;
      readonly changes: number;
    }
  | {
      readonly type: 'begin';
      readonly kind: string;
      readonly id: string;
      readonly action: WriteAction;
      readonly revision: number | null;
      readonly digest: string | null;
      readonly requestId: string;
    }
  | {
      readonly type: 'end';
      readonly kind: string;
      readonly id: string;
      readonly outcome: WriteOutcome;
      readonly revision: number | null;
      readonly digest: string | null;
      readonly code: string | null;
    }
  | { readonly type: 'finished'; readonly run: string; readonly at: string; readonly ok: boolean }
  | ({ readonly type: 'entry'; readonly server: string } & JournalEntry);

export function resourceKey({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind}/${id}`;
}

/** Tells two bodies apart; null for a resource that is to be gone. */
export function digestOfBody(body: ConnectorBody | DataActionBody | null): string | null {
  return body === null ? null : sha256Hex(canonicalJson(body));
}

export interface JournalReading {
  readonly state: JournalState;
  /** Whole lines that are no records. They are passed over: the journal guides, the server's revisions decide. */
  readonly damagedLines: number;
  readonly records: number;
}

/** Reads a journal of any length in one pass; a last line without an end was cut off by a crash and is left out. */
export function readJournalText(text: string): JournalReading {
  const state = new Map<string, Map<string, JournalEntry>>();
  let server = '';
  let damagedLines = 0;
  let records = 0;
  const end = text.lastIndexOf('\n');
  for (const line of end === -1 ? [] : text.slice(0, end).split('\n')) {
    const record = parseRecord(line);
    if (record === null) {
      damagedLines += 1;
      continue;
    }
    records += 1;
    if (record.type === 'run') server = record.server;
    const entries = getOrCreate(state, record.type === 'entry' ? record.server : server);
    applyRecord(entries, record);
  }
  return { state, damagedLines, records };
}

function applyRecord(entries: Map<string, JournalEntry>, record: JournalRecord): void {
  if (record.type === 'run' || record.type === 'finished') return;
  const key = resourceKey(record);
  if (record.type === 'entry') {
    const { kind, id, applied, inDoubt, failure } = record;
    entries.set(key, { kind, id, applied, inDoubt, failure });
    return;
  }
  const { kind, id } = record;
  const before = entries.get(key) ?? { kind, id, applied: null, inDoubt: null, failure: null };
  if (record.type === 'begin') {
    const { action, digest, requestId } = record;
    entries.set(key, { ...before, inDoubt: { action, digest, requestId } });
    return;
  }
  const { outcome, revision, digest, code } = record;
  if (outcome === 'applied') {
    entries.set(key, { ...before, applied: { revision, digest }, inDoubt: null, failure: null });
  } else {
    entries.set(key, {
      ...before,
      inDoubt: outcome === 'unknown' ? before.inDoubt : null,
      failure: code ?? 'UNKNOWN',
    });
  }
}

function getOrCreate(state: Map<string, Map<string, JournalEntry>>, server: string): Map<string, JournalEntry> {
  const known = state.get(server);
  if (known !== undefined) return known;
  const made = new Map<string, JournalEntry>();
  state.set(server, made);
  return made;
}

const TYPES: ReadonlySet<unknown> = new Set(['run', 'begin', 'end', 'finished', 'entry']);

function parseRecord(line: string): JournalRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null || !('type' in value) || !TYPES.has(value.type)) return false;
  if (value.type === 'finished') return true;
  if (value.type === 'run') return 'server' in value && typeof value.server === 'string';
  if (!('kind' in value && 'id' in value)) return false;
  if (value.type === 'entry') {
    return 'server' in value && 'applied' in value && 'inDoubt' in value && 'failure' in value;
  }
  return 'digest' in value;
}

/** The shortest journal that says the same. */
export function compactRecords(state: JournalState): readonly JournalRecord[] {
  return [...state].flatMap(([server, entries]) =>
    [...entries.values()].map((entry): JournalRecord => ({ type: 'entry', server, ...entry })),
  );
}
