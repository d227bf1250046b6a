import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../util/problem-error.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;

/** The caller's `X-Request-Id` when it is well formed (it goes into logs and headers), else a new one. */
export function toRequestId(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The trace id of a W3C `traceparent`; null when there is none or it is not valid. @see W3C Trace Context section 3.2 */
export function toTraceId(headers: IncomingHttpHeaders): string | null {
  const given = headers.traceparent;
  if (typeof given !== 'string' || given.startsWith('ff')) return null;
  const match = TRACEPARENT.exec(given);
  const [, traceId, parentId] = match ?? [];
  if (traceId === undefined || parentId === undefined) return null;
  return /^0+$/.test(traceId) || /^0+$/.test(parentId) ? null : traceId;
}

/** @throws ProblemError `UNSUPPORTED_MEDIA_TYPE` */
export function assertUncompressed({ 'content-encoding': encoding }: IncomingHttpHeaders): void {
  if (encoding === undefined || encoding === 'identity') return;
  throw new ProblemError('UNSUPPORTED_MEDIA_TYPE', 'Compressed bodies are not accepted.');
}
