import { isUtf8 } from 'node:buffer';
import { ProblemError } from '../../util/problem-error.ts';
import { parseFormMembers } from './form-members.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const BYTE_ORDER_MARK = '\ufeff';
const BLANK = /^[\t\n\r ]*/;

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

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a member is named __proto__');
  return value;
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
