import { escapePointerToken } from '../findings/json-pointer.ts';

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
  return isInOrder(value, 0) ? JSON.stringify(value) : write(value, '', 0);
}

/**
 * Whether the built-in writer, several times faster, gives the canonical form: nothing but JSON, and every member
 * already in its place, as in a record that was read back.
 */
function isInOrder(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (depth >= MAX_DEPTH) return false;
      if (Array.isArray(value)) return isEveryItemInOrder(value, depth);
      return isPlainObject(value) && isEveryMemberInOrder(value, depth);
    default:
      return false;
  }
}

function isEveryItemInOrder(items: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < items.length; index += 1) {
    if (!isInOrder(items[index], depth + 1)) return false;
  }
  return true;
}

function isEveryMemberInOrder(members: Readonly<Record<string, unknown>>, depth: number): boolean {
  let previous: string | undefined;
  for (const name of Object.keys(members)) {
    if (previous !== undefined && name < previous) return false;
    if (!name.isWellFormed() || !isInOrder(members[name], depth + 1)) return false;
    previous = name;
  }
  return true;
}

function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
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
  if (!isPlainObject(members)) throw notJson(path, 'an instance of a class');
  let text = '{';
  // The default order of sort() is that of UTF-16 code units, which is the order the RFC asks for.
  for (const name of Object.keys(members).sort()) {
    const memberPath = `${path}/${escapePointerToken(name)}`;
    if (text.length > 1) text += ',';
    text += `${writeString(name, path)}:${write(members[name], memberPath, depth + 1)}`;
  }
  return `${text}}`;
}

function notJson(path: string, what: string): TypeError {
  const error = new TypeError(`canonical JSON cannot carry ${what} (at "${path}")`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}
