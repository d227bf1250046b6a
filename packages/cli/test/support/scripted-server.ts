import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';

/** What a path answers; `date` is taken into the headers. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Never answers. */
  readonly hangs?: boolean;
}

export type Script = Readonly<Record<string, ScriptedAnswer>>;

/** A server on loopback that answers each path as it is told, and 404 otherwise, while `use` runs. */
export async function withScriptedServer<Result>(
  script: Script,
  use: (port: number) => Promise<Result>,
  tls?: Certificate,
): Promise<Result> {
  const listener: RequestListener = (request, response) => {
    const answer = script[new URL(request.url ?? '/', 'http://localhost').pathname] ?? { status: 404 };
    request.resume();
    if (answer.hangs === true) return;
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(body);
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ key: tls.privateKey, cert: tls.certificate }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
