import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../../util/problem-error.ts';

const PREFIX = '/api/v1/dataactions/';
const SUFFIX = '/execute';

/** The route's pattern, for meters and logs. */
export const EXECUTE_ROUTE = `${PREFIX}:actionId${SUFFIX}`;

/** What the target of an execution says. */
export interface ExecuteTarget {
  /** As it stands in the path, percent-encoding and all. */
  readonly rawActionId: string;
  /** What follows the question mark; empty when there is none. */
  readonly query: string;
}

/** Reads `/api/v1/dataactions/{id}/execute[?query]`; null for every other target. */
export function matchExecuteTarget(url: string): ExecuteTarget | null {
  if (!url.startsWith(PREFIX)) return null;
  const mark = url.indexOf('?', PREFIX.length);
  const pathEnd = mark === -1 ? url.length : mark;
  const idEnd = pathEnd - SUFFIX.length;
  if (idEnd <= PREFIX.length || !url.startsWith(SUFFIX, idEnd)) return null;
  const rawActionId = url.slice(PREFIX.length, idEnd);
  if (rawActionId.includes('/')) return null;
  return { rawActionId, query: mark === -1 ? '' : url.slice(mark + 1) };
}

/** @throws ProblemError `INVALID_REQUEST` when it is not percent-encoding, or holds a NUL */
export function decodeActionId(rawActionId: string): string {
  if (!rawActionId.includes('%')) return rawActionId;
  let actionId: string;
  try {
    actionId = decodeURIComponent(rawActionId);
  } catch (cause) {
    throw new ProblemError('INVALID_REQUEST', 'The path is not valid percent-encoding.', { cause });
  }
  if (actionId.includes('\0')) throw new ProblemError('INVALID_REQUEST', 'The path holds a NUL byte.');
  return actionId;
}

/** What the headers of an execution say, apart from who calls. */
export interface ExecuteHeaders {
  readonly callerDeadlineMs: number | null;
  readonly contactId: string | null;
  readonly idempotencyKey: string | null;
}

/** Fifteen digits, so that every one of them is a number without loss. */
const WHOLE_NUMBER = /^[1-9][0-9]{0,14}$/;
const CONTACT_ID = /^[\x21-\x7e]{1,128}$/;
/** A string of RFC 9651 section 3.3.3. */
const QUOTED_KEY = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const BARE_KEY = /^[\x21\x23-\x7e][\x21-\x7e]*$/;
const KEY_LENGTH_MAX = 255;

/** @throws ProblemError `INVALID_REQUEST` naming the header */
export function parseExecuteHeaders(headers: IncomingHttpHeaders): ExecuteHeaders {
  return {
    callerDeadlineMs: parseDeadline(headers['x-deadline-ms']),
    contactId: parseContactId(headers['x-contact-id']),
    idempotencyKey: parseIdempotencyKey(headers['idempotency-key']),
  };
}

function parseDeadline(value: string | string[] | undefined): number | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && WHOLE_NUMBER.test(value)) return Number(value);
  throw new ProblemError('INVALID_REQUEST', '`X-Deadline-Ms` must be a whole number of milliseconds from 1.');
}

/** A script that has no contact sends an empty one. */
function parseContactId(value: string | string[] | undefined): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && CONTACT_ID.test(value)) return value;
  throw new ProblemError('INVALID_REQUEST', '`X-Contact-Id` must be 1 to 128 visible ASCII characters.');
}

/** @see draft-ietf-httpapi-idempotency-key-header section 2.1; a key without quotes is accepted as it is. */
function parseIdempotencyKey(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  const key = typeof value === 'string' ? toKey(value) : undefined;
  if (key !== undefined && key.length > 0 && key.length <= KEY_LENGTH_MAX) return key;
  throw new ProblemError(
    'INVALID_REQUEST',
    '`Idempotency-Key` must be 1 to 255 characters, in quotes or without spaces.',
  );
}

function toKey(value: string): string | undefined {
  if (BARE_KEY.test(value)) return value;
  return QUOTED_KEY.exec(value)?.[1]?.replaceAll(/\\(["\\])/g, '$1');
}
