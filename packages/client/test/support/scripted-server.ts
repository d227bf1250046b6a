import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Every request, in order of arrival. */
  readonly received: readonly ReceivedRequest[];
  forget(): void;
}

export type Script = (request: ReceivedRequest, response: ServerResponse, index: number) => void | Promise<void>;

/** A real HTTP server on loopback whose answers a test writes. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const received: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    incoming.on('end', () => {
      const request: ReceivedRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        atMs: performance.now(),
      };
      received.push(request);
      void script(request, response, received.length - 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    forget: () => void received.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function answer(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': type }), ...headers });
  response.end(text);
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers?: Record<string, string>,
): void {
  answer(response, status, { type: `urn:dipswitch:problem:${code}`, title: code, status, code }, headers);
}

export const TOKEN = 'eyJhbGciOiJFZERTQSJ9.example.signature';

/** Answers the token endpoint; true when it did. */
export function answerToken(request: ReceivedRequest, response: ServerResponse, token = TOKEN): boolean {
  if (request.path !== '/oauth/token') return false;
  answer(response, 200, { access_token: token, token_type: 'Bearer', expires_in: 3600, scope: 'integrations:write' });
  return true;
}
