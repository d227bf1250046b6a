import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../../util/problem-error.ts';
import { refusePrototype } from '../body-parsers.ts';
import { HttpProblemError } from '../http-problem-error.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const BYTE_ORDER_MARK = '\ufeff';
const BLANK = /^[\t\n\r ]*/;

/**
 * Reads the body of a request to its end and calls back with it, or with null when it has none. Nothing is called when
 * the caller goes away on the way; how long it may take is the server's request time-out.
 * @param onTooLarge called instead of `onBody` as soon as it is known that the body is over the limit
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
    'The body is larger than this address accepts.',
    // The rest of it is not read, so nothing more can come over this connection.
    { connection: 'close' },
  );
}

/**
 * Reads the input of an execution from its body: JSON whatever the content type says (Studio labels it as a form), or a
 * form that is labelled as one or as nothing. No body is no input.
 * @throws ProblemError `INVALID_JSON`, `INVALID_REQUEST` (a form that cannot be decoded), `VALIDATION_FAILED` (JSON
 *   that is no object)
 */
export function readInput(body: Buffer | null, contentType: string | undefined): Readonly<Record<string, unknown>> {
  if (body === null || body.length === 0) return {};
  // The decoder of Node puts replacement characters where the text is not UTF-8.
  if (!isUtf8(body)) throw notJson('The body is not text in UTF-8.');
  let text = body.toString('utf8');
  if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
  const start = firstMark(text);
  if (start === '{') return toMembers(parseJson(text));
  if (start === '') return {};
  const isForm = contentType === undefined || FORM_TYPE.test(contentType);
  if (isForm && start !== '[' && start !== '"' && text.includes('=')) return parseFormMembers(text, 'form');
  return toMembers(parseJson(text));
}

function firstMark(text: string): string {
  const first = text.charAt(0);
  return first === '{' ? first : text.charAt(BLANK.exec(text)?.[0].length ?? 0);
}

function parseJson(text: string): unknown {
  try {
    // Only a text with one of these can name a member so; the reviver that looks at each triples the time.
    const canNamePrototype = text.includes('__proto__') || text.includes('\\u');
    return canNamePrototype ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (cause) {
    // The parser's message quotes the text around the error, which is what the caller's caller said.
    throw notJson('The body is neither a JSON object in UTF-8 nor a form.', cause);
  }
}

function toMembers(value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new ProblemError('VALIDATION_FAILED', 'The input is not an object.', {
    findings: [{ code: 'INVALID_TYPE', severity: 'error', path: '', message: 'The input must be a JSON object.' }],
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notJson(detail: string, cause?: unknown): ProblemError {
  return new ProblemError('INVALID_JSON', detail, {
    cause,
    findings: [{ code: 'INVALID_JSON', severity: 'error', path: '', message: 'The body is not JSON.' }],
  });
}

/**
 * Reads the members of a form or a query (`a=1&b=2`): `+` is a space, percent-encoding is UTF-8, a name that is given
 * several times has a list. `what` is the subject of a refusal.
 * @throws ProblemError `INVALID_REQUEST`
 * @see https://url.spec.whatwg.org/#urlencoded-parsing (which, unlike this, lets bad encoding pass)
 */
export function parseFormMembers(text: string, what: 'form' | 'query'): Record<string, string | string[]> {
  const members = new Map<string, string | string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals), what);
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1), what);
    if (name === '__proto__') throw new ProblemError('INVALID_REQUEST', `The ${what} has a member named __proto__.`);
    const known = members.get(name);
    if (known === undefined) members.set(name, value);
    else if (typeof known === 'string') members.set(name, [known, value]);
    else known.push(value);
  }
  return Object.fromEntries(members);
}

function decode(text: string, what: 'form' | 'query'): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw new ProblemError('INVALID_REQUEST', `The ${what} is not valid percent-encoding of UTF-8.`, { cause });
  }
}
