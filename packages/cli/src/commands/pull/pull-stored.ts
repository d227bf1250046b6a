import {
  connectorBodyOf,
  type DesiredState,
  type DipswitchClient,
  dataActionBodyOf,
  isDipswitchError,
} from '@dipswitch/client';
import { type ConnectorBody, type DataActionBody, OWNERSHIP_LABEL } from '@dipswitch/contract';

/** What the operands of `dip pull` ask for: everything, one kind, or just these. */
export interface Wanted {
  readonly kind: 'all' | 'connectors' | 'actions';
  readonly ids: readonly string[];
}

export interface StoredBodies {
  readonly connectors: readonly ConnectorBody[];
  readonly dataActions: readonly DataActionBody[];
  /** False: they were asked for with all the rest, and the server did not show them. */
  readonly dataActionsRead: boolean;
}

/** Ids without a kind before them are of connectors. */
export function toWanted(operands: readonly string[]): Wanted {
  const [first, ...others] = operands;
  if (first === 'connectors' || first === 'actions') return { kind: first, ids: others };
  return { kind: operands.length === 0 ? 'all' : 'connectors', ids: operands };
}

/** Those named, else those of the files' projects, else all; sorted by id. */
export async function readStored(
  client: DipswitchClient,
  wanted: Wanted,
  desired: DesiredState,
  signal: AbortSignal,
): Promise<StoredBodies> {
  const [connectors, dataActions] = await Promise.all([
    wanted.kind === 'actions' ? [] : readConnectors(client, wanted.ids, desired, signal),
    wanted.kind === 'connectors' ? [] : readDataActions(client, wanted, desired, signal),
  ]);
  return { connectors, dataActions: dataActions ?? [], dataActionsRead: dataActions !== null };
}

async function readConnectors(
  client: DipswitchClient,
  ids: readonly string[],
  desired: DesiredState,
  signal: AbortSignal,
): Promise<readonly ConnectorBody[]> {
  if (ids.length > 0) {
    const found = await Promise.all([...new Set(ids)].map((id) => client.connectors.get(id, { signal })));
    return found.map(connectorBodyOf);
  }
  const known = new Set(desired.connectors.map(({ body }) => body.connectorId));
  const bodies: ConnectorBody[] = [];
  for await (const connector of client.connectors.list({ signal })) {
    if (isOurs(connector, known.has(connector.connectorId), desired)) bodies.push(connectorBodyOf(connector));
  }
  return bodies.sort((left, right) => (left.connectorId < right.connectorId ? -1 : 1));
}

async function readDataActions(
  client: DipswitchClient,
  { kind, ids }: Wanted,
  desired: DesiredState,
  signal: AbortSignal,
): Promise<readonly DataActionBody[] | null> {
  if (ids.length > 0) {
    const found = await Promise.all([...new Set(ids)].map((id) => client.dataActions.get(id, { signal })));
    return found.map(dataActionBodyOf);
  }
  const known = new Set(desired.dataActions.map(({ body }) => body.actionId));
  const bodies: DataActionBody[] = [];
  try {
    for await (const dataAction of client.dataActions.list({ signal })) {
      if (isOurs(dataAction, known.has(dataAction.actionId), desired)) bodies.push(dataActionBodyOf(dataAction));
    }
  } catch (error) {
    // A client that has to do with connectors alone pulls those, as it could before there were data actions.
    const isOutOfReach = isDipswitchError(error) && (error.status === 403 || error.status === 404);
    if (!isOutOfReach || kind === 'actions' || known.size > 0) throw error;
    return null;
  }
  return bodies.sort((left, right) => (left.actionId < right.actionId ? -1 : 1));
}

function isOurs(
  { labels }: { readonly labels?: Readonly<Record<string, string>> | undefined },
  isKnown: boolean,
  { projects }: DesiredState,
): boolean {
  return isKnown || projects.length === 0 || projects.includes(labels?.[OWNERSHIP_LABEL] ?? '');
}
