/**
 * Turns the path of a finding about a body that `toDataActionBody` made into the path inside the entry it was made
 * from.
 */
export function toDataActionEntryPath(bodyPath: string): string {
  if (bodyPath === '/actionId') return '/id';
  if (bodyPath === '/connectorId') return '/connector';
  return bodyPath;
}
