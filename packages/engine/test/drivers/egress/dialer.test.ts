import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectAddress } from '../../../src/drivers/egress/connect-address.ts';
import { createDialer } from '../../../src/drivers/egress/dialer.ts';
import type { EgressPolicy } from '../../../src/drivers/egress/egress-policy.ts';

const POLICY: EgressPolicy = { purpose: 'database', allowLoopback: true, allowedNetworks: [], forbiddenEndpoints: [] };
const servers: Server[] = [];

async function listen(address = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(port, address);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Records what is dialled and never connects. */
function createSilentConnect() {
  const dialled: string[] = [];
  const connectTo: ConnectAddress = (address) => {
    dialled.push(address);
    return new Socket();
  };
  return { dialled, connectTo };
}

describe('createDialer', () => {
  it('connects to what the name resolves to', async () => {
    const port = await listen();
    const dialer = createDialer(POLICY, { resolveHost: async () => ['127.0.0.1'] });
    const socket = await dialer.dial('db.test', port, { timeoutMs: 2_000 });
    expect(socket.remotePort).toBe(port);
    socket.destroy();
  });

  it('dials localhost without a name service', async () => {
    const port = await listen();
    const socket = await createDialer(POLICY).dial('localhost', port, { timeoutMs: 2_000 });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it('dials the address that it checked, although the name leads elsewhere a moment later', async () => {
    const answers = [['10.0.0.1'], ['169.254.169.254']];
    const { dialled, connectTo } = createSilentConnect();
    const dialer = createDialer(POLICY, { resolveHost: async () => answers.shift() ?? [], connectTo });
    await expect(dialer.dial('rebind.test', 80, { timeoutMs: 30 })).rejects.toMatchObject({ kind: 'connect-timeout' });
    await expect(dialer.dial('rebind.test', 80, { timeoutMs: 30 })).rejects.toMatchObject({ kind: 'egress-denied' });
    expect(dialled).toEqual(['10.0.0.1']);
  });

  it('leaves out the refused addresses of a name that has both kinds', async () => {
    const { dialled, connectTo } = createSilentConnect();
    const resolveHost = async () => ['169.254.169.254', '10.0.0.1', '::ffff:169.254.169.254'];
    const dialer = createDialer(POLICY, { resolveHost, connectTo });
    await expect(dialer.dial('mixed.test', 80, { timeoutMs: 30 })).rejects.toMatchObject({ kind: 'connect-timeout' });
    expect(dialled).toEqual(['10.0.0.1']);
  });

  it('refuses the address of a listener that the policy names', async () => {
    const port = await listen();
    const policy = { ...POLICY, forbiddenEndpoints: [{ address: '127.0.0.1', port }] };
    await expect(createDialer(policy).dial('127.0.0.1', port, { timeoutMs: 500 })).rejects.toMatchObject({
      kind: 'egress-denied',
    });
  });

  it('says refused, and goes on to the next address before that', async () => {
    const port = await listen('127.0.0.2');
    // Not 127.0.0.1, where another test may listen on the same port.
    const dialer = createDialer(POLICY, { resolveHost: async () => ['127.0.0.4', '127.0.0.2'] });
    const socket = await dialer.dial('two.test', port, { timeoutMs: 2_000 });
    expect(socket.remoteAddress).toBe('127.0.0.2');
    socket.destroy();
    const alone = createDialer(POLICY, { resolveHost: async () => ['127.0.0.3'] });
    await expect(alone.dial('one.test', port, { timeoutMs: 2_000 })).rejects.toMatchObject({ kind: 'refused' });
  });

  it('does not let a silent first address use up the time of the second', async () => {
    const port = await listen();
    const connectTo: ConnectAddress = (address) => {
      const socket = new Socket();
      return address === '127.0.0.1' ? socket.connect(port, address) : socket;
    };
    const dialer = createDialer(POLICY, { resolveHost: async () => ['10.0.0.1', '127.0.0.1'], connectTo });
    const socket = await dialer.dial('half.test', port, { timeoutMs: 5_000 });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it('goes on listening to the first address when it has tried the second', async () => {
    const port = await listen();
    const connectTo: ConnectAddress = (address) => {
      const socket = new Socket();
      if (address === '127.0.0.1') setTimeout(() => socket.connect(port, address), 300);
      return socket;
    };
    const dialer = createDialer(POLICY, { resolveHost: async () => ['127.0.0.1', '10.0.0.1'], connectTo });
    const socket = await dialer.dial('late.test', port, { timeoutMs: 5_000 });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it('ends at its time limit although the name service hangs', async () => {
    const dialer = createDialer(POLICY, { resolveHost: () => new Promise(() => {}) });
    await expect(dialer.dial('slow.test', 80, { timeoutMs: 30 })).rejects.toMatchObject({ kind: 'connect-timeout' });
  });

  it('ends when the caller gives up', async () => {
    const dialer = createDialer(POLICY, { resolveHost: () => new Promise(() => {}) });
    const controller = new AbortController();
    const dial = dialer.dial('slow.test', 80, { timeoutMs: 60_000, signal: controller.signal });
    controller.abort();
    await expect(dial).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('refuses a port that is none, before anything is asked', async () => {
    await expect(createDialer(POLICY).dial('db.test', 0, { timeoutMs: 10 })).rejects.toBeInstanceOf(RangeError);
  });
});
