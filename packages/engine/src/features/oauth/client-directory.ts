import { ID_PATTERN } from '@dipswitch/contract';
import { KeptRows } from '../../state/kept-rows.ts';
import type { Clock } from '../../util/clock.ts';
import type { ApiKey, Client } from './client.ts';
import type { ClientStore } from './client-store.ts';

/** A revocation is seen by every engine after three seconds at the latest, and a busy client is never waited for. */
const WATCHED = {
  freshMs: 3_000,
  readAheadAfterMs: 1_500,
  patienceMs: 1_000,
  staleLimitMs: 300_000,
  maxEntries: 10_000,
} as const;

/** Clients and keys by what a request carries, never more than three seconds behind the state. */
export class ClientDirectory {
  readonly #clients: KeptRows<Client | undefined>;
  readonly #keys: KeptRows<ApiKey | undefined>;

  constructor(store: Pick<ClientStore, 'findClient' | 'findKeyByHash'>, clock: Clock) {
    this.#clients = new KeptRows({ ...WATCHED, clock, read: async (id) => store.findClient(id) });
    this.#keys = new KeptRows({ ...WATCHED, clock, read: async (hash) => store.findKeyByHash(hash) });
  }

  /** The client, revoked ones included. */
  findClient(clientId: string): Client | undefined | Promise<Client | undefined> {
    // What callers send here is unchecked; no client has such an id, and not every database takes every text.
    return ID_PATTERN.test(clientId) ? this.#clients.get(clientId) : undefined;
  }

  /** The key, revoked ones included. */
  findKeyByHash(keyHash: string): ApiKey | undefined | Promise<ApiKey | undefined> {
    return this.#keys.get(keyHash);
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
