/** Escapes one member name for use in a JSON Pointer. @see RFC 6901 section 3 */
export function escapePointerToken(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}

/** Joins member names and indices to a JSON Pointer; no tokens give the pointer of the whole document. */
export function toJsonPointer(tokens: readonly PropertyKey[]): string {
  let pointer = '';
  for (const token of tokens) pointer += `/${escapePointerToken(String(token))}`;
  return pointer;
}
