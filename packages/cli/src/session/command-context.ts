import type { DipswitchClient, DipswitchClientOptions } from '@dipswitch/client';
import type { Terminal } from '../output/terminal.ts';
import type { Interrupts } from '../process/interrupts.ts';
import type { Environment } from './environment.ts';

/** What every command gets from the process it runs in; tests hand in their own. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The process's environment; `.env` is laid under it by the code that needs settings. */
  readonly env: Environment;
  /** Absolute path of the working folder. */
  readonly cwd: string;
  readonly interrupts: Interrupts;
  /** Wall clock in milliseconds, for display. */
  readonly now: () => number;
  /** Rejects with the signal's reason when it aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly createClient: (options: DipswitchClientOptions) => Promise<DipswitchClient>;
}
