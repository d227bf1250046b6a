import { systemClock } from '../util/clock.ts';
import { withDeadline } from '../util/with-deadline.ts';

/** One thing the engine needs in order to serve. */
export interface ReadinessPart {
  readonly name: string;
  /** Resolves when the part works; rejects, or resolves with a reason, when it does not. */
  check(): Promise<string | undefined>;
}

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly parts: ReadonlyArray<{ readonly name: string; readonly ok: boolean; readonly reason?: string }>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Asks every part at once; one that does not answer in two seconds is not ready. */
export async function checkReadiness(parts: readonly ReadinessPart[], draining: boolean): Promise<ReadinessReport> {
  const checked = await Promise.all(parts.map(checkPart));
  const all = draining ? [...checked, { name: 'server', ok: false, reason: 'the engine is shutting down' }] : checked;
  return { status: all.every((part) => part.ok) ? 'ready' : 'not-ready', parts: all };
}

async function checkPart(part: ReadinessPart): Promise<ReadinessReport['parts'][number]> {
  const deadline = { clock: systemClock, endsAtMs: systemClock.monotonicMs() + CHECK_TIMEOUT_MS };
  try {
    const reason = await withDeadline(part.check(), deadline, () => 'does not answer');
    return reason === undefined ? { name: part.name, ok: true } : { name: part.name, ok: false, reason };
  } catch (error) {
    // Only our own fixed texts: the message of a database names hosts and users.
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    return { name: part.name, ok: false, reason };
  }
}
