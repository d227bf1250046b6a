import { ID_PATTERN } from '@dipswitch/contract';
import type { StateDatabase } from '../../state/state-database.ts';
import { toStateUnavailable } from '../../state/state-errors.ts';
import type { Clock } from '../../util/clock.ts';
import type { ApiKey, Client } from './client.ts';
import type { ClientStore } from './client-store.ts';

/** A revocation anywhere is honoured by every engine after this time at the latest. */
const REVOCATION_DELAY_MS = 3_000;
/** While the state database does not answer, what was known goes on counting for this long. */
const STALE_LIMIT_MS = 300_000;
const MAX_ENTRIES = 10_000;

interface Entry<Value> {
  readonly value: Value;
  readonly readAt: number;
}

/**
 * Clients and keys by what a request carries, read again every three seconds. Nothing is remembered of what was not
 * found, so that a new client works at once.
 */
export class ClientDirectory {
  readonly #state: StateDatabase;
  readonly #store: ClientStore;
  readonly #clock: Clock;
  readonly #clients = new Map<string, Entry<Client>>();
  readonly #keys = new Map<string, Entry<ApiKey>>();

  constructor(state: StateDatabase, store: ClientStore, clock: Clock) {
    this.#state = state;
    this.#store = store;
    this.#clock = clock;
  }

  /** The client, revoked ones included. */
  async findClient(clientId: string): Promise<Client | undefined> {
    // What callers send here is unchecked; no client has such an id, and not every database takes every text.
    if (!ID_PATTERN.test(clientId)) return undefined;
    return this.#find(this.#clients, clientId, () => this.#store.findClient(this.#state.queries, clientId));
  }

  /** The key, revoked ones included. */
  async findKeyByHash(keyHash: string): Promise<ApiKey | undefined> {
    return this.#find(this.#keys, keyHash, () => this.#store.findKeyByHash(this.#state.queries, keyHash));
  }

  async #find<Value>(
    cache: Map<string, Entry<Value>>,
    id: string,
    read: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const known = cache.get(id);
    const now = this.#clock.monotonicMs();
    if (known !== undefined && now - known.readAt < REVOCATION_DELAY_MS) return known.value;
    try {
      const value = await read();
      cache.delete(id);
      if (value === undefined) return undefined;
      if (cache.size >= MAX_ENTRIES) dropOldest(cache);
      cache.set(id, { value, readAt: now });
      return value;
    } catch (error) {
      const unavailable = toStateUnavailable(error);
      if (known !== undefined && unavailable !== undefined && now - known.readAt < STALE_LIMIT_MS) return known.value;
      throw unavailable ?? error;
    }
  }
}

function dropOldest(cache: Map<string, unknown>): void {
  const [oldest] = cache.keys();
  if (oldest !== undefined) cache.delete(oldest);
}
