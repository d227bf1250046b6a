/** Licences that a published package may stand on: permissive, and compatible with Apache-2.0. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'UPL-1.0',
  'Unlicense',
]);

/** Weak copyleft by file: fine for a tool that is never shipped. */
const TOOLS_ONLY: ReadonlySet<string> = new Set(['MPL-2.0']);

/**
 * Whether a package under this SPDX expression may be used. `OR` leaves the choice to us, `AND` binds to all. What is
 * not on the list is refused, a missing licence and free text included.
 */
export function isAllowedLicence(expression: string | undefined, isTool: boolean): boolean {
  if (expression === undefined) return false;
  const words = expression.replace(/^\((.*)\)$/, '$1');
  if (words.includes('(')) return false;
  return words
    .split(' OR ')
    .some((choice) =>
      choice.split(' AND ').every((name) => PERMISSIVE.has(name.trim()) || (isTool && TOOLS_ONLY.has(name.trim()))),
    );
}
