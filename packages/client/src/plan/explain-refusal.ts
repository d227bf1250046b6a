import { type Finding, readProjectFile } from '@dipswitch/contract';
import { type RepairedEntry, repairEntry } from './repair-entry.ts';

export interface Refusal {
  readonly findings: readonly Finding[];
  /** Per entry: what can be said about the rest of it; null when nothing can. */
  readonly entries: readonly (RepairedEntry | null)[];
}

/**
 * Says what is wrong with a document that `isProjectFile` refused. Imported only then: it needs the schema library,
 * which takes longer to load than the checks of a good file take.
 */
export function explainRefusal(document: unknown, entries: readonly unknown[]): Refusal {
  const reading = readProjectFile(document);
  return { findings: reading.valid ? [] : reading.findings, entries: entries.map(repairEntry) };
}
