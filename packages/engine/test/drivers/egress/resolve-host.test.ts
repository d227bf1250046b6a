import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DriverError } from '../../../src/drivers/driver.ts';
import {
  createResolveHost,
  expandName,
  findInHostsFile,
  parseSearchList,
} from '../../../src/drivers/egress/resolve-host.ts';

const NAME_ERROR = 3;
const ASKED: string[] = [];

/** A name server that knows two names, both with an address, and NXDOMAIN for the rest. */
async function startNameServer(addresses: Readonly<Record<string, string>>): Promise<Socket> {
  const server = createSocket('udp4');
  server.on('message', (query, peer) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
      labels.push(query.toString('ascii', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const name = labels.join('.').toLowerCase();
    const isTypeA = query.readUInt16BE(at + 1) === 1;
    if (isTypeA) ASKED.push(name);
    const address = addresses[name];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (address === undefined ? NAME_ERROR : 0), 2);
    header.writeUInt16BE(address !== undefined && isTypeA ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    const question = query.subarray(12, at + 5);
    const record = Buffer.from([
      0xc0,
      12,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      4,
      ...(address ?? '0.0.0.0').split('.').map(Number),
    ]);
    const answer = address !== undefined && isTypeA ? [header, question, record] : [header, question];
    server.send(Buffer.concat(answer), peer.port, peer.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('createResolveHost', () => {
  const signal = new AbortController().signal;
  let folder: string;
  let server: Socket;
  let resolve: ReturnType<typeof createResolveHost>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-resolve-'));
    await writeFile(join(folder, 'hosts'), '# comment\n10.9.8.7 db-by-file alias # more\nfd00::7 db-by-file\n');
    await writeFile(join(folder, 'resolv.conf'), 'search crm.svc.cluster.test cluster.test\noptions ndots:2 edns0\n');
    server = await startNameServer({ 'db.crm.svc.cluster.test': '10.1.1.1', 'db.example.test': '10.2.2.2' });
    resolve = createResolveHost({
      hostsFile: join(folder, 'hosts'),
      resolverFile: join(folder, 'resolv.conf'),
      servers: [`127.0.0.1:${server.address().port}`],
    });
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('takes literal addresses as they are and asks nobody', async () => {
    expect(await resolve('10.0.0.1', signal)).toEqual(['10.0.0.1']);
    expect(await resolve('fd00::1', signal)).toEqual(['fd00::1']);
    expect(ASKED).toEqual([]);
  });

  it('knows localhost by itself', async () => {
    expect(await resolve('localhost', signal)).toEqual(['127.0.0.1', '::1']);
    expect(await resolve('LOCALHOST.', signal)).toEqual(['127.0.0.1', '::1']);
  });

  it('reads the hosts file first', async () => {
    expect(await resolve('db-by-file', signal)).toEqual(['10.9.8.7', 'fd00::7']);
    expect(await resolve('Alias', signal)).toEqual(['10.9.8.7']);
  });

  it('asks the name server, short names with the search list first', async () => {
    ASKED.length = 0;
    expect(await resolve('db', signal)).toEqual(['10.1.1.1']);
    expect(ASKED).toEqual(['db.crm.svc.cluster.test']);
    expect(await resolve('db.example.test.', signal)).toEqual(['10.2.2.2']);
  });

  it('says host-not-found for a name that nobody knows', async () => {
    await expect(resolve('nobody.example.test', signal)).rejects.toMatchObject({ kind: 'host-not-found' });
  });

  it('says unreachable when the name service does not answer, and stops asking when told', async () => {
    const silent = createSocket('udp4');
    silent.bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const deaf = createResolveHost({
      hostsFile: join(folder, 'hosts'),
      resolverFile: join(folder, 'none'),
      servers: [`127.0.0.1:${silent.address().port}`],
    });
    const controller = new AbortController();
    const asking = deaf('db.example.test', controller.signal);
    await once(silent, 'message');
    controller.abort();
    await expect(asking).rejects.toBeInstanceOf(DriverError);
    await expect(asking).rejects.toMatchObject({ kind: 'unreachable' });
    silent.close();
  });
});

describe('resolver files', () => {
  it('ignores malformed lines of a hosts file', () => {
    expect(findInHostsFile('nonsense db\n1.2.3 db\n 10.0.0.1\tdb\n', 'db')).toEqual(['10.0.0.1']);
  });

  it('takes the last search or domain line', () => {
    expect(parseSearchList('domain a.test\nsearch b.test c.test.\n')).toEqual({
      domains: ['b.test', 'c.test'],
      dots: 1,
    });
    expect(parseSearchList('')).toEqual({ domains: [], dots: 1 });
  });

  it('tries a name with enough dots as it stands first', () => {
    const search = { domains: ['x.test'], dots: 1 };
    expect(expandName('a.b', search)).toEqual(['a.b', 'a.b.x.test']);
    expect(expandName('a', search)).toEqual(['a.x.test', 'a']);
  });
});
