import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimitOptions {
  readonly server: Server;
  /** Open connections that one address may hold. */
  readonly maxPerAddress: number;
  /** Called for each connection that was closed at once because its address holds as many as it may. */
  readonly onRefused: () => void;
}

/**
 * Keeps one address from taking all the file descriptors of the engine: a connection beyond its share is closed without
 * an answer. Slow and idle ones within the share are ended by the server's time-outs.
 */
export function limitConnections({ server, maxPerAddress, onRefused }: ConnectionLimitOptions): void {
  const openByAddress = new Map<string, number>();
  // Before the parser is put on it, which a refused connection does not need.
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const open = (openByAddress.get(address) ?? 0) + 1;
    if (open > maxPerAddress) {
      onRefused();
      socket.destroy();
      return;
    }
    openByAddress.set(address, open);
    socket.once('close', () => {
      const left = (openByAddress.get(address) ?? 1) - 1;
      if (left > 0) openByAddress.set(address, left);
      else openByAddress.delete(address);
    });
  });
}
