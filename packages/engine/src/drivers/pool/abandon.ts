import type { Duplex } from 'node:stream';
import { onAbort, race } from '../../util/race.ts';
import { DriverError } from '../driver.ts';

const GOODBYE_LIMIT_MS = 1_000;

/** Destroys a socket a moment after the goodbye: a peer that is cut off never closes its side. */
export function destroySoon(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), GOODBYE_LIMIT_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Settles with the work, or destroys the socket and rejects as soon as the signal is aborted. */
export function withAbandon<T>(work: Promise<T>, socket: Duplex, signal: AbortSignal): Promise<T> {
  return race(work, onAbort(signal), () => {
    socket.destroy();
    throw new DriverError('connect-timeout', 'The database did not accept a connection in time');
  });
}

/** Refuses a peer whose first bytes are not this database's, before the vendor's parser waits for the rest forever. */
export function expectFirstBytes(socket: Duplex, isExpected: (bytes: Buffer) => boolean): void {
  socket.once('data', (bytes: Buffer) => {
    if (!isExpected(bytes)) socket.destroy(new DriverError('protocol', 'The peer speaks another protocol'));
  });
}
