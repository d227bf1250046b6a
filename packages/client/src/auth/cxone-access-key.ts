import { DipswitchError } from '../errors.ts';
import { CXONE_AREA, type ResolvedAccessKey } from '../options/credentials.ts';
import type { OpenSender } from './authorization-server.ts';
import { type IssuedToken, readTokenAnswer, refusal, sendForToken } from './token-answer.ts';

const LOGIN_PATH = '/authentication/v1/token/access-key';
const DISCOVERY_PATH = '/.well-known/cxone-configuration';

/**
 * Experimental: asks NICE CXone for tokens by access key, and looks the tenant's area up where only the tenant is known.
 * **Untested against a live tenant.** It was written from the published documentation and is tested against a double of
 * ours that follows the same pages, so the two may be wrong together. Nothing else in this library depends on it.
 */
export function createCxoneAccessKeyRequest(
  { accessKeyId, accessKeySecret, login }: ResolvedAccessKey,
  openSender: OpenSender,
): (signal: AbortSignal) => Promise<IssuedToken> {
  let address: URL | null = null;
  return async (signal) => {
    address ??= await resolveAddress(login, openSender, signal);
    const answer = await sendForToken(openSender(address), {
      method: 'POST',
      path: address.pathname + address.search,
      body: JSON.stringify({ accessKeyId, accessKeySecret: accessKeySecret.expose() }),
      contentType: 'application/json',
      repeatable: true,
      signal,
    });
    return readTokenAnswer(answer);
  };
}

async function resolveAddress(
  login: ResolvedAccessKey['login'],
  openSender: OpenSender,
  signal: AbortSignal,
): Promise<URL> {
  if ('tokenUrl' in login) return login.tokenUrl;
  if ('area' in login) return addressOf(login.area);
  const query = new URLSearchParams({ tenantId: login.tenantId });
  const path = `${login.discoveryUrl.pathname.replace(/\/+$/, '')}${DISCOVERY_PATH}?${query}`;
  const answer = await sendForToken(openSender(login.discoveryUrl), { method: 'GET', path, repeatable: true, signal });
  if (answer.status !== 200) throw refusal(answer, 'the discovery of the tenant');
  const area = typeof answer.json === 'object' && answer.json !== null && 'area' in answer.json ? answer.json.area : '';
  // The area becomes a part of the host that gets the access key, so nothing but an area may stand there.
  if (typeof area !== 'string' || !CXONE_AREA.test(area)) {
    throw new DipswitchError('AUTH_SERVER_INVALID', 'the discovery of the tenant names no area');
  }
  return addressOf(area);
}

function addressOf(area: string): URL {
  return new URL(`https://${area}.nice-incontact.com${LOGIN_PATH}`);
}
