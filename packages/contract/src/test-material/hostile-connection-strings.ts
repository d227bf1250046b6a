import groups from '../../fixtures/hostile-connection-strings.json' with { type: 'json' };
import type { FindingCode } from '../findings/finding-codes.ts';

/** A connection string that must be refused, with the code of the first problem. */
export interface HostileConnectionString {
  /** The trick, in words. */
  readonly group: string;
  readonly text: string;
  readonly code: FindingCode;
}

/** The corpus that client and engine both refuse. */
export const HOSTILE_CONNECTION_STRINGS: readonly HostileConnectionString[] = Object.entries(groups).flatMap(
  ([group, items]) => items.map(({ code, text }) => ({ group, text, code: code as FindingCode })),
);
