import { isDipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import { sleep } from '../util/wait.ts';

export interface AuthOutageOptions {
  /** Makes sure that a token is available. @throws AUTH_UNAVAILABLE while the token endpoint is away */
  readonly authenticate: (signal: AbortSignal) => Promise<void>;
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onPause: () => void;
  readonly onResume: (pausedMs: number) => void;
}

/** Between two tries, each of which has retries of its own. */
const PAUSE_MS = 1_000;

/**
 * Holds a run while no token is available, for all of its workers at once. States: calm -> away (a worker says that
 * it got no token) -> calm (a token came, or patience ended).
 */
export class AuthOutage {
  readonly #options: AuthOutageOptions;
  #end: Promise<boolean> | null = null;

  constructor(options: AuthOutageOptions) {
    this.#options = options;
  }

  /** True when there is a token again; false when the run had better end: out of patience, stopped, or refused. */
  outlast(): Promise<boolean> {
    this.#end ??= this.#wait().finally(() => {
      this.#end = null;
    });
    return this.#end;
  }

  async #wait(): Promise<boolean> {
    const { clock, signal, patienceMs, authenticate, onPause, onResume } = this.#options;
    const startedAtMs = clock.monotonicMs();
    if (patienceMs === 0 || signal.aborted) return false;
    onPause();
    while (clock.monotonicMs() - startedAtMs < patienceMs) {
      try {
        await sleep(clock, PAUSE_MS, signal);
        await authenticate(signal);
        onResume(clock.monotonicMs() - startedAtMs);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (!isDipswitchError(error)) throw error;
        if (error.code !== 'AUTH_UNAVAILABLE' && error.code !== 'DEADLINE_EXCEEDED') return false;
      }
    }
    return false;
  }
}
