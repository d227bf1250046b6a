import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Admission,
  MessageReader,
  type MessageSink,
} from '../../../../src/drivers/postgresql/wire/message-reader.ts';

const SMALL_BYTES = 8;

class RecordingSink implements MessageSink {
  readonly events: unknown[] = [];
  readonly #admission: Admission;

  constructor(admission: Admission = 'keep') {
    this.#admission = admission;
  }

  admit(): Admission {
    return this.#admission;
  }

  onMessage(code: number, buffer: Buffer, start: number, end: number): void {
    this.events.push([code, buffer.toString('latin1', start, end)]);
  }

  onSkipped(code: number, bytes: number): void {
    this.events.push([code, bytes]);
  }

  onViolation(): void {
    this.events.push('violation');
  }
}

function message(code: number, body: string, length = body.length + 4): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.writeUInt8(code, 0);
  bytes.writeInt32BE(length, 1);
  bytes.write(body, 5, 'latin1');
  return bytes;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

describe('the reader of messages', () => {
  const messages = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 255 }), fc.string({ unit: 'binary-ascii', maxLength: 40 })),
    { maxLength: 12 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });

  it('finds the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(messages, sizes, (list, cuts) => {
        const sink = new RecordingSink();
        const reader = new MessageReader(sink, SMALL_BYTES);
        for (const chunk of cut(Buffer.concat(list.map(([code, body]) => message(code, body))), cuts))
          reader.push(chunk);
        expect(sink.events).toEqual(list);
        expect(reader.isBetweenMessages).toBe(true);
      }),
      { seed: 7 },
    );
  });

  it('skips what is not let in, and loses nothing of what is, however the bytes are cut', () => {
    fc.assert(
      fc.property(messages, sizes, (list, cuts) => {
        const sink = new RecordingSink('skip');
        const reader = new MessageReader(sink, SMALL_BYTES);
        for (const chunk of cut(Buffer.concat(list.map(([code, body]) => message(code, body))), cuts))
          reader.push(chunk);
        expect(sink.events).toEqual(list.map(([code, body]) => [code, body.length > SMALL_BYTES ? body.length : body]));
      }),
      { seed: 7 },
    );
  });

  it.each([1, 3, 5, 7, 100])('stops at a refused or impossible length, cut into pieces of %i', (size) => {
    for (const length of [-1, 0, 3, 1_000_000, 2 ** 31 - 1]) {
      const sink = new RecordingSink('refuse');
      const reader = new MessageReader(sink, SMALL_BYTES);
      const bytes = Buffer.concat([message(65, 'ok'), message(66, 'body', length), message(67, 'never')]);
      for (const chunk of cut(bytes, [size])) reader.push(chunk);
      expect(sink.events).toEqual([[65, 'ok'], 'violation']);
    }
  });

  it('knows that a message waits for its rest', () => {
    const reader = new MessageReader(new RecordingSink(), SMALL_BYTES);
    const bytes = message(65, 'abc');
    for (const byte of bytes.subarray(0, -1)) {
      reader.push(Buffer.from([byte]));
      expect(reader.isBetweenMessages).toBe(false);
    }
    reader.push(bytes.subarray(-1));
    expect(reader.isBetweenMessages).toBe(true);
  });
});
