import { createServer, type IncomingHttpHeaders } from 'node:http';
import { waitFor } from './wait-for.ts';

export interface ReceivedDelivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came: what a signature is made over. */
  readonly rawBody: string;
  readonly body: Record<string, unknown>;
  readonly receivedAt: number;
}

/** A webhook endpoint on loopback that keeps what it gets. */
export interface WebhookReceiver {
  readonly url: string;
  readonly deliveries: readonly ReceivedDelivery[];
  /** Status codes for the next requests, in order; a good one when there is none left. */
  answerNext(...statusCodes: number[]): void;
  /** The first delivery that fits; waits for it. */
  waitForDelivery(fits: (delivery: ReceivedDelivery) => boolean, timeoutMs?: number): Promise<ReceivedDelivery>;
  close(): Promise<void>;
}

/** `replyBody` is what every answer carries; default: nothing. */
export async function startWebhookReceiver(options: { replyBody?: string } = {}): Promise<WebhookReceiver> {
  const deliveries: ReceivedDelivery[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks).toString('utf8');
      const { url = '/', headers } = request;
      deliveries.push({ path: url, headers, rawBody, body: JSON.parse(rawBody), receivedAt: performance.now() });
      response.writeHead(answers.shift() ?? (options.replyBody === undefined ? 204 : 200)).end(options.replyBody);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    deliveries,
    answerNext: (...statusCodes) => answers.push(...statusCodes),
    waitForDelivery: (fits, timeoutMs = 15_000) =>
      waitFor('a webhook delivery', () => deliveries.find(fits), { timeoutMs }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
