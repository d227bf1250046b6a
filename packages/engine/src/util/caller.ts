import type { Scope } from '@dipswitch/contract';
import type {} from 'fastify';

/** Who sent a request, as the token or key says; made once at the door and handed down. */
export interface Caller {
  readonly tenant: string;
  /** OAuth client id, or the id of the static key. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly requestId: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope a caller needs; `public` for routes that need no token. A route without it is refused at start. */
    scope?: Scope | 'public';
    /** Counts against the write limit of the client. */
    limitedWrite?: boolean;
    /** Meters and logs its requests by itself. */
    observesItself?: boolean;
  }
  interface FastifyRequest {
    /** Set before the route of any scope but `public` runs. */
    caller: Caller;
  }
}
