import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { DriverError } from '../../../src/drivers/driver.ts';
import { WebhookTransport, type WebhookTransportOptions } from '../../../src/features/events/webhook-transport.ts';
import { connectLoopback, until, useReceivers } from './loopback-receiver.ts';

const receivers = useReceivers();
const transports: WebhookTransport[] = [];
afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.close();
});

function create(options: Partial<WebhookTransportOptions> = {}) {
  const clock = new FakeClock();
  const transport = new WebhookTransport({ connect: connectLoopback, clock, ...options });
  transports.push(transport);
  const stop = new AbortController();
  const send = (url: string) =>
    transport.send({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}', signal: stop.signal });
  return { transport, clock, stop, send };
}

describe('WebhookTransport', () => {
  it('posts the body and gives the status', async () => {
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.writeHead(202).end('thanks');
    const { send, clock } = create();
    expect(await send(receiver.url)).toEqual({ status: 202, retryAfter: null });
    expect(receiver.received).toMatchObject([
      { path: '/hook?a=b', body: '{"a":1}', headers: { 'content-type': 'application/json' } },
    ]);
    await until(() => clock.pendingTimers === 0);
  });

  it('gives Retry-After as it came', async () => {
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await create().send(receiver.url)).toEqual({ status: 429, retryAfter: '7' });
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async (status) => {
    const receiver = await receivers.start();
    const target = await receivers.start();
    receiver.answer = (response) => void response.writeHead(status, { location: target.url }).end();
    expect(await create().send(receiver.url)).toMatchObject({ status });
    expect(target.received).toEqual([]);
  });

  it('gives up at the total deadline when no answer comes, and closes the connection', async () => {
    const receiver = await receivers.start();
    receiver.answer = () => {};
    const { send, clock } = create();
    const sent = send(receiver.url);
    await until(() => receiver.received.length === 1);
    clock.advance(15_000);
    await expect(sent).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await until(() => receiver.sockets.size === 0);
  });

  it('gives up at the total deadline when headers drip', async () => {
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.socket?.write('HTTP/1.1 200 OK\r\nx-drip: ');
    const { send, clock } = create();
    const sent = send(receiver.url);
    await until(() => receiver.received.length === 1);
    clock.advance(15_000);
    await expect(sent).rejects.toMatchObject({ code: 'NO_ANSWER' });
  });

  it('takes the status of an answer whose body drips, and lets the connection go at the deadline', async () => {
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.writeHead(200).write('drip');
    const { send, clock } = create();
    expect(await send(receiver.url)).toMatchObject({ status: 200 });
    expect(receiver.sockets.size).toBe(1);
    clock.advance(15_000);
    await until(() => receiver.sockets.size === 0);
  });

  it('reads no more than 64 KiB of an endless body', async () => {
    const receiver = await receivers.start();
    let written = 0;
    receiver.answer = (response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed) {
          written += 16_384;
          if (!response.write(Buffer.alloc(16_384))) {
            response.once('drain', pour);
            return;
          }
        }
      };
      pour();
    };
    const { send, clock } = create();
    expect(await send(receiver.url)).toMatchObject({ status: 200 });
    await until(() => receiver.sockets.size === 0);
    // The socket buffers of both sides hold some more than what was read.
    expect(written).toBeLessThan(16 * 1024 * 1024);
    await until(() => clock.pendingTimers === 0);
  });

  it('refuses headers beyond its bound', async () => {
    const receiver = await receivers.start();
    receiver.answer = (response) =>
      void response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(64 * 1024)}\r\n\r\n`);
    await expect(create().send(receiver.url)).rejects.toMatchObject({ code: 'NO_ANSWER' });
  });

  it('reports a reset and a refused connection with one code', async () => {
    const receiver = await receivers.start();
    receiver.answer = (response) => void response.socket?.resetAndDestroy();
    const { send } = create();
    await expect(send(receiver.url)).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await expect(send('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'NO_ANSWER' });
  });

  it.each([
    [new DriverError('egress-denied', 'no'), 'ADDRESS_REFUSED'],
    [new DriverError('tls-untrusted', 'no'), 'TLS_FAILED'],
    [Object.assign(new Error('no'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'TLS_FAILED'],
    [new DriverError('host-not-found', 'no'), 'NO_ANSWER'],
  ])('reports %s of the dialer as %s', async (error, code) => {
    const { send } = create({ connect: (_options, callback) => callback(error, null) });
    await expect(send('http://receiver.example/')).rejects.toMatchObject({ code });
  });

  it('breaks off when it is told to stop', async () => {
    const receiver = await receivers.start();
    receiver.answer = () => {};
    const { send, stop, clock } = create();
    const sent = send(receiver.url);
    await until(() => receiver.received.length === 1);
    stop.abort();
    await expect(sent).rejects.toMatchObject({ code: 'NO_ANSWER' });
    expect(clock.pendingTimers).toBe(0);
  });
});
