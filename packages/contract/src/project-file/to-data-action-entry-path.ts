/**
 * Turns the path of a finding about a body that `toDataActionBody` made into the path inside the entry it was made
 * from. What has no member of its own points at the entry ('').
 */
export function toDataActionEntryPath(bodyPath: string): string {
  if (bodyPath === '/actionId') return '/id';
  if (bodyPath === '/connectorId') return '/connector';
  return /^\/labels(?:\/|$)/.test(bodyPath) ? '' : bodyPath;
}
