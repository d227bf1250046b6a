const LONG = 254;
const NULL = 255;

/** Reads the integers and byte strings of TTC, the protocol that Oracle speaks inside Oracle Net's DATA packets. */
export class TtcReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('the request ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.bytes(1).readUInt8();
  }

  /** Fixed bytes whose meaning does not matter here, mostly "pointers" that say whether something follows. */
  skip(length: number): void {
    this.bytes(length);
  }

  /** An integer behind its length. */
  number(): number {
    const size = this.u8();
    if (size === 0) return 0;
    return size <= 6 ? this.bytes(size).readUIntBE(0, size) : Number(this.bytes(size).readBigUInt64BE());
  }

  skipNumbers(count: number): void {
    for (let index = 0; index < count; index += 1) this.number();
  }

  /** Bytes behind their length, in chunks when they are long; null when there are none. */
  block(): Buffer | null {
    const length = this.u8();
    if (length === 0 || length === NULL) return null;
    if (length !== LONG) return this.bytes(length);
    const chunks: Buffer[] = [];
    for (let size = this.number(); size > 0; size = this.number()) chunks.push(this.bytes(size));
    return Buffer.concat(chunks);
  }

  text(): string {
    return this.block()?.toString('utf8') ?? '';
  }

  /** A text behind its length and its length again, as keys and values are written. */
  measuredText(): string {
    return this.number() > 0 ? this.text() : '';
  }
}
