import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, createCertificateAuthority } from '../../../../test/support/tls-certificates.ts';
import { openVault } from '../../src/secrets/open-vault.ts';
import { KvDouble } from '../support/kv-double.ts';

const AUTHORITY = createCertificateAuthority();

describe('a vault behind TLS', () => {
  let double: KvDouble;
  let folder: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    double = await KvDouble.start();
    double.put('secret/a', { value: 'x' });
    folder = await mkdtemp(join(tmpdir(), 'dip-kv-tls-'));
    await writeFile(join(folder, 'ca.pem'), AUTHORITY.certificate);
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await double[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Ends TLS before the double. */
  async function terminate({ certificate, privateKey }: Certificate): Promise<string> {
    const server = createServer({ cert: certificate, key: privateKey }, (secure) => {
      const plain = connect(Number(new URL(double.url).port), '127.0.0.1');
      for (const [from, to] of [
        [secure, plain],
        [plain, secure],
      ] as const) {
        from.pipe(to);
        from.on('error', () => to.destroy());
      }
    });
    servers.push(server);
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return `https://127.0.0.1:${address.port}`;
  }

  const open = (url: string, { VAULT_CACERT: file, ...settings }: Readonly<Record<string, string>>) =>
    openVault('vault', {
      environment: {
        VAULT_ADDR: url,
        VAULT_TOKEN: double.token,
        ...(file === undefined ? {} : { VAULT_CACERT: join(folder, file) }),
        ...settings,
      },
    });

  it('is trusted by the authority that VAULT_CACERT names', async () => {
    const url = await terminate(AUTHORITY.issue(['127.0.0.1']));
    await using vault = await open(url, { VAULT_CACERT: 'ca.pem' });
    expect(await vault.check(['vault://secret/a#value'])).toMatchObject([{ resolves: true }]);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['without that authority', '127.0.0.1', {}],
    ['under another name', 'vault.example.com', { VAULT_CACERT: 'ca.pem' }],
    ['without that authority, whatever VAULT_SKIP_VERIFY says', '127.0.0.1', { VAULT_SKIP_VERIFY: '1' }],
  ])('is not trusted %s, and is sent no token', async (_title, name, settings) => {
    const url = await terminate(AUTHORITY.issue([name]));
    const before = double.received.length;
    await using vault = await open(url, settings);
    await expect(vault.check(['vault://secret/a#value'])).rejects.toMatchObject({
      code: 'VAULT_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining('certificate'),
    });
    expect(double.received).toHaveLength(before);
  });
});
