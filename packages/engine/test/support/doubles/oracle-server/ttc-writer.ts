const LONGEST_SHORT = 252;
const LONG = 254;
const CHUNK_BYTES = 32_767;

/** Writes what TtcReader reads. */
export class TtcWriter {
  readonly #parts: Buffer[] = [];

  bytes(...values: readonly (number | Buffer)[]): this {
    for (const value of values) this.#parts.push(typeof value === 'number' ? Buffer.from([value]) : value);
    return this;
  }

  u16(value: number): this {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(value);
    return this.bytes(bytes);
  }

  u16LittleEndian(value: number): this {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return this.bytes(bytes);
  }

  /** Integers behind their lengths. */
  numbers(...values: readonly number[]): this {
    for (const value of values) this.#number(value);
    return this;
  }

  #number(value: number): void {
    if (value === 0) {
      this.bytes(0);
      return;
    }
    const size = value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;
    const bytes = Buffer.alloc(size + 1);
    bytes.writeUInt8(size);
    bytes.writeUIntBE(value, 1, size);
    this.bytes(bytes);
  }

  block(value: Buffer | null): this {
    if (value === null || value.length === 0) return this.bytes(0);
    if (value.length <= LONGEST_SHORT) return this.bytes(value.length, value);
    this.bytes(LONG);
    for (let at = 0; at < value.length; at += CHUNK_BYTES) {
      const chunk = value.subarray(at, at + CHUNK_BYTES);
      this.numbers(chunk.length).bytes(chunk);
    }
    return this.numbers(0);
  }

  text(value: string): this {
    return this.block(Buffer.from(value, 'utf8'));
  }

  measuredText(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    this.numbers(bytes.length);
    return bytes.length > 0 ? this.block(bytes) : this;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
