import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TrafficLimit } from '../../../src/drivers/pool/traffic-limit.ts';

async function send(stream: PassThrough, sizeBytes: number): Promise<void> {
  stream.write(new Uint8Array(sizeBytes));
  await new Promise((resolve) => setImmediate(resolve));
}

describe('TrafficLimit', () => {
  it('calls back once when more than the limit has come', async () => {
    const stream = new PassThrough();
    const limit = new TrafficLimit(stream);
    let calls = 0;
    limit.begin(10, () => {
      calls += 1;
    });
    await send(stream, 10);
    expect(calls).toBe(0);
    await send(stream, 1);
    await send(stream, 100);
    expect(calls).toBe(1);
  });

  it('counts nothing outside of a statement', async () => {
    const stream = new PassThrough();
    const limit = new TrafficLimit(stream);
    let calls = 0;
    await send(stream, 100);
    limit.begin(10, () => {
      calls += 1;
    });
    await send(stream, 5);
    limit.end();
    await send(stream, 100);
    expect(calls).toBe(0);
  });
});
