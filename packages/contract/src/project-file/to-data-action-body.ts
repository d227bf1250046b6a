import type { DataActionBody } from '../wire/data-action.ts';
import type { DataActionEntry } from './data-action-entry.ts';
import { OWNERSHIP_LABEL } from './to-connector-body.ts';

export interface ToDataActionBodyOptions {
  /** Adds the ownership label. */
  readonly project?: string;
}

/** Makes the body that the server stores from an entry of a project file. What the entry does not say stays unsaid. */
export function toDataActionBody(entry: DataActionEntry, { project }: ToDataActionBodyOptions = {}): DataActionBody {
  const { id, connector, labels, ...shared } = entry;
  const ownLabels = project === undefined ? labels : { ...labels, [OWNERSHIP_LABEL]: project };
  return {
    actionId: id,
    connectorId: connector,
    ...(ownLabels === undefined ? {} : { labels: ownLabels }),
    ...shared,
  };
}
