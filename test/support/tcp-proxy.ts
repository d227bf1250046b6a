import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createRandom } from './random.ts';

/** What the proxy does to a stream; names and meaning as in Shopify/toxiproxy, the last three are ours. */
export type Toxic =
  | { readonly type: 'latency'; readonly latencyMs: number; readonly jitterMs?: number }
  | { readonly type: 'bandwidth'; readonly bytesPerSecond: number }
  | { readonly type: 'slicer'; readonly averageBytes: number; readonly delayMs?: number }
  /** Keeps the close from the other side back. */
  | { readonly type: 'slow_close'; readonly delayMs: number }
  /** Lets nothing through, then closes; 0 keeps the connection open. */
  | { readonly type: 'timeout'; readonly timeoutMs: number }
  /** Lets nothing through, then resets the client's connection. */
  | { readonly type: 'reset_peer'; readonly delayMs?: number }
  /** Closes after so many bytes. */
  | { readonly type: 'limit_data'; readonly bytes: number }
  /** New connections are refused, established ones dropped. */
  | { readonly type: 'down' }
  /** Established connections and new ones stay open and carry nothing, as behind a firewall that drops. */
  | { readonly type: 'blackhole' }
  /** Lets the request reach the server, then closes without an answer. */
  | { readonly type: 'cut-after-request' }
  /** Closes after byte N of the answer. */
  | { readonly type: 'cut-after-response-byte'; readonly bytes: number };

export interface TcpProxyOptions {
  readonly upstream: { readonly host: string; readonly port: number };
  readonly seed?: number;
}

export interface TcpProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: number;
  /** Replaces what is done to streams, also to those that are open; none is a plain relay. */
  setToxics(...toxics: readonly Toxic[]): Promise<void>;
  /** Leads new connections to another server; those that are open stay where they are. */
  redirect(upstream: TcpProxyOptions['upstream']): void;
  /** Cuts off the connections that are open now, without closing them; new ones work. */
  blackholeEstablished(): void;
  /** Drops every open connection. */
  dropAll(): void;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  isCutOff: boolean;
}

/** A TCP proxy on loopback that injects network faults between a client and a server. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const random = createRandom(options.seed ?? 1);
  const links = new Set<Link>();
  let toxics: readonly Toxic[] = [];
  let accepted = 0;
  let { upstream: target } = options;
  const has = (type: Toxic['type']) => toxics.some((toxic) => toxic.type === type);

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    const upstream = connect({ ...target, allowHalfOpen: true });
    const link: Link = { client, server: upstream, isCutOff: false };
    links.add(link);
    const drop = () => {
      links.delete(link);
      client.destroy();
      upstream.destroy();
    };
    client.on('error', drop);
    upstream.on('error', drop);
    relay(link, client, upstream, 'request', drop);
    relay(link, upstream, client, 'response', drop);
    const reset = toxics.find((toxic) => toxic.type === 'reset_peer');
    if (reset) setTimeout(() => client.resetAndDestroy(), reset.delayMs ?? 0);
    const timeout = toxics.find((toxic) => toxic.type === 'timeout');
    if (timeout && timeout.timeoutMs > 0) setTimeout(drop, timeout.timeoutMs);
  });

  function relay(link: Link, from: Socket, to: Socket, direction: 'request' | 'response', drop: () => void): void {
    const isMute = () => link.isCutOff || has('blackhole') || has('timeout') || has('reset_peer');
    let passed = 0;
    /** Pieces leave in the order they came, whatever each is delayed by. */
    let queue: Promise<void> = Promise.resolve();
    const enqueue = (work: () => Promise<void>) => {
      queue = queue.then(work).catch(drop);
    };
    from.on('data', (bytes) => {
      if (isMute()) return;
      if (direction === 'response' && has('cut-after-request')) {
        drop();
        return;
      }
      enqueue(async () => {
        for (const piece of slice(bytes)) {
          await delay(piece.length);
          const limit = byteLimit(direction);
          const allowed = piece.subarray(0, Math.max(0, limit - passed));
          passed += allowed.length;
          if (allowed.length > 0 && !to.destroyed && !isMute()) to.write(allowed);
          if (passed >= limit) {
            to.end(drop);
            return;
          }
        }
      });
    });
    from.on('end', () => {
      if (isMute()) return;
      enqueue(async () => {
        const slow = toxics.find((toxic) => toxic.type === 'slow_close');
        if (slow) await sleep(slow.delayMs);
        to.end();
      });
    });
    from.on('close', () => {
      if (isMute()) return;
      if (from.destroyed && to.destroyed) drop();
      else if (from.errored) drop();
    });
  }

  function slice(bytes: Buffer): Buffer[] {
    const slicer = toxics.find((toxic) => toxic.type === 'slicer');
    if (!slicer) return [bytes];
    const pieces: Buffer[] = [];
    for (let start = 0; start < bytes.length; ) {
      const size = Math.max(1, Math.round(slicer.averageBytes * (0.5 + random.next())));
      pieces.push(bytes.subarray(start, start + size));
      start += size;
    }
    return pieces;
  }

  async function delay(sizeBytes: number): Promise<void> {
    for (const toxic of toxics) {
      if (toxic.type === 'latency') await sleep(toxic.latencyMs + (random.next() * 2 - 1) * (toxic.jitterMs ?? 0));
      if (toxic.type === 'bandwidth') await sleep((sizeBytes / toxic.bytesPerSecond) * 1_000);
      if (toxic.type === 'slicer' && toxic.delayMs) await sleep(toxic.delayMs);
    }
  }

  function byteLimit(direction: 'request' | 'response'): number {
    for (const toxic of toxics) {
      if (toxic.type === 'limit_data') return toxic.bytes;
      if (toxic.type === 'cut-after-response-byte' && direction === 'response') return toxic.bytes;
    }
    return Number.POSITIVE_INFINITY;
  }

  const dropAll = () => {
    for (const link of [...links]) {
      links.delete(link);
      link.client.destroy();
      link.server.destroy();
    }
  };
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stopListening = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    dropAll();
    await closed;
  };

  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const { port } = address;
  return {
    host: '127.0.0.1',
    port,
    get accepted() {
      return accepted;
    },
    get open() {
      return links.size;
    },
    async setToxics(...next) {
      toxics = next;
      if (has('down')) await stopListening();
      else if (!server.listening) await listen(port);
    },
    redirect(next) {
      target = next;
    },
    blackholeEstablished() {
      for (const link of links) link.isCutOff = true;
    },
    dropAll,
    close: stopListening,
  };
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, delayMs)));
}
