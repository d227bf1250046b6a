import { escapePointerToken } from '@dipswitch/contract';
import { isRecord } from './is-record.ts';

/** A JSON value. In bodies references stand for secrets, so nothing in it is secret. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [key: string]: FieldValue };

/** One field that differs. `before` is absent when the field is added, `after` when it is removed. */
export interface FieldChange {
  /** JSON Pointer into the wire body. */
  readonly path: string;
  readonly before?: FieldValue;
  readonly after?: FieldValue;
}

type FieldObject = { readonly [key: string]: FieldValue };

/** Every leaf that differs, by path. Lists are compared as wholes: their items have no identity. */
export function diffFields(before: FieldValue, after: FieldValue, path = ''): readonly FieldChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => diffMember(before[key], after[key], `${path}/${escapePointerToken(key)}`));
  }
  return isSameValue(before, after) ? [] : [{ path, before, after }];
}

/**
 * Whether two JSON values are the same, in whatever order their members stand; undefined is the same as itself. Written
 * without a list of keys for each map: of ten thousand connectors there are hundreds of thousands.
 */
export function isSameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSameValue(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  let members = 0;
  for (const key in left) {
    if (!isSameValue(left[key], right[key]) || (left[key] === undefined && !Object.hasOwn(right, key))) return false;
    members += 1;
  }
  for (const _key in right) members -= 1;
  return members === 0;
}

/** A JSON value as the comparison takes it. What is no JSON, which no answer and no file can hold, reads as null. */
export function toFieldValue(value: unknown): FieldValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toFieldValue);
  if (!isRecord(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toFieldValue(member)]));
}

function diffMember(
  before: FieldValue | undefined,
  after: FieldValue | undefined,
  path: string,
): readonly FieldChange[] {
  if (before === undefined) return after === undefined ? [] : [{ path, after }];
  return after === undefined ? [{ path, before }] : diffFields(before, after, path);
}

function isObject(value: FieldValue | undefined): value is FieldObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
