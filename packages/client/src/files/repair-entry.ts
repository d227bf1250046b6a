import { type ConnectorEntry, connectorEntrySchema, DATABASE_CATALOGUE, DATABASE_KINDS } from '@dipswitch/contract';

export interface RepairedEntry {
  readonly entry: ConnectorEntry;
  /** Members that are not the file's: nothing may be said about them. */
  readonly replaced: ReadonlySet<string>;
}

/** What a finding about one member is read from, so that it goes when the other does. */
const JUDGED_TOGETHER: Readonly<Record<string, readonly string[]>> = {
  host: ['security', 'properties'],
  hosts: ['security', 'properties'],
  security: ['properties'],
};

/**
 * Puts harmless values in place of the members of an entry that are broken in structure, so that the rules can be asked
 * about the rest and all problems are told at once. Null when nothing can be said, as without a known `type`.
 */
export function repairEntry(value: unknown): RepairedEntry | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const parsed = connectorEntrySchema.safeParse(value);
  if (parsed.success) return { entry: parsed.data, replaced: new Set() };
  const replaced = new Set<string>();
  for (const issue of parsed.error.issues) {
    const unknown = issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [];
    for (const member of issue.path.length === 0 ? unknown : [String(issue.path[0])]) {
      replaced.add(member);
      for (const other of JUDGED_TOGETHER[member] ?? []) replaced.add(other);
    }
  }
  const rest: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(value).filter(([member]) => !replaced.has(member)),
  );
  const kind = DATABASE_KINDS.find((known) => known === rest.type);
  if (kind === undefined) return null;
  const repaired = connectorEntrySchema.safeParse({
    id: 'placeholder',
    driverVersion: DATABASE_CATALOGUE[kind].driverVersions[0],
    credentials: { username: 'PLACEHOLDER', password: 'PLACEHOLDER' },
    ...('hosts' in rest ? {} : { host: 'placeholder.invalid' }),
    ...('sid' in rest ? {} : { database: 'placeholder' }),
    ...rest,
  });
  return repaired.success ? { entry: repaired.data, replaced } : null;
}
