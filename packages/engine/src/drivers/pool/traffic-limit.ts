import type { Duplex } from 'node:stream';

/**
 * Bounds what a server may send for one statement, before the vendor's parser gathers it in memory. States: idle ->
 * counting by `begin` -> idle by `end`, or by the limit, which calls back once.
 */
export class TrafficLimit {
  #left = Number.POSITIVE_INFINITY;
  #onExceeded = () => {};

  constructor(stream: Duplex) {
    stream.on('data', (chunk: Uint8Array) => {
      this.#left -= chunk.byteLength;
      if (this.#left >= 0) return;
      const onExceeded = this.#onExceeded;
      this.end();
      onExceeded();
    });
  }

  begin(limitBytes: number, onExceeded: () => void): void {
    this.#left = limitBytes;
    this.#onExceeded = onExceeded;
  }

  end(): void {
    this.#left = Number.POSITIVE_INFINITY;
    this.#onExceeded = () => {};
  }
}
