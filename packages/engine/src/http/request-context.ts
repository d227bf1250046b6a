import type { Scope } from '@dipswitch/contract';
import type {} from 'fastify';
import type { Caller } from '../util/caller.ts';

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
