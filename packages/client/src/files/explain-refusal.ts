import {
  type ConnectorEntry,
  connectorEntrySchema,
  DATABASE_CATALOGUE,
  DATABASE_KINDS,
  type DataActionEntry,
  dataActionEntrySchema,
  type Finding,
  readProjectFile,
} from '@dipswitch/contract';
import { isRecord } from '../util/is-record.ts';

/** An entry of which broken members were replaced or left out, so that the rules can be asked about the rest. */
export interface RepairedEntry<Entry> {
  readonly entry: Entry;
  /** Members that are not the file's: nothing may be said about them. */
  readonly replaced: ReadonlySet<string>;
}

export interface Refusal {
  readonly findings: readonly Finding[];
  /** Per connector: what can be said about the rest of it; null when nothing can. */
  readonly entries: readonly (RepairedEntry<ConnectorEntry> | null)[];
  /** Per data action, likewise. */
  readonly dataActions: readonly (RepairedEntry<DataActionEntry> | null)[];
}

/**
 * Says what is wrong with a document that `isProjectFile` refused. Imported only then: it needs the schema library,
 * which takes longer to load than the checks of a good file take.
 */
export function explainRefusal(document: unknown): Refusal {
  const reading = readProjectFile(document);
  return {
    findings: reading.valid ? [] : reading.findings,
    entries: listOf(document, 'connectors').map(repairConnector),
    dataActions: listOf(document, 'dataActions').map(repairDataAction),
  };
}

function listOf(document: unknown, name: 'connectors' | 'dataActions'): readonly unknown[] {
  if (typeof document !== 'object' || document === null || !(name in document)) return [];
  const list: unknown = Reflect.get(document, name);
  return Array.isArray(list) ? list : [];
}

/** What a finding about one member is read from, so that it goes when the other does. */
const JUDGED_TOGETHER: Readonly<Record<string, readonly string[]>> = {
  host: ['security', 'properties'],
  hosts: ['security', 'properties'],
  security: ['properties'],
};

/** Puts harmless values in the places of broken members. Null when nothing can be said, as without a known `type`. */
function repairConnector(value: unknown): RepairedEntry<ConnectorEntry> | null {
  if (!isRecord(value)) return null;
  const parsed = connectorEntrySchema.safeParse(value);
  if (parsed.success) return { entry: parsed.data, replaced: new Set() };
  const broken = brokenMembers(parsed.error.issues);
  const replaced = new Set(broken.flatMap((member) => [member, ...(JUDGED_TOGETHER[member] ?? [])]));
  const rest = without(value, replaced);
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

/** Without these there is too little left to be judged: what one says is held against the others. */
const INDISPENSABLE: readonly string[] = ['statement', 'input', 'output'];

/** Leaves broken members out. Null when nothing can be said. */
function repairDataAction(value: unknown): RepairedEntry<DataActionEntry> | null {
  if (!isRecord(value)) return null;
  const parsed = dataActionEntrySchema.safeParse(value);
  if (parsed.success) return { entry: parsed.data, replaced: new Set() };
  const replaced = new Set(brokenMembers(parsed.error.issues));
  if (INDISPENSABLE.some((member) => replaced.has(member))) return null;
  const rest = without(value, replaced);
  const repaired = dataActionEntrySchema.safeParse({ id: 'placeholder', connector: 'placeholder', ...rest });
  return repaired.success ? { entry: repaired.data, replaced } : null;
}

interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  /** Of an object that has members nobody knows. */
  readonly keys?: readonly string[];
}

function brokenMembers(issues: readonly SchemaIssue[]): readonly string[] {
  return issues.flatMap(({ path, keys = [] }) => (path.length === 0 ? keys : [String(path[0])]));
}

function without(
  value: Readonly<Record<string, unknown>>,
  members: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([member]) => !members.has(member)));
}
