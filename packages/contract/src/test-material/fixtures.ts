import * as exchanges from './wire-exchanges.ts';

export { HOSTILE_CONNECTION_STRINGS, type HostileConnectionString } from './hostile-connection-strings.ts';
export { INJECTION_ATTEMPTS, type InjectionAttempt } from './injection-attempts.ts';

/** One exchange on the wire: what a client sends, what the engine answers. Header names are in lower case. */
export interface WireExchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** A text is sent as it is (a form, broken JSON), null is no body, anything else is sent as JSON. */
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Null is no body. */
    readonly body: unknown;
  };
}

/** The exchanges that client tests serve and engine tests reproduce, so that the two cannot drift apart. */
export const WIRE_EXCHANGES = { ...exchanges } as const satisfies Record<string, WireExchange>;
export type WireExchangeName = keyof typeof WIRE_EXCHANGES;

export function wireExchange(name: WireExchangeName): WireExchange {
  return WIRE_EXCHANGES[name];
}

/** Members that differ from run to run or are wording; the rest of an answer must be as in the fixture. */
const VOLATILE_MEMBERS: ReadonlySet<string> = new Set([
  'requestId',
  'access_token',
  'error_description',
  'detail',
  'message',
  'createdAt',
  'updatedAt',
  'publishedAt',
  'lastCheckAt',
  'checkedAt',
  'nextCheckAt',
  'timestamp',
  'latencyMs',
  'nextCursor',
  'driver',
  'serverVersion',
]);

/** Copies a body with every volatile member replaced by the name of its type, ready for a deep comparison. */
export function withoutVolatile(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutVolatile);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      VOLATILE_MEMBERS.has(name) ? (value === null ? null : `<${typeof value}>`) : withoutVolatile(value),
    ]),
  );
}
