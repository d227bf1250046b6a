import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { toLoggableError } from '../util/loggable-error.ts';
import type { Logger } from '../util/logger.ts';

/**
 * The fields that a log line may have. Everything else is cut off at the sink, so that a field added in passing, or a
 * whole object logged by mistake, shows nothing: add a name here only when its value can never be a secret.
 */
const ALLOWED_FIELDS: ReadonlySet<string> = new Set([
  'actionId',
  'actor',
  'at',
  'attempts',
  'cause',
  'clientId',
  'code',
  'connectorId',
  'contactId',
  'count',
  'databaseMs',
  'dialect',
  'dropped',
  'droppedBytes',
  'durationMs',
  'engineId',
  'err',
  'error',
  'errorClass',
  'eventId',
  'eventType',
  'forged',
  'hash',
  'host',
  'kind',
  'listensOnLoopback',
  'method',
  'name',
  'outcome',
  'pid',
  'port',
  'queueMs',
  'reason',
  'recovered',
  'reference',
  'requestId',
  'revision',
  'route',
  'rows',
  'sequence',
  'signal',
  'source',
  'sqlState',
  'state',
  'status',
  'tenant',
  'totalMs',
  'traceId',
  'url',
  'vendorCode',
  'version',
]);

const HIDDEN = '[not listed]';

/** Makes the engine's logger: JSON lines, errors without their messages, fields by allow-list. */
export function createLogger(level: string, destination: DestinationStream): Logger {
  const sink = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return new AllowListLogger(sink);
}

/** Stands before pino, whose own hooks see neither the fields of a child nor an error before its message is written. */
class AllowListLogger implements Logger {
  readonly #sink: PinoLogger;

  constructor(sink: PinoLogger) {
    this.#sink = sink;
  }

  debug(fields: object, message: string): void {
    if (this.#sink.isLevelEnabled('debug')) this.#sink.debug(toAllowed(fields), message);
  }

  info(fields: object, message: string): void {
    if (this.#sink.isLevelEnabled('info')) this.#sink.info(toAllowed(fields), message);
  }

  warn(fields: object, message: string): void {
    if (this.#sink.isLevelEnabled('warn')) this.#sink.warn(toAllowed(fields), message);
  }

  error(fields: object, message: string): void {
    if (this.#sink.isLevelEnabled('error')) this.#sink.error(toAllowed(fields), message);
  }

  child(fields: object): Logger {
    return new AllowListLogger(this.#sink.child(toAllowed(fields)));
  }
}

function toAllowed(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, ALLOWED_FIELDS.has(name) ? toLoggable(value, 0) : HIDDEN]),
  );
}

function toLoggable(value: unknown, depth: number): unknown {
  if (value instanceof Error) return toLoggableError(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? HIDDEN : value;
  if (depth > 4) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => toLoggable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      ALLOWED_FIELDS.has(name) ? toLoggable(inner, depth + 1) : HIDDEN,
    ]),
  );
}
