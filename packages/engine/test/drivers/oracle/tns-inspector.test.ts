import { describe, expect, it } from 'vitest';
import { hasCostlyPasswordRounds } from '../../../src/drivers/oracle/password-rounds.ts';
import { TnsInspector } from '../../../src/drivers/oracle/tns-inspector.ts';
import { writeDataFrame, writeMarker } from '../../support/doubles/oracle-server/tns-frames.ts';
import { TtcWriter } from '../../support/doubles/oracle-server/ttc-writer.ts';

const never = () => {
  throw new Error('more came than was sent');
};

function rounds(key: string, value: string): Buffer {
  return new TtcWriter().measuredText(key).measuredText(value).numbers(0).toBuffer();
}

describe('TnsInspector', () => {
  it('lets packets pass however they are cut', () => {
    const bytes = Buffer.concat([writeDataFrame(Buffer.alloc(500)), writeMarker(1), writeDataFrame(Buffer.alloc(0))]);
    for (const size of [1, 3, 9, 10, 11, 100, bytes.length]) {
      const inspector = new TnsInspector();
      inspector.begin(bytes.length, never);
      for (let at = 0; at < bytes.length; at += size) inspector.push(bytes.subarray(at, at + size));
    }
  });

  it('calls back once with the first byte above the allowance of a statement', () => {
    const inspector = new TnsInspector();
    let calls = 0;
    inspector.begin(1_000, () => {
      calls += 1;
    });
    inspector.push(writeDataFrame(Buffer.alloc(990)));
    expect(calls).toBe(0);
    inspector.push(writeDataFrame(Buffer.alloc(1)));
    expect(calls).toBe(1);
  });

  it('throws for much that nobody asked for', () => {
    const inspector = new TnsInspector();
    inspector.end();
    inspector.push(writeDataFrame(Buffer.alloc(60_000)));
    expect(() => inspector.push(writeDataFrame(Buffer.alloc(60_000)))).toThrow(/more than it was asked for/);
  });

  it('throws for a response in crumbs long before its bytes are too many', () => {
    const inspector = new TnsInspector();
    inspector.begin(1024 * 1024, never);
    const crumb = writeDataFrame(Buffer.from([9]));
    expect(() => {
      for (let packet = 0; packet < 10_000; packet += 1) inspector.push(crumb);
    }).toThrow(/crumbs/);
  });

  it.each([
    ['a length below the header', [0, 0, 0, 9, 6, 0, 0, 0, 0, 0]],
    ['a length above every SDU', [0, 0x20, 0, 1, 6, 0, 0, 0, 0, 0]],
    ['a type that comes before sessions only', [0, 0, 0, 20, 2, 0, 0, 0, 0, 0]],
  ])('throws for %s', (_name, header) => {
    expect(() => new TnsInspector().push(Buffer.from(header))).toThrow(/no session has/);
  });

  it('throws for compressed data', () => {
    expect(() => new TnsInspector().push(writeDataFrame(Buffer.alloc(4), 0x0400))).toThrow(/compresses/);
  });

  it('finds the rounds of a login that lie in two packets', () => {
    const said = rounds('AUTH_PBKDF2_VGEN_COUNT', '10000000');
    const inspector = new TnsInspector();
    inspector.push(writeDataFrame(said.subarray(0, 12)));
    expect(() => inspector.push(writeDataFrame(said.subarray(12)))).toThrow(/password/);
  });

  it('looks for no rounds in what a statement returns', () => {
    const inspector = new TnsInspector();
    inspector.begin(1_000, never);
    inspector.push(writeDataFrame(rounds('AUTH_PBKDF2_VGEN_COUNT', '10000000')));
  });
});

describe('hasCostlyPasswordRounds', () => {
  it.each([
    ['4096', false],
    ['20000', false],
    ['20001', true],
    ['99999999', true],
    ['-1', false],
    ['1e9', true],
    ['x', true],
    ['1'.repeat(40), true],
  ])('judges %s as %s', (value, isCostly) => {
    expect(hasCostlyPasswordRounds(rounds('AUTH_PBKDF2_SDER_COUNT', value))).toBe(isCostly);
  });

  it('does not judge what is not all there', () => {
    const said = rounds('AUTH_PBKDF2_VGEN_COUNT', '10000000');
    const start = said.indexOf('10000000');
    expect(hasCostlyPasswordRounds(said.subarray(0, start))).toBe(false);
    expect(hasCostlyPasswordRounds(said.subarray(0, start + 4))).toBe(false);
    expect(hasCostlyPasswordRounds(said.subarray(0, start + 8))).toBe(true);
  });

  it('is wary of a number in another form than servers write', () => {
    const key = new TtcWriter().measuredText('AUTH_PBKDF2_VGEN_COUNT').toBuffer();
    const chunks = Buffer.from([1, 8, 254, 1, 4, 0x31, 0x30, 0x30, 0x30]);
    expect(hasCostlyPasswordRounds(Buffer.concat([key, chunks]))).toBe(true);
  });
});
