import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfLastLine, linesBackward, linesForward } from '../src/lines.ts';
import { FakeLogFile } from './support/fake-log-file.ts';

const longLine = 'ä'.repeat(90_000);

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('audit lines', () => {
  it('reads the same lines forward and backward, across chunks', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
      fc.constant(longLine),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const text = lines.map((each) => `${each.toWellFormed()}\n`).join('');
        const file = new FakeLogFile(Buffer.from(text));
        const size = file.bytes.length;
        const expected = lines.map((each) => each.toWellFormed());
        expect((await collect(linesForward(file, { to: size }))).flat()).toEqual(expected);
        const backward = await collect(linesBackward(file, size));
        expect(backward.map((placed) => placed.text)).toEqual(expected.toReversed());
        for (const { text: placedText, offset } of backward) {
          expect(file.bytes.toString('utf8', offset, offset + Buffer.byteLength(placedText))).toBe(placedText);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('finds the end of the last complete line', async () => {
    expect(await endOfLastLine(new FakeLogFile(Buffer.from('one\ntwo')), 7)).toBe(4);
    expect(await endOfLastLine(new FakeLogFile(Buffer.from('one\n')), 4)).toBe(4);
    expect(await endOfLastLine(new FakeLogFile(Buffer.from('no end')), 6)).toBe(0);
    const torn = Buffer.from(`one\n${'x'.repeat(200_000)}`);
    expect(await endOfLastLine(new FakeLogFile(torn), torn.length)).toBe(4);
  });
});
