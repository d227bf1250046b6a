import type { FindingCode } from '../findings/finding-codes.ts';
import { parseHost, parsePort } from '../network/host.ts';
import { isDialAllowed, isLoopbackHost, type ValidationPolicy } from './validation-policy.ts';

export interface WebhookUrlProblem {
  readonly code: FindingCode;
  readonly message: string;
}

// Stricter than RFC 3986, so that every URL parser reads the same host from it.
const WEBHOOK_URL =
  /^(https?):\/\/(\[[^\]/?]*\]|[^/?:@[\]]*)(?::([0-9]*))?(?:[/?][A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?$/i;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

const NO_PROBLEMS: readonly WebhookUrlProblem[] = [];

/** Says what is wrong with the address of a webhook. Messages never repeat it: its path may hold a token. */
export function listWebhookUrlProblems(url: string, policy: ValidationPolicy): readonly WebhookUrlProblem[] {
  const match = WEBHOOK_URL.exec(url);
  const host = match === null ? null : parseHost(match[2] ?? '');
  const port = match?.[3] === undefined ? 443 : parsePort(match[3]);
  if (match === null || host === null || port === null || BROKEN_ESCAPE.test(url)) return [MALFORMED];
  const isRefused = !isDialAllowed(host, 'webhook', policy);
  const isPlain = match[1]?.toLowerCase() === 'http' && !isLoopbackHost(host);
  if (!isRefused && !isPlain) return NO_PROBLEMS;
  const problems: WebhookUrlProblem[] = [];
  if (isPlain) problems.push({ code: 'WEBHOOK_NOT_HTTPS', message: 'must be https; http is for loopback only' });
  if (isRefused) problems.push({ code: 'ADDRESS_REFUSED', message: 'names an address that may not be dialled' });
  return problems;
}

const MALFORMED: WebhookUrlProblem = {
  code: 'INVALID_WEBHOOK_URL',
  message: 'must be an absolute https URL without userinfo and fragment, with a plain host name or address',
};
