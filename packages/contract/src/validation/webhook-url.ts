import { parseHost, parsePort } from '../connection-string/host.ts';
import type { FindingCode } from '../finding-codes.ts';
import { isDialAllowed, isLoopbackHost, type ValidationPolicy } from './validation-policy.ts';

export interface WebhookUrlProblem {
  readonly code: FindingCode;
  readonly message: string;
}

// Stricter than RFC 3986, so that every URL parser reads the same host from it.
const WEBHOOK_URL =
  /^(https?):\/\/(\[[^\]/?]*\]|[^/?:@[\]]*)(?::([0-9]*))?(?:[/?][A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?$/i;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/** Judges the address of a webhook; null when it is fine. Messages never repeat it: its path may hold a token. */
export function findWebhookUrlProblem(url: string, policy: ValidationPolicy): WebhookUrlProblem | null {
  const match = WEBHOOK_URL.exec(url);
  const host = match === null ? null : parseHost(match[2] ?? '');
  const port = match?.[3] === undefined ? 443 : parsePort(match[3]);
  if (match === null || host === null || port === null || BROKEN_ESCAPE.test(url)) {
    return {
      code: 'INVALID_WEBHOOK_URL',
      message: 'must be an absolute https URL without userinfo and fragment, with a plain host name or address',
    };
  }
  if (!isDialAllowed(host, 'webhook', policy)) {
    return { code: 'ADDRESS_REFUSED', message: 'the address is one that may not be dialled' };
  }
  if (match[1]?.toLowerCase() === 'http' && !isLoopbackHost(host)) {
    return { code: 'WEBHOOK_NOT_HTTPS', message: 'must be https; http is for loopback only' };
  }
  return null;
}
