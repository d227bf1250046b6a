import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatabaseValue } from '../../../../src/drivers/driver.ts';
import { MessageWriter } from '../../../../src/drivers/postgresql/wire/message-writer.ts';

/** Reads messages back independently of the writer. */
function split(bytes: Buffer): { code: string; body: Buffer }[] {
  const messages = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readInt32BE(at + 1);
    messages.push({ code: String.fromCharCode(bytes.readUInt8(at)), body: bytes.subarray(at + 5, at + 1 + length) });
    at += 1 + length;
  }
  return messages;
}

function readBind(body: Buffer): { name: string; values: (Buffer | null)[]; formats: number[] } {
  let at = body.indexOf(0) + 1;
  const nameEnd = body.indexOf(0, at);
  const name = body.toString('utf8', at, nameEnd);
  at = nameEnd + 1;
  const formats = Array.from({ length: body.readInt16BE(at) }, (_, index) => body.readInt16BE(at + 2 + 2 * index));
  at += 2 + 2 * formats.length;
  const count = body.readInt16BE(at);
  at += 2;
  const values = [];
  for (let index = 0; index < count; index += 1) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.subarray(at, at + length));
    at += Math.max(0, length);
  }
  expect([body.readInt16BE(at), at + 2]).toEqual([0, body.length]);
  return { name, values, formats };
}

describe('the writer of messages', () => {
  it('binds any values so that they are read back as they are, whatever was written before', () => {
    const value: fc.Arbitrary<DatabaseValue> = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.integer(),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 40 }),
      fc.date({ noInvalidDate: true }),
      fc.string({ minLength: 60_000, maxLength: 70_000 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 6 }), { minLength: 1, maxLength: 5 }), (binds) => {
        const writer = new MessageWriter();
        for (const [index, values] of binds.entries()) writer.bind(`s${index}`, values);
        const messages = split(writer.take());
        expect(writer.isEmpty).toBe(true);
        expect(messages.map(({ code }) => code)).toEqual(binds.map(() => 'B'));
        for (const [index, { body }] of messages.entries()) {
          const bound = readBind(body);
          const expected = binds[index] ?? [];
          expect(bound.name).toBe(`s${index}`);
          expect(bound.values.map((bytes) => bytes?.toString('latin1'))).toEqual(expected.map(toBytes));
          const isBinary = expected.map((item) => (item instanceof Uint8Array ? 1 : 0));
          expect(bound.formats).toEqual(isBinary.includes(1) ? isBinary : []);
        }
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('never touches again what was taken', () => {
    const writer = new MessageWriter();
    writer.parse('a', 'SELECT 1');
    const taken = writer.take();
    const copy = Buffer.from(taken);
    for (let round = 0; round < 5_000; round += 1) writer.query('SELECT 2 /* and so on */');
    expect(taken.equals(copy)).toBe(true);
  });

  it('writes each message of the protocol in its form', () => {
    const writer = new MessageWriter();
    writer.parse('n', 'SELECT ü');
    writer.describeStatement('n');
    writer.execute(11);
    writer.closeStatement('n');
    writer.sync();
    writer.terminate();
    expect(split(writer.take()).map(({ code, body }) => [code, body.toString('utf8')])).toEqual([
      ['P', 'n\0SELECT ü\0\0\0'],
      ['D', 'Sn\0'],
      ['E', '\0\0\0\0\u000b'],
      ['C', 'Sn\0'],
      ['S', ''],
      ['X', ''],
    ]);
  });
});

function toBytes(value: DatabaseValue): string | undefined {
  if (value === null) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return Buffer.from(value instanceof Date ? value.toISOString() : String(value)).toString('latin1');
}
