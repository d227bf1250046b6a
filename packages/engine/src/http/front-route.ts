import type { IncomingMessage, ServerResponse } from 'node:http';

/** A route that takes its requests straight off the server, because the router costs more than it may. */
export interface FrontRoute {
  /** As the router writes it. */
  readonly url: string;
  readonly methods: readonly ('GET' | 'POST')[];
  /** Answers the request, whatever its method, and says so; false when its path is another one. */
  take(request: IncomingMessage, response: ServerResponse): boolean;
}
