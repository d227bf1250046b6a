/** What a step is asked to do beyond looking at what is stored. */
export interface Wanted {
  /** Probe the serving pool, or open one if its time has come. */
  readonly check: boolean;
  /** A caller asks: do not wait for the retry time, and keep the result in the history. */
  readonly forced: boolean;
}

export interface StepLoopOptions {
  /** One step. Rejects with the reason of the signal when it was interrupted. */
  readonly takeStep: (wanted: Wanted) => Promise<void>;
  /** Called after each step that was not interrupted; with the error of one that failed. */
  readonly afterStep: (error: unknown) => void;
}

/** The reason of an interrupted step; never seen outside. */
export const INTERRUPTED = new Error('the step was interrupted to look again at what is stored');

/**
 * Runs steps one at a time. Whatever is asked for while one runs is done together in the next, so that any number of
 * calls costs two steps at most. An interrupted step is taken again, with all that was asked of it.
 *
 * States: at rest; running; stopped (for good).
 */
export class StepLoop {
  readonly #options: StepLoopOptions;
  #wanted: Wanted | null = null;
  #waiters: Array<() => void> = [];
  #running: Promise<void> | null = null;
  #step = new AbortController();
  #isStopped = false;

  constructor(options: StepLoopOptions) {
    this.#options = options;
  }

  /** Aborts when the step in flight is interrupted. */
  get signal(): AbortSignal {
    return this.#step.signal;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Whether another step follows the one in flight. */
  get hasMore(): boolean {
    return this.#wanted !== null;
  }

  /** Resolves when a step that began after this call is done, or the loop is stopped. */
  ask(wanted: Wanted): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#wanted = merge(wanted, this.#wanted);
    const done = new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#running ??= this.#run();
    return done;
  }

  /** As `ask`, but the step in flight makes way. */
  interrupt(wanted: Wanted): void {
    this.#step.abort(INTERRUPTED);
    void this.ask(wanted);
  }

  /** No step begins after this; the one in flight is interrupted. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#step.abort(INTERRUPTED);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted !== null && !this.#isStopped) {
      const wanted = this.#wanted;
      const waiters = this.#waiters;
      this.#wanted = null;
      this.#waiters = [];
      this.#step = new AbortController();
      try {
        await this.#options.takeStep(wanted);
        this.#options.afterStep(undefined);
      } catch (error) {
        if (error === INTERRUPTED) {
          this.#wanted = merge(wanted, this.#wanted);
          this.#waiters.push(...waiters.splice(0));
        } else {
          this.#options.afterStep(error);
        }
      }
      for (const resolve of waiters) resolve();
    }
    this.#running = null;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

function merge(one: Wanted, other: Wanted | null): Wanted {
  return { check: one.check || other?.check === true, forced: one.forced || other?.forced === true };
}
