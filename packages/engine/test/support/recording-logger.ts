import type { Logger } from '../../src/util/logger.ts';

export type LogEntry = Readonly<Record<string, unknown>> & { readonly level: string; readonly message: string };

/** Keeps what was logged, children included, in order. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[];
  readonly #bindings: object;

  constructor(entries: LogEntry[] = [], bindings: object = {}) {
    this.entries = entries;
    this.#bindings = bindings;
  }

  debug(fields: object, message: string): void {
    this.#keep('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#keep('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep('error', fields, message);
  }

  child(fields: object): Logger {
    return new RecordingLogger(this.entries, { ...this.#bindings, ...fields });
  }

  #keep(level: string, fields: object, message: string): void {
    this.entries.push({ ...this.#bindings, ...fields, level, message });
  }
}
