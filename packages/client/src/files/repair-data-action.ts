import { type DataActionEntry, dataActionEntrySchema } from '@dipswitch/contract';

export interface RepairedDataAction {
  readonly entry: DataActionEntry;
  /** Members that are not the file's: nothing may be said about them. */
  readonly replaced: ReadonlySet<string>;
}

/** Without these there is too little left to be judged: what one says is held against the others. */
const INDISPENSABLE: ReadonlySet<string> = new Set(['statement', 'input', 'output']);

/**
 * Leaves out the members of an entry that are broken in structure, so that the rules can be asked about the rest and
 * all problems are told at once. Null when nothing can be said.
 */
export function repairDataAction(value: unknown): RepairedDataAction | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const parsed = dataActionEntrySchema.safeParse(value);
  if (parsed.success) return { entry: parsed.data, replaced: new Set() };
  const replaced = new Set<string>();
  for (const issue of parsed.error.issues) {
    const [member] = issue.path;
    if (member !== undefined) replaced.add(String(member));
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) replaced.add(key);
  }
  for (const member of replaced) if (INDISPENSABLE.has(member)) return null;
  const rest = Object.fromEntries(Object.entries(value).filter(([member]) => !replaced.has(member)));
  const repaired = dataActionEntrySchema.safeParse({ id: 'placeholder', connector: 'placeholder', ...rest });
  return repaired.success ? { entry: repaired.data, replaced } : null;
}
