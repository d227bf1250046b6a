import {
  type DataActionBody,
  type DataActionEntry,
  type DataActionValidation,
  type DatabaseKind,
  type Finding,
  toDataActionBody,
  toDataActionEntryPath,
  validateWellFormedDataAction,
} from '@dipswitch/contract';
import type { DesiredDataAction, SourceFinding } from './desired-state-types.ts';
import type { RepairedEntry } from './explain-refusal.ts';
import { toSourceFinding } from './source-finding.ts';
import { itemsOf, memberOf, type SourceNode } from './source-tree.ts';

export interface DataActionReading {
  readonly dataActions: readonly DesiredDataAction[];
  readonly findings: readonly SourceFinding[];
}

export interface DataActionContext {
  readonly project: string | undefined;
  /** Database kinds of the connectors in the files, by id. */
  readonly kinds: ReadonlyMap<string, DatabaseKind>;
}

/**
 * Judges the data actions of a document and makes their bodies; an entry with an error makes none. Imported for files
 * that have some: it brings a tokenizer of SQL along.
 */
export async function readDataActions(
  root: SourceNode,
  entries: readonly (RepairedEntry<DataActionEntry> | null)[],
  { project, kinds }: DataActionContext,
): Promise<DataActionReading> {
  const nodes = itemsOf(memberOf(root, 'dataActions'));
  const dataActions: DesiredDataAction[] = [];
  const findings: SourceFinding[] = [];
  for (const [index, repaired] of entries.entries()) {
    const node = nodes[index];
    // What is broken in its structure is among the findings of the whole document.
    if (repaired === null || node === undefined) continue;
    const { entry, replaced } = repaired;
    const body = toDataActionBody(entry, project === undefined ? {} : { project });
    const kind = replaced.has('connector') ? null : (kinds.get(entry.connector) ?? null);
    const validation = validateWellFormedDataAction(body, { kind }) ?? (await explainBody(body, kind));
    for (const finding of validation.findings) {
      const path = toDataActionEntryPath(finding.path);
      if (replaced.has(path.split('/')[1] ?? '')) continue;
      findings.push(toSourceFinding(root, atEntry(finding, index, path)));
    }
    if (validation.valid && replaced.size === 0) {
      dataActions.push({ body, kind, source: memberOf(node, 'id')?.source ?? node.source });
    }
  }
  return { dataActions, findings };
}

async function explainBody(body: DataActionBody, kind: DatabaseKind | null): Promise<DataActionValidation> {
  const { validateRefusedDataAction } = await import('./refused-body.ts');
  return validateRefusedDataAction(body, { kind });
}

function atEntry(finding: Finding, index: number, path: string): Finding {
  return { ...finding, path: `/dataActions/${index}${path}` };
}
