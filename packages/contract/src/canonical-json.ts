import { escapePointerToken } from './json-pointer.ts';

const MAX_DEPTH = 512;

/**
 * Writes a value as canonical JSON: members sorted by UTF-16 code units, no spaces, numbers and strings as ECMAScript
 * writes them. Accepts JSON values only.
 *
 * @throws TypeError with code `ERR_INVALID_ARG_VALUE` and the JSON Pointer of what is not JSON: undefined, functions,
 * symbols, bigints, numbers that are not finite, lone surrogates, class instances, cycles (depth over 512).
 * @see RFC 8785
 */
export function canonicalJson(value: unknown): string {
  return write(value, '', 0);
}

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw notJson(path, 'a number that is not finite');
      return String(value === 0 ? 0 : value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw notJson('', `nesting deeper than ${MAX_DEPTH}`);
      return Array.isArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    default:
      throw notJson(path, `a value of type ${typeof value}`);
  }
}

function writeString(text: string, path: string): string {
  if (!text.isWellFormed()) throw notJson(path, 'a lone surrogate');
  return JSON.stringify(text);
}

function writeArray(items: readonly unknown[], path: string, depth: number): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) text += ',';
    text += write(items[index], `${path}/${index}`, depth + 1);
  }
  return `${text}]`;
}

function writeObject(members: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(members);
  if (prototype !== Object.prototype && prototype !== null) throw notJson(path, 'an instance of a class');
  let text = '{';
  // The default order of sort() is that of UTF-16 code units, which is the order the RFC asks for.
  for (const name of Object.keys(members).sort()) {
    const memberPath = `${path}/${escapePointerToken(name)}`;
    if (text.length > 1) text += ',';
    text += `${writeString(name, path)}:${write((members as Record<string, unknown>)[name], memberPath, depth + 1)}`;
  }
  return `${text}}`;
}

function notJson(path: string, what: string): TypeError {
  const error = new TypeError(`canonical JSON can not carry ${what} (at "${path}")`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}
