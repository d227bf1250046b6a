import type { IncomingMessage } from 'node:http';
import type { ProblemError } from '../../util/problem-error.ts';
import { HttpProblemError } from '../http-problem-error.ts';

/**
 * Reads the body of a request to its end and calls back with it, or with null when it has none. Nothing is called when
 * the caller goes away on the way; how long it may take is the server's request time-out.
 * @param onTooLarge called in place of `onBody` as soon as it is known that the body is over the limit
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  onBody: (body: Buffer | null) => void,
  onTooLarge: () => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    onTooLarge();
    return;
  }
  let first: Buffer | null = null;
  let more: Buffer[] | null = null;
  let sizeBytes = 0;
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) {
      request.removeAllListeners('data').removeAllListeners('end').resume();
      onTooLarge();
    } else if (first === null) {
      first = chunk;
    } else {
      more ??= [first];
      more.push(chunk);
    }
  });
  request.on('end', () => onBody(more === null ? first : Buffer.concat(more)));
}

export function bodyTooLarge(): ProblemError {
  return new HttpProblemError(
    'BODY_TOO_LARGE',
    'The body is larger than this address takes.',
    // The rest of it is not read, so nothing more can come over this connection.
    { connection: 'close' },
  );
}
