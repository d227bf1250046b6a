import type { ConnectorHealth } from '@dipswitch/contract';
import { isDipswitchError } from '../errors.ts';
import type { Connectors } from '../resources/connectors-types.ts';
import type { Clock } from '../util/clock.ts';
import { sleep } from '../util/wait.ts';
import { forEachBounded } from '../util/worker-pool.ts';
import type { HealthResult } from './apply-types.ts';

export interface HealthTarget {
  readonly connectorId: string;
  /** Revision that must be the one that serves; null: any. */
  readonly revision: number | null;
}

export interface WaitHealthyOptions {
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** `waiting` counts what is not settled yet, this one included. */
  readonly onHealth: (health: ConnectorHealth, waiting: number) => void;
  readonly onSettled: (result: HealthResult, waiting: number) => void;
}

interface Watch extends HealthTarget {
  last: ConnectorHealth | null;
  failure: string | null;
  result: HealthResult | null;
}

/**
 * Asks for the health of all, round after round, until each is HEALTHY with its revision serving, or DISABLED, or the
 * time is up. Rounds, because one dead database must not hold up the word about the others. UNHEALTHY is not final:
 * the engine goes on trying. Results are in the order of the targets.
 */
export async function waitHealthy(
  connectors: Connectors,
  targets: readonly HealthTarget[],
  options: WaitHealthyOptions,
): Promise<readonly HealthResult[]> {
  const { clock, signal, timeoutMs } = options;
  const startedAtMs = clock.monotonicMs();
  const leftMs = (): number => startedAtMs + timeoutMs - clock.monotonicMs();
  const watches = targets.map((target): Watch => ({ ...target, last: null, failure: null, result: null }));
  const pending = (): readonly Watch[] => watches.filter(({ result }) => result === null);
  // Counted, not looked up: it is told with every answer, and there may be ten thousand.
  let waiting = watches.length;
  const settle = (watch: Watch, reached: boolean): void => {
    watch.result = toResult(watch, reached, clock.monotonicMs() - startedAtMs);
    waiting -= 1;
    options.onSettled(watch.result, waiting);
  };
  for (;;) {
    await forEachBounded(
      pending(),
      options.concurrency,
      () => leftMs() > 0,
      async (watch) => {
        const outcome = await ask(connectors, watch, Math.ceil(Math.max(1, leftMs())), signal);
        if (watch.last !== null && outcome !== 'failed') options.onHealth(watch.last, waiting);
        if (outcome === 'reached') settle(watch, true);
        if (outcome === 'hopeless') settle(watch, false);
      },
    );
    if (waiting === 0 || leftMs() <= 0) break;
    await sleep(clock, Math.min(options.pollMs, Math.max(1, leftMs())), signal);
  }
  for (const watch of pending()) settle(watch, false);
  return watches.flatMap(({ result }) => (result === null ? [] : [result]));
}

async function ask(
  connectors: Connectors,
  watch: Watch,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<'reached' | 'waiting' | 'failed' | 'hopeless'> {
  try {
    watch.last = await connectors.health(watch.connectorId, { signal, deadlineMs });
    watch.failure = null;
    return isReached(watch.last, watch.revision) ? 'reached' : 'waiting';
  } catch (error) {
    if (!isDipswitchError(error)) throw error;
    // The last question of all has hardly any time; its failure must not hide the reason that the server gave before.
    if (!error.retryable || (watch.last?.message ?? null) === null) watch.failure = error.message;
    return error.retryable ? 'failed' : 'hopeless';
  }
}

/** HEALTHY while an older pool still serves says nothing about the revision that was just stored. */
function isReached(health: ConnectorHealth, revision: number | null): boolean {
  if (health.status === 'DISABLED') return true;
  if (health.status !== 'HEALTHY') return false;
  return revision === null || health.servingRevision === null || health.servingRevision >= revision;
}

function toResult(watch: Watch, reached: boolean, waitedMs: number): HealthResult {
  return {
    connectorId: watch.connectorId,
    reached,
    status: watch.last?.status ?? null,
    errorClass: watch.last?.errorClass ?? null,
    message: watch.failure ?? watch.last?.message ?? null,
    waitedMs,
  };
}
