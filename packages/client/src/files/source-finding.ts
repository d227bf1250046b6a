import type { Finding } from '@dipswitch/contract';
import type { SourceFinding } from './desired-state-types.ts';
import { locate, type SourceNode } from './source-tree.ts';

/** A finding with its place: at the key for a member that nobody knows, at the value for everything else. */
export function toSourceFinding(root: SourceNode, finding: Finding): SourceFinding {
  return { ...finding, source: locate(root, finding.path, finding.code === 'UNKNOWN_FIELD') };
}
