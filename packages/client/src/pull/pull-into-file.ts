import type { ConnectorBody, DataActionBody } from '@dipswitch/contract';
import { LineCounter, parseDocument } from 'yaml';
import type { DesiredConnector, DesiredDataAction } from '../files/desired-state-types.ts';
import { diffConnectors } from '../util/connector-comparison.ts';
import { diffDataActions } from '../util/data-action-comparison.ts';
import { diffFields, type FieldChange } from '../util/field-diff.ts';
import { connectorEntryOf, type EntryFields } from './connector-entry-of.ts';
import { dataActionEntryOf } from './data-action-entry-of.ts';
import { EntryNodes, type EntryPlace } from './entry-nodes.ts';

export interface PullIntoFileOptions {
  /** The file as it is; empty for a new one. */
  readonly text: string;
  /** What the file says now. */
  readonly known: readonly DesiredConnector[];
  /** What the server has of it, and what is to be added. */
  readonly incoming: readonly ConnectorBody[];
  /** The same of data actions. Default: none. */
  readonly dataActions?: {
    readonly known: readonly DesiredDataAction[];
    readonly incoming: readonly DataActionBody[];
  };
  /** The project that the file names. */
  readonly project: string | undefined;
}

export interface PulledEntry {
  readonly id: string;
  readonly action: 'added' | 'updated' | 'unchanged';
  /** In the terms of the file. */
  readonly fields: readonly FieldChange[];
}

export interface PulledFile {
  readonly text: string;
  readonly connectors: readonly PulledEntry[];
  readonly dataActions: readonly PulledEntry[];
}

/**
 * Writes what the server has into the text of a project file: entries that differ get just the fields that do, new ones
 * are appended, everything else, comments and order included, stays. Pure.
 */
export function pullIntoFile(options: PullIntoFileOptions): PulledFile {
  const { text, known, incoming, project, dataActions = { known: [], incoming: [] } } = options;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const connectors = pullEntries(new EntryNodes(document, lines, 'connectors'), known, incoming, {
    idOf: ({ connectorId }) => connectorId,
    isSame: (before, now) => diffConnectors(before, now).length === 0,
    entryOf: (body) => connectorEntryOf(body, project),
  });
  const actions = pullEntries(new EntryNodes(document, lines, 'dataActions'), dataActions.known, dataActions.incoming, {
    idOf: ({ actionId }) => actionId,
    isSame: (before, now) => diffDataActions(before, now).length === 0,
    entryOf: (body) => dataActionEntryOf(body, project),
  });
  const isChanged = [...connectors, ...actions].some(({ action }) => action !== 'unchanged');
  return { text: isChanged ? document.toString(formatOf(text)) : text, connectors, dataActions: actions };
}

/** The text of a new project file without connectors. */
export function createProjectText(project: string | undefined): string {
  return project === undefined ? '' : `project: ${project}\n`;
}

/** What one list of a file is made of. */
interface EntryTerms<Body> {
  readonly idOf: (body: Body) => string;
  readonly isSame: (before: Body, now: Body) => boolean;
  readonly entryOf: (body: Body) => EntryFields;
}

function pullEntries<Body>(
  nodes: EntryNodes,
  known: readonly { readonly body: Body; readonly source: EntryPlace['source'] }[],
  incoming: readonly Body[],
  { idOf, isSame, entryOf }: EntryTerms<Body>,
): readonly PulledEntry[] {
  const knownById = new Map(known.map((entry) => [idOf(entry.body), entry]));
  return incoming.map((body): PulledEntry => {
    const id = idOf(body);
    const before = knownById.get(id);
    if (before === undefined) {
      nodes.append(entryOf(body));
      return { id, action: 'added', fields: [] };
    }
    if (isSame(before.body, body)) return { id, action: 'unchanged', fields: [] };
    const now = entryOf(body);
    const fields = diffFields(entryOf(before.body), now);
    nodes.update({ id, source: before.source }, fields, now);
    return { id, action: 'updated', fields };
  });
}

/** How the file is written, as far as the library can keep to it. */
function formatOf(text: string): { lineWidth: number; flowCollectionPadding: boolean; indentSeq: boolean } {
  return {
    lineWidth: 0,
    flowCollectionPadding: /\{ /.test(text) || !/: *\{\S/.test(text),
    indentSeq: !/^(?:connectors|dataActions):[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*-/m.test(text),
  };
}
