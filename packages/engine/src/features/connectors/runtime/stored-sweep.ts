import type { Clock } from '../../../util/clock.ts';
import type { Logger } from '../../../util/logger.ts';
import { withJitter } from '../../health/health-scheduler.ts';
import type { ConnectorHead } from '../stored/connector.ts';
import type { ConnectorStore } from '../stored/connector-store.ts';

export interface StoredSweepOptions {
  readonly store: Pick<ConnectorStore, 'listHeads'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Pause between two sweeps, in milliseconds, a tenth more or less. */
  readonly pauseMs: number;
  /** Called with what is new or other than at the last sweep; a rejection ends the sweep, and the next tells it again. */
  readonly onChanged: (ids: ReadonlyMap<string, ConnectorHead>) => Promise<void>;
  /** Called with what was stored at the last sweep and is not any more. */
  readonly onGone: (id: string) => void;
}

const PAGE_SIZE = 500;

/**
 * Looks through the stored connectors now and then, so that what another engine stored is seen here too. One query
 * serves hundreds of connectors; the engine that stored something has its own runtime look at once and needs no sweep.
 */
export class StoredSweep {
  readonly #options: StoredSweepOptions;
  /** What was told of each connector. */
  readonly #told = new Map<string, string>();
  #timer: { cancel(): void } | undefined;
  #isClosed = false;

  constructor(options: StoredSweepOptions) {
    this.#options = options;
  }

  /** Sweeps once and goes on with it. @throws StateUnavailableError when the first sweep could not read */
  async start(): Promise<void> {
    await this.#sweep();
    this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#told.clear();
  }

  #plan(): void {
    if (this.#isClosed) return;
    const { clock, random, logger, pauseMs } = this.#options;
    this.#timer = clock.setTimer(withJitter(pauseMs, random), () => {
      this.#sweep()
        .catch((err: unknown) =>
          logger.warn({ err }, 'the stored connectors could not be looked through, trying again'),
        )
        .finally(() => this.#plan());
    });
  }

  async #sweep(): Promise<void> {
    const stored = new Set<string>();
    const changed = new Map<string, ConnectorHead>();
    let after: string | undefined;
    do {
      const page = await this.#options.store.listHeads({ limit: PAGE_SIZE, after });
      for (const { id, ...head } of page) {
        stored.add(id);
        if (this.#told.get(id) !== toMark(head)) changed.set(id, head);
      }
      after = page.length === PAGE_SIZE ? page.at(-1)?.id : undefined;
    } while (after !== undefined && !this.#isClosed);
    if (changed.size > 0 && !this.#isClosed) await this.#options.onChanged(changed);
    if (this.#isClosed) return;
    for (const [id, head] of changed) this.#told.set(id, toMark(head));
    for (const id of this.#told.keys()) {
      if (stored.has(id)) continue;
      this.#told.delete(id);
      this.#options.onGone(id);
    }
  }
}

function toMark({ stamp, paused }: ConnectorHead): string {
  return paused ? `${stamp} paused` : stamp;
}
