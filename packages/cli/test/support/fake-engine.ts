import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectorBody, HealthStatus } from '@dipswitch/contract';
import { DATA_ACTIONS_PATH, FakeDataActions } from '../../../../test/support/fake-data-actions.ts';

export interface FakeEngineOptions {
  /** Status of every stored connector. */
  readonly status?: HealthStatus;
  /** Held before each PUT is answered; resolve it to go on. */
  readonly beforePut?: (id: string) => Promise<void>;
  /** Connectors whose PUT is refused with 403 ID_TAKEN. */
  readonly takenIds?: readonly string[];
}

export interface FakeEngine {
  readonly url: string;
  readonly stored: Map<string, { body: ConnectorBody; revision: number }>;
  readonly dataActions: FakeDataActions;
  /** Method and path of every request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

export const CLIENT_ID = 'client-1';
export const CLIENT_SECRET = 'canary-client-secret-7f3a';

/** Connectors and data actions of the contract in memory, on loopback: enough for the real client behind the real command line. */
export async function startFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const stored: FakeEngine['stored'] = new Map();
  const dataActions = new FakeDataActions();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const health = () => ({
    status: options.status ?? 'HEALTHY',
    lastCheckAt: '2026-01-01T00:00:00.000Z',
    latencyMs: 1.5,
    errorClass: null,
    message: null,
  });
  const toResource = ({ body, revision }: { body: ConnectorBody; revision: number }) => ({
    ...body,
    revision,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    health: health(),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const text = await readText(request);
    if (url.pathname === '/oauth/token') {
      if (!text.includes(CLIENT_SECRET)) return send(response, 401, { error: 'invalid_client' });
      return send(response, 200, { access_token: 'token', token_type: 'Bearer', expires_in: 3600 });
    }
    if (url.pathname.startsWith(DATA_ACTIONS_PATH)) {
      const { method = '', url: target = '', headers } = request;
      const given = dataActions.answer({ method, path: target, headers, body: text });
      if (given.code !== undefined) return problem(response, given.status, given.code, given.code);
      return given.status === 204 ? void response.writeHead(204).end() : send(response, given.status, given.body);
    }
    const [, id, action] = /\/connectors(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (id === undefined) return send(response, 200, { items: [...stored.values()].map(toResource), nextCursor: null });
    if (request.method === 'PUT') {
      await options.beforePut?.(id);
      if (options.takenIds?.includes(id) === true)
        return problem(response, 403, 'ID_TAKEN', 'The id belongs to another tenant');
      const entry = { body: JSON.parse(text), revision: (stored.get(id)?.revision ?? 0) + 1 };
      stored.set(id, entry);
      return send(response, 200, toResource(entry));
    }
    const entry = stored.get(id);
    if (entry === undefined) return problem(response, 404, 'NOT_FOUND', 'There is no such thing');
    if (request.method === 'DELETE') {
      stored.delete(id);
      response.writeHead(204).end();
      return;
    }
    if (action === 'health') {
      return send(response, 200, {
        ...health(),
        connectorId: id,
        revision: entry.revision,
        servingRevision: entry.revision,
        consecutiveFailures: 0,
        nextCheckAt: null,
        driver: 'pg 8.23.1',
        serverVersion: '18.4',
        pool: null,
        history: [],
      });
    }
    return send(response, 200, toResource(entry));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stored,
    dataActions,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, title: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title, status, detail: title, code, requestId: 'req-42' }));
}
