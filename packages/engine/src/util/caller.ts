import type { Scope } from '@dipswitch/contract';

/** Who sent a request, as the token or key says; made once at the door and handed down. */
export interface Caller {
  readonly tenant: string;
  /** OAuth client id, or the id of the static key. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly requestId: string;
}
