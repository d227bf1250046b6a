import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, fetch } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../../../test/support/tls-certificates.ts';
import { createDialer } from '../../../src/drivers/egress/dialer.ts';
import { createGuardedConnector } from '../../../src/drivers/egress/guarded-connector.ts';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function createAgent(resolved: string, allowLoopback: boolean, caCertificate?: string) {
  const policy = { purpose: 'webhook', allowLoopback, allowedNetworks: [], forbiddenEndpoints: [] } as const;
  const dialer = createDialer(policy, { resolveHost: async () => [resolved] });
  const agent = new Agent({
    connect: createGuardedConnector(dialer, caCertificate === undefined ? {} : { caCertificate }),
  });
  closers.push(() => agent.destroy());
  return agent;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause ? causeOf(error.cause) : error;
}

describe('createGuardedConnector', () => {
  it('posts through the dialer', async () => {
    const port = await listen(createServer((_request, response) => response.end('ok')));
    const answer = await fetch(`http://hook.test:${port}/`, {
      method: 'POST',
      dispatcher: createAgent('127.0.0.1', true),
    });
    expect(await answer.text()).toBe('ok');
  });

  it('verifies the certificate against the name that was asked for', async () => {
    const authority = createCertificateAuthority();
    const serve = (name: string) => {
      const { certificate, privateKey } = authority.issue([name]);
      return listen(
        createSecureServer({ cert: certificate, key: privateKey }, (_request, response) => response.end('ok')),
      );
    };
    const dispatcher = createAgent('127.0.0.1', true, authority.certificate);
    const answer = await fetch(`https://hook.test:${await serve('hook.test')}/`, { dispatcher });
    expect(await answer.text()).toBe('ok');
    const wrong = fetch(`https://hook.test:${await serve('other.test')}/`, { dispatcher });
    expect(causeOf(await wrong.catch((error: unknown) => error))).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it.each(['10.0.0.1', '169.254.169.254', '127.0.0.1', '::1', 'fd00::1', '100.64.0.1'])(
    'dials no webhook at %s unless it is allowed',
    async (address) => {
      const dispatcher = createAgent(address, false);
      const failure = await fetch('http://hook.test/', { dispatcher }).catch((error: unknown) => error);
      expect(causeOf(failure)).toMatchObject({ kind: 'egress-denied' });
    },
  );

  it('follows no redirect by itself', async () => {
    const port = await listen(
      createServer((_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
    );
    const dispatcher = createAgent('127.0.0.1', true);
    const answer = await fetch(`http://hook.test:${port}/`, { dispatcher, redirect: 'manual' });
    expect(answer.status).toBe(302);
    await answer.body?.cancel();
  });
});
