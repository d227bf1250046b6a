/**
 * Names that no output property may have: the members that every answer has, and `rows`. Written out, so that who checks
 * a file need not load the schema library; a test holds them to the schema of the answer.
 */
export const RESERVED_OUTPUT_NAMES: ReadonlySet<string> = new Set([
  'outcome',
  'rowCount',
  'truncated',
  'source',
  'ageSeconds',
  'executionId',
  'rows',
]);
