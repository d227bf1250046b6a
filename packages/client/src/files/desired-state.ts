import { resolve } from 'node:path';
import type { DatabaseKind } from '@dipswitch/contract';
import { invalidArgument } from '../errors.ts';
import { applyDefaults } from './apply-defaults.ts';
import { type EntryReading, readEntries } from './connector-entries.ts';
import { listConnectorKinds } from './connector-kinds.ts';
import type {
  DesiredConnector,
  DesiredDataAction,
  DesiredState,
  LoadDesiredStateOptions,
  SourceFinding,
  SourcePosition,
} from './desired-state-types.ts';
import { interpolate } from './interpolate.ts';
import { type ProjectDocument, readProjectDocuments } from './project-documents.ts';
import { itemsOf, memberOf, type SourceNode } from './source-tree.ts';

export type {
  DesiredConnector,
  DesiredDataAction,
  DesiredState,
  LoadDesiredStateOptions,
  SourceFinding,
  SourcePosition,
} from './desired-state-types.ts';

/**
 * Reads files into a desired state: YAML, overlay, `${NAME}`, defaults, validation. What is wrong is in `findings`, in
 * the order of the files; only a caller's mistake or an abort throws. Touches no network and loads no HTTP library.
 */
export async function loadDesiredState(options: LoadDesiredStateOptions = {}): Promise<DesiredState> {
  if (options.environment !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(options.environment)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', 'environment must be 1 to 64 letters, digits and _ -');
  }
  const cwd = resolve(options.cwd ?? '.');
  const { documents, findings: fileFindings, files } = await readProjectDocuments(options);
  const findings: SourceFinding[] = [...fileFindings];
  const projects = new Set<string>();
  const connectors: DesiredConnector[] = [];
  const dataActions: DesiredDataAction[] = [];
  const ready = documents.map((document) => prepare(document, options.variables ?? {}));
  const kinds = listConnectorKinds(ready.flatMap(({ root }) => (root === null ? [] : [root])));
  for (const { document, root, findings: unset } of ready) {
    findings.push(...unset);
    if (root === null) continue;
    const reading = await readEntries(document, root, cwd, options.policy ?? {});
    const actions = await readActions(root, reading, kinds);
    if (reading.project !== undefined) projects.add(reading.project);
    findings.push(...gatherAlike([...reading.findings, ...actions.findings]));
    connectors.push(...reading.connectors);
    dataActions.push(...actions.dataActions);
  }
  findings.push(
    ...findDuplicates('/connectors', connectors, ({ body }) => body.connectorId),
    ...findDuplicates('/dataActions', dataActions, ({ body }) => body.actionId),
  );
  return { projects: [...projects], connectors, dataActions, findings, files };
}

interface PreparedDocument {
  readonly document: ProjectDocument;
  /** Null when there is nothing to read: what a missing variable would have been is not known. */
  readonly root: SourceNode | null;
  readonly findings: readonly SourceFinding[];
}

function prepare(document: ProjectDocument, variables: Readonly<Record<string, string | undefined>>): PreparedDocument {
  if (document.root === null) return { document, root: null, findings: [] };
  const { root, findings } = interpolate(document.root, variables);
  return { document, root: findings.length > 0 ? null : applyDefaults(root), findings };
}

/** The rules of data actions are loaded for files that have some. */
async function readActions(
  root: SourceNode,
  { dataActionEntries: entries, project }: EntryReading,
  kinds: () => ReadonlyMap<string, DatabaseKind>,
): Promise<{ readonly dataActions: readonly DesiredDataAction[]; readonly findings: readonly SourceFinding[] }> {
  if (itemsOf(memberOf(root, 'dataActions')).length === 0) return { dataActions: [], findings: [] };
  const { readDataActions } = await import('./data-action-entries.ts');
  return readDataActions(root, entries, { project, kinds: kinds() });
}

/** What defaults or an anchor got wrong is wrong in every entry: told once, with their number. */
function gatherAlike(findings: readonly SourceFinding[]): readonly SourceFinding[] {
  const groups = new Map<string, { readonly first: SourceFinding; count: number }>();
  for (const finding of findings) {
    const { file, line, column } = finding.source;
    // Two members that an entry lacks have one place, and differ in the end of their path.
    const member = finding.path.slice(finding.path.lastIndexOf('/'));
    const key = `${line}:${column}:${finding.code}${member}:${finding.message}:${file}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: finding, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()].map(({ first, count }) =>
    count === 1 ? first : { ...first, message: `${first.message} (${count} times)` },
  );
}

function findDuplicates<Desired extends { readonly source: SourcePosition }>(
  path: string,
  desired: readonly Desired[],
  idOf: (desired: Desired) => string,
): readonly SourceFinding[] {
  const first = new Map<string, SourcePosition>();
  const findings: SourceFinding[] = [];
  for (const each of desired) {
    const id = idOf(each);
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, each.source);
      continue;
    }
    const message = `the id ${id} is also given at ${before.file}:${before.line}:${before.column}`;
    findings.push({ code: 'DUPLICATE_ID', severity: 'error', path, message, source: each.source });
  }
  return findings;
}
