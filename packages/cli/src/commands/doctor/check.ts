import { isErrorWithCode } from '../../cli-error.ts';

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

/** An answer, read as far as it may be. */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when it is no JSON, or too long. */
  readonly json: unknown;
}

const BODY_MAX_BYTES = 4 * 1024 * 1024;

/** One request without a retry: a doctor wants to see the failure. No redirect is followed. */
export async function probe(url: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<ProbeAnswer> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  return { status: response.status, headers: response.headers, json: parseJson(await readText(response)) };
}

/** `/readyz` below the path of the base address. */
export function joinUrl(baseUrl: string, suffix: string): string {
  const url = new URL(baseUrl);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}${suffix}`;
}

/** The system's code behind a failed request, e.g. `ECONNREFUSED`. */
export function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isErrorWithCode(at)) return at.code;
    if (at instanceof AggregateError) {
      const inner: unknown = at.errors.find(isErrorWithCode);
      if (isErrorWithCode(inner)) return inner.code;
    }
  }
  return 'unknown reason';
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_MAX_BYTES) return '';
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

export const FIX_ADDRESS =
  'Check that CXONE_BASE_URL is the address of an engine, and not of a proxy or a page before it.';
