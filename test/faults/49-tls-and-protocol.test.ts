import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { DatabaseTarget } from '../../packages/engine/src/drivers/driver.ts';
import type { RealKind } from '../support/database-accounts.ts';
import type {} from '../support/databases.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { startMariadb } from '../support/mariadb.ts';
import { openFaultSeed } from '../support/random.ts';
import {
  type Certificate,
  type CertificateAuthority,
  createCertificateAuthority,
  issueExpired,
} from '../support/tls-certificates.ts';
import { ONE, openDriverPool, runTimed } from './driver-pools.ts';

const AUTHORITY = createCertificateAuthority();
const TLS: DatabaseTarget['tls'] = { mode: 'required', verification: 'full', caCertificate: AUTHORITY.certificate };
const PASSWORD = 'never-in-plaintext';

const SERVERS: Readonly<
  Record<RealKind, (certificate: Certificate) => Promise<{ url: string; close(): Promise<void> }>>
> = {
  postgresql: ({ certificate, privateKey }) =>
    startEmbeddedPostgres({
      settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
      files: { 'server.crt': certificate, 'server.key': privateKey },
    }),
  mysql: ({ certificate, privateKey }) =>
    startMariadb({
      settings: { 'ssl-cert': '{folder}/server.crt', 'ssl-key': '{folder}/server.key' },
      files: { 'server.crt': certificate, 'server.key': privateKey },
    }),
};

const CERTIFICATES: readonly (readonly [string, string, (authority: CertificateAuthority) => Certificate])[] = [
  ['a good certificate', 'worked', (authority) => authority.issue(['127.0.0.1'])],
  ['an expired certificate', 'tls-expired', (authority) => issueExpired(authority, ['127.0.0.1'])],
  [
    'a certificate for another address',
    'tls-host-mismatch',
    (authority) => authority.issue(['127.0.0.2', 'localhost']),
  ],
  [
    'a certificate of an unknown authority',
    'tls-untrusted',
    () => createCertificateAuthority('x').issue(['127.0.0.1']),
  ],
];

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A peer between client and nobody; keeps every byte that a client sends. */
async function listen(onClient: (socket: Socket, sent: () => Buffer) => void) {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => chunks.push(bytes));
    onClient(socket, () => Buffer.concat(chunks));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, sent: () => Buffer.concat(chunks) };
}

async function runOnce(kind: RealKind, url: string, tls: DatabaseTarget['tls'] = TLS): Promise<string> {
  const pool = openDriverPool(kind, url, { tls, connectTimeoutMs: 3_000 });
  try {
    return (await runTimed(pool, ONE, 5_000)).outcome;
  } finally {
    await pool.close(0);
  }
}

const urlAt = (kind: RealKind, port: number) => `${kind}://dip:${PASSWORD}@127.0.0.1:${port}/dip`;

beforeAll(() => {
  openFaultSeed(process.env, 'row 49');
});

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 49: ${kind} by a literal address`, () => {
    it.each(CERTIFICATES)('%s: %s', async (_name, outcome, issue) => {
      const server = await SERVERS[kind](issue(AUTHORITY));
      try {
        expect(await runOnce(kind, server.url)).toBe(outcome);
      } finally {
        await server.close();
      }
    });

    it('a web server: protocol, with and without TLS', async () => {
      const { port } = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      expect(await runOnce(kind, urlAt(kind, port))).toBe('protocol');
      expect(await runOnce(kind, urlAt(kind, port), { mode: 'off' })).toBe('protocol');
    });
  });
}

describe('row 49: a man in the middle who takes TLS away', () => {
  it('gets nothing but the wish for TLS from the PostgreSQL driver', async () => {
    const { port, sent } = await listen((socket) => socket.once('data', () => socket.write('N')));
    expect(await runOnce('postgresql', urlAt('postgresql', port))).toBe('tls-not-offered');
    expect(sent()).toEqual(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  });

  it('cannot put an answer of his own behind the accepted wish', async () => {
    const { port, sent } = await listen((socket) => socket.once('data', () => socket.write('SR\0\0\0\x08\0\0\0\0')));
    expect(await runOnce('postgresql', urlAt('postgresql', port))).toBe('protocol');
    expect(sent()).toHaveLength(8);
  });

  it.skipIf(inject('mysqlUrl') === null)('gets nothing from the MySQL driver', async () => {
    const { port: realPort } = new URL(inject('mysqlUrl') ?? '');
    const { port, sent } = await listen((socket) => {
      const server = connect(Number(realPort), '127.0.0.1');
      server.on('error', () => socket.destroy());
      socket.on('close', () => server.destroy());
      server.once('data', (greeting) => socket.write(withoutTlsFlag(greeting)));
    });
    expect(await runOnce('mysql', urlAt('mysql', port))).toBe('tls-not-offered');
    expect(sent().toString('latin1')).not.toContain('dip');
    expect(sent()).toHaveLength(0);
  });
});

/** Clears CLIENT_SSL in the capabilities behind version text, thread id, salt and filler. */
function withoutTlsFlag(greeting: Buffer): Buffer {
  const copy = Buffer.from(greeting);
  const at = copy.indexOf(0, 5) + 1 + 4 + 8 + 1;
  copy.writeUInt16LE(copy.readUInt16LE(at) & ~0x0800, at);
  return copy;
}
