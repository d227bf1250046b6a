import { type Finding, readProjectFile } from '@dipswitch/contract';
import { type RepairedDataAction, repairDataAction } from './repair-data-action.ts';
import { type RepairedEntry, repairEntry } from './repair-entry.ts';

export interface Refusal {
  readonly findings: readonly Finding[];
  /** Per connector: what can be said about the rest of it; null when nothing can. */
  readonly entries: readonly (RepairedEntry | null)[];
  /** Per data action, likewise. */
  readonly dataActions: readonly (RepairedDataAction | null)[];
}

/**
 * Says what is wrong with a document that `isProjectFile` refused. Imported only then: it needs the schema library,
 * which takes longer to load than the checks of a good file take.
 */
export function explainRefusal(document: unknown): Refusal {
  const reading = readProjectFile(document);
  return {
    findings: reading.valid ? [] : reading.findings,
    entries: listOf(document, 'connectors').map(repairEntry),
    dataActions: listOf(document, 'dataActions').map(repairDataAction),
  };
}

function listOf(document: unknown, name: 'connectors' | 'dataActions'): readonly unknown[] {
  if (typeof document !== 'object' || document === null || !(name in document)) return [];
  const list: unknown = Reflect.get(document, name);
  return Array.isArray(list) ? list : [];
}
