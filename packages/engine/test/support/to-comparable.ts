/** Replaces volatile members of an answer by their type, ready for a deep comparison; a time stays apart from other texts. */
export function toComparable(value: unknown, volatile: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => toComparable(each, volatile));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      volatile.has(name) ? toKind(member) : toComparable(member, volatile),
    ]),
  );
}

function toKind(value: unknown): string {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? 'time' : 'text';
  return value === null ? 'null' : typeof value;
}
