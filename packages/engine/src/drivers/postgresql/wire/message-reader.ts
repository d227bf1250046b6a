const HEADER_BYTES = 5;
/** The length field counts itself. */
const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/** What becomes of a message, decided by its header alone. */
export type Admission = 'keep' | 'skip' | 'refuse';

export interface MessageSink {
  /** Asked before a message is buffered; `bytes` is the length of its body. Small ones are let in unasked. */
  admit(code: number, bytes: number): Admission;
  /** The body lies in `buffer` from `start` to `end` and is only there for the time of the call. */
  onMessage(code: number, buffer: Buffer, start: number, end: number): void;
  /** A message of that length went by unread. */
  onSkipped(code: number, bytes: number): void;
  /** What came is not the protocol, or was refused; nothing more is read. */
  onViolation(): void;
}

/**
 * Cuts a stream of bytes into the server's messages. Whole messages are handed on where they lie in what the socket
 * read; only one that is split over two reads is copied, and only after the sink has seen how long it says it is: a
 * length of 2 GB costs nothing.
 */
export class MessageReader {
  readonly #sink: MessageSink;
  /** Messages with bodies up to this are let in unasked. */
  readonly #smallBytes: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerFilled = 0;
  #body = NOTHING;
  #bodyFilled = 0;
  #skipLeft = 0;
  #skipTotal = 0;
  #isStopped = false;

  constructor(sink: MessageSink, smallBytes: number) {
    this.#sink = sink;
    this.#smallBytes = smallBytes;
  }

  /** Whether no part of a message waits for its rest. */
  get isBetweenMessages(): boolean {
    return this.#headerFilled === 0 && this.#skipLeft === 0;
  }

  stop(): void {
    this.#isStopped = true;
    this.#body = NOTHING;
  }

  push(chunk: Buffer): void {
    if (this.#isStopped) return;
    let offset = this.isBetweenMessages ? 0 : this.#resume(chunk);
    while (offset < chunk.length && !this.#isStopped) offset = this.#readFrom(chunk, offset);
  }

  /** Reads one message that begins at `offset`; returns where the next one does. */
  #readFrom(chunk: Buffer, offset: number): number {
    const available = chunk.length - offset;
    if (available < HEADER_BYTES) {
      this.#headerFilled = chunk.copy(this.#header, 0, offset);
      return chunk.length;
    }
    const code = chunk.readUInt8(offset);
    const bytes = chunk.readInt32BE(offset + 1) - LENGTH_BYTES;
    const start = offset + HEADER_BYTES;
    const end = start + bytes;
    const admission = bytes >= 0 && bytes <= this.#smallBytes ? 'keep' : this.#admit(code, bytes);
    if (admission === 'refuse') return chunk.length;
    if (admission === 'keep' && end <= chunk.length) {
      this.#sink.onMessage(code, chunk, start, end);
      return end;
    }
    chunk.copy(this.#header, 0, offset, start);
    this.#headerFilled = HEADER_BYTES;
    this.#begin(admission, bytes);
    return start + this.#fill(chunk, start);
  }

  /** Goes on with the message that the last chunk left unfinished; returns where the next one begins. */
  #resume(chunk: Buffer): number {
    let offset = 0;
    if (this.#headerFilled < HEADER_BYTES) {
      offset = chunk.copy(this.#header, this.#headerFilled, 0);
      this.#headerFilled += offset;
      if (this.#headerFilled < HEADER_BYTES) return offset;
      const bytes = this.#header.readInt32BE(1) - LENGTH_BYTES;
      const admission = this.#admit(this.#header.readUInt8(0), bytes);
      if (admission === 'refuse') return chunk.length;
      this.#begin(admission, bytes);
    }
    return offset + this.#fill(chunk, offset);
  }

  #admit(code: number, bytes: number): Admission {
    const admission = bytes < 0 ? 'refuse' : bytes <= this.#smallBytes ? 'keep' : this.#sink.admit(code, bytes);
    if (admission === 'refuse') {
      this.stop();
      this.#sink.onViolation();
    }
    return admission;
  }

  #begin(admission: 'keep' | 'skip', bytes: number): void {
    this.#bodyFilled = 0;
    this.#skipLeft = admission === 'skip' ? bytes : 0;
    this.#skipTotal = this.#skipLeft;
    this.#body = admission === 'skip' ? NOTHING : Buffer.allocUnsafe(bytes);
  }

  /** Takes what belongs to the message at hand; returns how many bytes that was. */
  #fill(chunk: Buffer, offset: number): number {
    const code = this.#header.readUInt8(0);
    if (this.#skipTotal > 0) {
      const skipped = Math.min(this.#skipLeft, chunk.length - offset);
      this.#skipLeft -= skipped;
      if (this.#skipLeft > 0) return skipped;
      const bytes = this.#skipTotal;
      this.#skipTotal = 0;
      this.#headerFilled = 0;
      this.#sink.onSkipped(code, bytes);
      return skipped;
    }
    const copied = chunk.copy(this.#body, this.#bodyFilled, offset);
    this.#bodyFilled += copied;
    if (this.#bodyFilled < this.#body.length) return copied;
    const body = this.#body;
    this.#body = NOTHING;
    this.#headerFilled = 0;
    this.#sink.onMessage(code, body, 0, body.length);
    return copied;
  }
}
