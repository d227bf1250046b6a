/** The server of the bulk benchmark: speaks as much of the contract as an apply needs, and counts. A process of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Arrival, RunReport, RunSettings } from './server-protocol.ts';
import { TokenBucket } from './token-bucket.ts';

const COLLECTION = '/api/v1/integrations/connectors';

interface Run {
  readonly settings: RunSettings;
  readonly arrivals: Arrival[];
  readonly carriedOut: Map<string, number>;
  /** Made by the first request, which starts the clock. */
  bucket: TokenBucket | null;
  startedAtMs: number;
}

let run = createRun({ mode: 'bare', rate: 50, burst: 50, latencyMs: 20, changes: [] });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => undefined);
  request.on('end', () => serve(request, Buffer.concat(chunks).toString('utf8'), response));
});
// A contestant that paces slowly must not meet a connection that closes under it.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`listening on http://127.0.0.1:${address?.port}`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});

function createRun(settings: RunSettings): Run {
  return { settings, arrivals: [], carriedOut: new Map(), bucket: null, startedAtMs: 0 };
}

function serve(request: IncomingMessage, body: string, response: ServerResponse): void {
  const path = request.url?.split('?', 1)[0] ?? '';
  if (path === '/run') control(request, body, response);
  else if (path === '/oauth/token') issueToken(body, response);
  else if (request.method === 'PUT' && path.startsWith(`${COLLECTION}/`)) put(request, body, response);
  else if (path === COLLECTION) send(response, 200, { items: [], nextCursor: null }, {});
  else send(response, 404, { type: 'about:blank', title: 'Not found', status: 404, code: 'NOT_FOUND' }, {});
}

function control(request: IncomingMessage, body: string, response: ServerResponse): void {
  if (request.method === 'POST') run = createRun(JSON.parse(body));
  const report: RunReport = { arrivals: run.arrivals, carriedOut: Object.fromEntries(run.carriedOut) };
  send(response, 200, report, {});
}

/** The token is the client's id, so that the requests of each client can be told apart. */
function issueToken(body: string, response: ServerResponse): void {
  const client = new URLSearchParams(body).get('client_id') ?? '';
  const scope = 'integrations:read integrations:write';
  send(response, 200, { access_token: client, token_type: 'Bearer', expires_in: 3600, scope }, {});
}

function put(request: IncomingMessage, body: string, response: ServerResponse): void {
  const { bucket, atMs } = openBucket();
  const accepted = bucket.take(performance.now());
  run.arrivals.push({ atMs, accepted, client: request.headers.authorization?.replace('Bearer ', '') ?? '' });
  const headers = limitHeaders(bucket, accepted);
  const answer = accepted
    ? carryOut(body)
    : { type: 'about:blank', title: 'Slow down', status: 429, code: 'RATE_LIMITED' };
  setTimeout(() => send(response, accepted ? 200 : 429, answer, headers), run.settings.latencyMs);
}

function openBucket(): { bucket: TokenBucket; atMs: number } {
  const { settings } = run;
  const nowMs = performance.now();
  if (run.bucket === null) {
    run.bucket = new TokenBucket(settings.rate, settings.burst, nowMs);
    run.startedAtMs = nowMs;
    for (const { atMs, rate } of settings.changes) scheduleRate(run, rate, atMs);
  }
  const atMs = nowMs - run.startedAtMs;
  return { bucket: run.bucket, atMs };
}

function scheduleRate(ofRun: Run, rate: number, atMs: number): void {
  setTimeout(() => ofRun.bucket?.setRate(rate, performance.now()), atMs).unref();
}

function limitHeaders(bucket: TokenBucket, accepted: boolean): Record<string, string> {
  const { mode } = run.settings;
  return {
    ...(mode === 'headers'
      ? {
          'ratelimit-policy': `"write";q=${bucket.rate};w=1`,
          ratelimit: `"write";r=${bucket.remaining};t=${bucket.fullInSeconds}`,
        }
      : {}),
    ...(mode !== 'bare' && !accepted ? { 'retry-after': String(bucket.nextInSeconds) } : {}),
  };
}

function carryOut(body: string): unknown {
  const connector: { connectorId: string } = JSON.parse(body);
  const times = (run.carriedOut.get(connector.connectorId) ?? 0) + 1;
  run.carriedOut.set(connector.connectorId, times);
  const health = { status: 'PENDING', lastCheckAt: null, latencyMs: null, errorClass: null, message: null };
  const at = '2026-11-23T09:00:00.000Z';
  return { ...connector, revision: times, createdAt: at, updatedAt: at, health };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string>): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(JSON.stringify(body));
}
