import type { DataActionBody, DataActionDetail, DataActionResource, ExecutionAnswer } from '@dipswitch/contract';

export const DATA_ACTIONS_PATH = '/api/v1/dataactions';

export interface FakeCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A 204 has no body; `code` is for problem+json. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly code?: string;
}

interface StoredAction {
  versions: DataActionBody[];
  published: number | null;
  /** The versions that were published, oldest first. */
  history: number[];
  revision: number;
}

const AT = '2026-11-23T09:00:00.000Z';

/** Data actions of a few lines that keep the contract's promises: versions, drafts, preconditions, pages, `?force`. */
export class FakeDataActions {
  readonly stored = new Map<string, StoredAction>();
  /** Changes that were really made, in order. */
  readonly changes: string[] = [];
  /** What an execution answers. */
  execution: ExecutionAnswer = {
    outcome: 'FOUND',
    rowCount: 1,
    truncated: false,
    source: 'live',
    ageSeconds: 0,
    executionId: 'exec-1',
    id: 42,
    full_name: 'Ada Lovelace',
  };
  /** Bodies of the executions that ran, by their keys. */
  readonly executed = new Map<string, unknown>();

  /** Carries a request out. Paths of anything else are not for it. */
  answer(call: FakeCall): FakeAnswer {
    const url = new URL(call.path, 'http://engine');
    if (url.pathname === DATA_ACTIONS_PATH) return { status: 200, body: this.#page(url) };
    const [id = '', tail] = url.pathname
      .slice(DATA_ACTIONS_PATH.length + 1)
      .split('/')
      .map(decodeURIComponent);
    const stored = this.stored.get(id);
    if (call.method === 'PUT') return this.#put(id, call, stored);
    if (stored === undefined) return { status: 404, code: 'NOT_FOUND' };
    if (call.method === 'DELETE') return this.#delete(id, call, stored, url.searchParams.get('force') === 'true');
    if (call.method === 'GET') return tail === 'stats' ? this.#stats(id) : { status: 200, body: toDetail(stored) };
    if (tail === 'publish' || tail === 'rollback') return this.#release(tail, id, call, stored);
    if (tail === 'execute') return this.#execute(call, stored);
    if (tail === 'test') return this.#test(call, stored);
    return { status: 200, body: { valid: true, findings: [] } };
  }

  #put(id: string, call: FakeCall, stored: StoredAction | undefined): FakeAnswer {
    if (isRefused(call, stored)) return { status: 412, code: 'PRECONDITION_FAILED' };
    const body: DataActionBody = JSON.parse(call.body);
    const next = stored ?? { versions: [], published: null, history: [], revision: 0 };
    if (JSON.stringify(next.versions.at(-1)) !== call.body) {
      next.versions.push(body);
      next.revision += 1;
      this.stored.set(id, next);
      this.changes.push(`store ${id} ${next.versions.length}`);
    }
    return { status: 200, body: toResource(next) };
  }

  #delete(id: string, call: FakeCall, stored: StoredAction, force: boolean): FakeAnswer {
    if (isRefused(call, stored)) return { status: 412, code: 'PRECONDITION_FAILED' };
    if (stored.published !== null && !force) return { status: 409, code: 'STILL_PUBLISHED' };
    this.stored.delete(id);
    this.changes.push(`delete ${id}`);
    return { status: 204 };
  }

  #release(verb: 'publish' | 'rollback', id: string, call: FakeCall, stored: StoredAction): FakeAnswer {
    if (isRefused(call, stored)) return { status: 412, code: 'PRECONDITION_FAILED' };
    const named: { readonly version?: number } = JSON.parse(call.body);
    const version = named.version ?? (verb === 'publish' ? stored.versions.length : stored.history.at(-2));
    if (version === undefined || stored.versions[version - 1] === undefined) {
      return { status: 404, code: 'UNKNOWN_VERSION' };
    }
    if (stored.published !== version) {
      stored.published = version;
      stored.history.push(version);
      stored.revision += 1;
      this.changes.push(`${verb} ${id} ${version}`);
    }
    return { status: 200, body: toResource(stored) };
  }

  #execute(call: FakeCall, stored: StoredAction): FakeAnswer {
    if (stored.published === null) return { status: 409, code: 'NOT_PUBLISHED' };
    this.executed.set(String(call.headers['idempotency-key']), JSON.parse(call.body));
    return { status: 200, body: this.execution };
  }

  #test(call: FakeCall, stored: StoredAction): FakeAnswer {
    const { version = stored.versions.length }: { readonly version?: number } = JSON.parse(call.body);
    const { execution: answer } = this;
    const timings = { queueMs: 0.2, databaseMs: 1.4, totalMs: 1.9 };
    const plan = 'Index Scan using customers_phone on customers';
    const columns = ['id', 'full_name'];
    return { status: 200, body: { version, answer, errorClass: null, vendorCode: null, columns, plan, timings } };
  }

  #stats(actionId: string): FakeAnswer {
    const zero = { p50: 1, p95: 2, p99: 3 };
    const outcomes = { FOUND: 7, NO_RECORDS: 2, DONE: 0, TIMEOUT: 1, UNAVAILABLE: 0, BUSY: 0, ERROR: 0 };
    const sources = { live: 9, cache: 0, stale: 0, fallback: 1, none: 0 };
    const times = { totalMs: zero, queueMs: zero, databaseMs: zero };
    const counts = { rows: 7, bytes: 900, cacheHits: 0, coalesced: 0, truncated: 0 };
    return { status: 200, body: { actionId, since: AT, executions: 10, outcomes, sources, ...times, ...counts } };
  }

  #page({ searchParams }: URL): unknown {
    const start = Number(searchParams.get('cursor') ?? 0);
    const size = Number(searchParams.get('limit') ?? 100);
    const all = [...this.stored.values()];
    const nextCursor = start + size < all.length ? String(start + size) : null;
    return { items: all.slice(start, start + size).map(toResource), nextCursor };
  }
}

function isRefused({ headers }: FakeCall, stored: StoredAction | undefined): boolean {
  if (headers['if-none-match'] === '*') return stored !== undefined;
  const match = headers['if-match'];
  return match !== undefined && match !== `"${stored?.revision}"`;
}

function toResource({ versions, published, revision }: StoredAction): DataActionResource {
  const body = versions.at(-1);
  if (body === undefined) throw new Error('a stored action has a version');
  const times = { createdAt: AT, updatedAt: AT };
  return { ...body, version: versions.length, publishedVersion: published, revision, ...times };
}

function toDetail(stored: StoredAction): DataActionDetail {
  const versions = stored.versions.map((definition, index) => {
    const version = index + 1;
    const ran = stored.history.includes(version);
    const state = stored.published === version ? 'published' : ran ? 'superseded' : 'draft';
    return { version, state, createdAt: AT, createdBy: 'dipc_1', publishedAt: ran ? AT : null, definition } as const;
  });
  return { ...toResource(stored), versions: versions.reverse() };
}
