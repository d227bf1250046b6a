import type { ExecutionFailure } from './execution-failure.ts';
import type { MappedOutput } from './map-output.ts';

/** What came of asking the database, or of not getting that far. `queueMs` is the waiting for a place and a connection. */
export type LiveResult =
  | { readonly kind: 'answered'; readonly output: MappedOutput; readonly queueMs: number; readonly databaseMs: number }
  | {
      readonly kind: 'failed';
      readonly failure: ExecutionFailure;
      readonly queueMs: number;
      readonly databaseMs: number;
    }
  | { readonly kind: 'paused' };
