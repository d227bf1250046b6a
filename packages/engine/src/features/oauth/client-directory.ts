import { ID_PATTERN } from '@dipswitch/contract';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import type { ApiKey, Client } from './client.ts';
import type { ClientStore } from './client-store.ts';
import { WatchedEntries } from './watched-entries.ts';

/** Clients and keys by what a request carries, never more than three seconds behind the state. */
export class ClientDirectory {
  readonly #clients: WatchedEntries<Client>;
  readonly #keys: WatchedEntries<ApiKey>;

  constructor(state: StateDatabase, store: ClientStore, clock: Clock) {
    this.#clients = new WatchedEntries({ clock, read: async (id) => store.findClient(state.queries, id) });
    this.#keys = new WatchedEntries({ clock, read: async (hash) => store.findKeyByHash(state.queries, hash) });
  }

  /** The client, revoked ones included. */
  findClient(clientId: string): Client | undefined | Promise<Client | undefined> {
    // What callers send here is unchecked; no client has such an id, and not every database takes every text.
    return ID_PATTERN.test(clientId) ? this.#clients.find(clientId) : undefined;
  }

  /** The key, revoked ones included. */
  findKeyByHash(keyHash: string): ApiKey | undefined | Promise<ApiKey | undefined> {
    return this.#keys.find(keyHash);
  }

  /** The client if it is known without asking. */
  peekClient(clientId: string): Client | undefined {
    return this.#clients.peek(clientId);
  }

  /** The key if it is known without asking. */
  peekKeyByHash(keyHash: string): ApiKey | undefined {
    return this.#keys.peek(keyHash);
  }
}
