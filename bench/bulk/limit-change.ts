import { createDipswitchClient } from '@dipswitch/client';
import { createBodies } from './bodies.ts';
import { secondsToSettle } from './figures.ts';
import { startServer } from './server-handle.ts';
import type { LimitMode, RunSettings } from './server-protocol.ts';

const WORKERS = 16;
const RATE = 50;
const CHANGE_EVERY_MS = 8_000;

export interface LimitChangeFigures {
  readonly mode: LimitMode;
  readonly secondsToHalf: number;
  readonly secondsToDouble: number;
  readonly wastedPercent: number;
}

/** G4: the limit halves, and later doubles, under a run that never ends by itself. */
export async function measureLimitChange(mode: LimitMode): Promise<LimitChangeFigures> {
  await using server = await startServer();
  const endMs = 3 * CHANGE_EVERY_MS;
  const settings: RunSettings = {
    mode,
    rate: RATE,
    burst: RATE,
    latencyMs: 20,
    changes: [
      { atMs: CHANGE_EVERY_MS, rate: RATE / 2 },
      { atMs: 2 * CHANGE_EVERY_MS, rate: RATE },
    ],
  };
  await server.begin(settings);
  await using client = createDipswitchClient({ baseUrl: server.url, clientId: 'dipswitch', clientSecret: 'bench' });
  const end = AbortSignal.timeout(endMs);
  const bodies = createBodies(RATE * 60).values();
  const worker = async (): Promise<void> => {
    for (const body of bodies) {
      if (end.aborted) return;
      await client.connectors.put(body, { signal: end }).catch((error: unknown) => {
        if (!end.aborted) throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  const { arrivals } = await server.report();
  // Named times are whole seconds, so a shorter window sees either the wait or what follows it.
  const windowMs = mode === 'headers' ? 1_000 : 2_000;
  const settle = (fromMs: number, rate: number): number =>
    secondsToSettle(arrivals, { fromMs, untilMs: fromMs + CHANGE_EVERY_MS, rate, windowMs });
  const accepted = arrivals.filter((arrival) => arrival.accepted).length;
  return {
    mode,
    secondsToHalf: settle(CHANGE_EVERY_MS, RATE / 2),
    secondsToDouble: settle(2 * CHANGE_EVERY_MS, RATE),
    wastedPercent: (100 * (arrivals.length - accepted)) / accepted,
  };
}
