/** `warning` works and deserves a look; `skipped` could not be tried because something before it is missing. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found. */
export interface Verdict {
  readonly check: string;
  readonly status: CheckStatus;
  readonly found: string;
  /** How to mend it; null when there is nothing to mend. */
  readonly mend: string | null;
}

/** One check; it says one thing or several, and must end when the signal fires. */
export interface Check {
  readonly name: string;
  run(signal: AbortSignal): Promise<readonly Verdict[]>;
}

export function ok(check: string, found: string): Verdict {
  return { check, status: 'ok', found, mend: null };
}

export function warning(check: string, found: string, mend: string): Verdict {
  return { check, status: 'warning', found, mend };
}

export function failed(check: string, found: string, mend: string): Verdict {
  return { check, status: 'failed', found, mend };
}

export function skipped(check: string, found: string): Verdict {
  return { check, status: 'skipped', found, mend: null };
}
