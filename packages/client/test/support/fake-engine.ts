import type { ServerResponse } from 'node:http';
import type { ConnectorBody } from '@dipswitch/contract';
import { DATA_ACTIONS_PATH, FakeDataActions } from '../../../../test/support/fake-data-actions.ts';
import {
  answer,
  answerToken,
  problem,
  type ReceivedRequest,
  type ScriptedServer,
  startScriptedServer,
} from './scripted-server.ts';

const COLLECTION = '/api/v1/integrations/connectors';

interface Stored {
  readonly body: ConnectorBody;
  readonly revision: number;
  status: string;
}

/** What a test puts before the engine: true when it has answered (or broken the connection) itself. */
export type Fault = (
  request: ReceivedRequest,
  response: ServerResponse,
  engine: FakeEngine,
) => boolean | Promise<boolean>;

/** An engine of a few lines that keeps the contract's promises: revisions, preconditions, pages, ownership of nothing. */
export class FakeEngine implements AsyncDisposable {
  readonly stored = new Map<string, Stored>();
  readonly dataActions = new FakeDataActions();
  /** Changes that were really made, in order. */
  readonly changes: string[] = [];
  healthStatus = 'HEALTHY';
  pageSize = 1000;
  /** For servers of thousands of requests: `received` stays empty. */
  forgetsRequests = false;
  fault: Fault = () => false;
  #server: ScriptedServer | undefined;

  static async start(): Promise<FakeEngine> {
    const engine = new FakeEngine();
    engine.#server = await startScriptedServer((request, response) => engine.#answer(request, response));
    return engine;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get received(): readonly ReceivedRequest[] {
    return this.#server?.received ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  /** Carries the request out; what a fault calls when the answer is to be lost afterwards. */
  carryOut(request: ReceivedRequest): { status: number; body?: unknown; code?: string } {
    if (request.path.startsWith(DATA_ACTIONS_PATH)) return this.dataActions.answer(request);
    const path = request.path.split('?')[0] ?? '';
    if (path === COLLECTION) return { status: 200, body: this.#page(request) };
    const [id = '', tail] = path
      .slice(COLLECTION.length + 1)
      .split('/')
      .map(decodeURIComponent);
    const stored = this.stored.get(id);
    if (tail === 'health' && stored !== undefined) return { status: 200, body: this.#health(id, stored) };
    if (request.method === 'PUT') return this.#put(id, request, stored);
    if (stored === undefined) return { status: 404, code: 'NOT_FOUND' };
    if (request.method === 'DELETE') return this.#delete(id, request, stored);
    return { status: 200, body: resource(stored) };
  }

  async #answer(request: ReceivedRequest, response: ServerResponse): Promise<void> {
    if (this.forgetsRequests) this.#server?.forget();
    if (await this.fault(request, response, this)) return;
    if (answerToken(request, response)) return;
    const { status, body, code } = this.carryOut(request);
    if (code !== undefined) problem(response, status, code);
    else answer(response, status, body);
  }

  #put(
    id: string,
    request: ReceivedRequest,
    stored: Stored | undefined,
  ): { status: number; body?: unknown; code?: string } {
    if (isRefused(request, stored)) return { status: 412, code: 'PRECONDITION_FAILED' };
    const body: ConnectorBody = JSON.parse(request.body);
    if (stored !== undefined && JSON.stringify(stored.body) === request.body)
      return { status: 200, body: resource(stored) };
    const next = { body, revision: (stored?.revision ?? 0) + 1, status: this.healthStatus };
    this.stored.set(id, next);
    this.changes.push(`${stored === undefined ? 'create' : 'update'} ${id}`);
    return { status: 200, body: resource(next) };
  }

  #delete(id: string, request: ReceivedRequest, stored: Stored): { status: number; code?: string } {
    if (isRefused(request, stored)) return { status: 412, code: 'PRECONDITION_FAILED' };
    this.stored.delete(id);
    this.changes.push(`delete ${id}`);
    return { status: 204 };
  }

  #page(request: ReceivedRequest): unknown {
    const query = new URL(request.path, 'http://engine').searchParams;
    const start = Number(query.get('cursor') ?? 0);
    const size = Math.min(this.pageSize, Number(query.get('limit')));
    const all = [...this.stored.values()];
    const next = start + size < all.length ? String(start + size) : null;
    return { items: all.slice(start, start + size).map(resource), nextCursor: next };
  }

  #health(connectorId: string, { revision, status }: Stored): unknown {
    const isUp = status === 'HEALTHY';
    return {
      connectorId,
      revision,
      servingRevision: isUp ? revision : null,
      status,
      lastCheckAt: null,
      latencyMs: 1,
      errorClass: isUp ? null : 'UNREACHABLE',
      message: isUp ? null : 'the database cannot be reached',
      consecutiveFailures: 0,
      nextCheckAt: null,
      driver: null,
      serverVersion: null,
      pool: null,
      history: [],
    };
  }
}

function isRefused({ headers }: ReceivedRequest, stored: Stored | undefined): boolean {
  if (headers['if-none-match'] === '*') return stored !== undefined;
  const match = headers['if-match'];
  return match !== undefined && match !== `"${stored?.revision}"`;
}

function resource({ body, revision, status }: Stored): unknown {
  return {
    ...body,
    revision,
    createdAt: '2026-11-23T09:00:00.000Z',
    updatedAt: '2026-11-23T09:00:00.000Z',
    health: { status, lastCheckAt: null, latencyMs: null, errorClass: null, message: null },
  };
}
