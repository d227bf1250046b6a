import type { DatabaseValue } from '../../driver.ts';

const CHUNK_BYTES = 64 * 1024;
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const BYTES_PER_CODE_UNIT = 3;
const TEXT_FORMAT = 0;
const BINARY_FORMAT = 1;
const NULL_LENGTH = -1;

/**
 * Writes messages of the extended query protocol one behind the other, so that many statements leave in one socket
 * write. What was taken is never written to again: the socket may still hold it.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class MessageWriter {
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #start = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  /** How much was written since the last `take`; `rewind` goes back there. */
  get mark(): number {
    return this.#end - this.#start;
  }

  /** Undoes what was written since, so that half a message never leaves. */
  rewind(mark: number): void {
    this.#end = this.#start + mark;
  }

  /** Everything written since the last time. */
  take(): Buffer {
    const taken = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** `name`: empty for the unnamed statement. Types of parameters are left to the server. */
  parse(name: string, text: string): void {
    const start = this.#begin(0x50);
    this.#terminated(name);
    this.#terminated(text);
    this.#int16(0);
    this.#finish(start);
  }

  /** Binds to the unnamed portal; results come as text. */
  bind(name: string, values: readonly DatabaseValue[]): void {
    const start = this.#begin(0x42);
    this.#terminated('');
    this.#terminated(name);
    this.#formats(values);
    this.#int16(values.length);
    for (const value of values) this.#value(value);
    this.#int16(0);
    this.#finish(start);
  }

  describeStatement(name: string): void {
    this.#named(0x44, name);
  }

  closeStatement(name: string): void {
    this.#named(0x43, name);
  }

  /** Executes the unnamed portal; `maxRows` 0 means all. */
  execute(maxRows: number): void {
    const start = this.#begin(0x45);
    this.#terminated('');
    this.#int32(maxRows);
    this.#finish(start);
  }

  sync(): void {
    this.#finish(this.#begin(0x53));
  }

  /** The simple protocol, for constant text only: it would run several statements in one text. */
  query(text: string): void {
    const start = this.#begin(0x51);
    this.#terminated(text);
    this.#finish(start);
  }

  terminate(): void {
    this.#finish(this.#begin(0x58));
  }

  #named(code: number, name: string): void {
    const start = this.#begin(code);
    this.#reserve(1);
    this.#buffer[this.#end] = 0x53;
    this.#end += 1;
    this.#terminated(name);
    this.#finish(start);
  }

  #formats(values: readonly DatabaseValue[]): void {
    if (!values.some((value) => value instanceof Uint8Array)) {
      this.#int16(0);
      return;
    }
    this.#int16(values.length);
    for (const value of values) this.#int16(value instanceof Uint8Array ? BINARY_FORMAT : TEXT_FORMAT);
  }

  #value(value: DatabaseValue): void {
    if (value === null) {
      this.#int32(NULL_LENGTH);
      return;
    }
    if (value instanceof Uint8Array) {
      this.#int32(value.byteLength);
      this.#reserve(value.byteLength);
      this.#buffer.set(value, this.#end);
      this.#end += value.byteLength;
      return;
    }
    const text = value instanceof Date ? value.toISOString() : String(value);
    this.#reserve(4 + text.length * BYTES_PER_CODE_UNIT);
    const length = this.#buffer.write(text, this.#end + 4);
    this.#buffer.writeInt32BE(length, this.#end);
    this.#end += 4 + length;
  }

  /** Returns where the length field is, relative to the start of what was not taken yet. */
  #begin(code: number): number {
    this.#reserve(5);
    this.#buffer[this.#end] = code;
    this.#end += 5;
    return this.#end - 4 - this.#start;
  }

  #finish(lengthAt: number): void {
    const at = this.#start + lengthAt;
    this.#buffer.writeInt32BE(this.#end - at, at);
  }

  #terminated(text: string): void {
    this.#reserve(text.length * BYTES_PER_CODE_UNIT + 1);
    this.#end += this.#buffer.write(text, this.#end);
    this.#buffer[this.#end] = 0;
    this.#end += 1;
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#buffer.writeUInt16BE(value, this.#end);
    this.#end += 2;
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#buffer.writeInt32BE(value, this.#end);
    this.#end += 4;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const used = this.#end - this.#start;
    const next = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, (used + bytes) * 2));
    this.#buffer.copy(next, 0, this.#start, this.#end);
    this.#buffer = next;
    this.#start = 0;
    this.#end = used;
  }
}
