/** `warning` works and deserves a look; `skipped` could not be tried because something before it is missing. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found. */
export interface Verdict {
  readonly check: string;
  readonly status: CheckStatus;
  readonly found: string;
  /** How to fix it; null when there is nothing to fix. */
  readonly hint: string | null;
}

/** One check; it says one thing or several, and must end when the signal fires. */
export interface Check {
  readonly name: string;
  run(signal: AbortSignal): Promise<readonly Verdict[]>;
}

export function ok(check: string, found: string): Verdict {
  return { check, status: 'ok', found, hint: null };
}

export function warning(check: string, found: string, hint: string): Verdict {
  return { check, status: 'warning', found, hint };
}

export function failed(check: string, found: string, hint: string): Verdict {
  return { check, status: 'failed', found, hint };
}

export function skipped(check: string, found: string): Verdict {
  return { check, status: 'skipped', found, hint: null };
}
