import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { isLoopbackHost } from '@dipswitch/contract';
import { isErrorWithCode, reasonOf } from '../../cli-error.ts';
import {
  type Check,
  FIX_ADDRESS,
  failed,
  joinUrl,
  memberOf,
  networkCode,
  ok,
  probe,
  skipped,
  type Verdict,
  warning,
} from './check.ts';

const DAY_MS = 86_400_000;
const EXPIRES_SOON_DAYS = 21;
const SKEW_WARNING_SECONDS = 5;
const SKEW_FAILED_SECONDS = 60;

/** The host as a resolver wants it: an IPv6 address without its brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function createDnsCheck(baseUrl: string): Check {
  const host = hostOf(new URL(baseUrl));
  return {
    name: 'dns',
    run: async () => {
      if (isIP(host) !== 0) return [skipped('dns', `${host} is an address, not a name`)];
      try {
        const found = await lookup(host, { all: true });
        return [ok('dns', `${host} is ${found.map(({ address }) => address).join(', ')}`)];
      } catch (error) {
        const code = reasonOf(error);
        const hint =
          code === 'ENOTFOUND'
            ? 'Correct the host of CXONE_BASE_URL, or join the network where it is known.'
            : 'The resolver does not answer: check the network and /etc/resolv.conf.';
        return [failed('dns', `${host} cannot be resolved (${code})`, hint)];
      }
    },
  };
}

export function createTlsCheck(baseUrl: string, now: () => number): Check {
  const url = new URL(baseUrl);
  return {
    name: 'tls',
    run: async (signal) => {
      if (url.protocol === 'https:') return [await inspect(url, now, signal)];
      return [
        isLoopbackHost(url.hostname)
          ? skipped('tls', 'plain http to this machine')
          : warning('tls', 'plain http to another machine: token and secret are sent in clear text', 'Use https.'),
      ];
    },
  };
}

/** Any certificate is taken for this look, because nothing is sent; it is judged as every request judges it. */
async function inspect(url: URL, now: () => number, signal: AbortSignal): Promise<Verdict> {
  const host = hostOf(url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({
    host,
    port: url.port === '' ? 443 : Number(url.port),
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  const onAbort = (): void => void socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('secureConnect', resolve).once('error', reject);
  try {
    await promise;
    return judge(socket, now());
  } catch (error) {
    const code = reasonOf(error);
    const isTls = code.startsWith('ERR_SSL') || code === 'EPROTO';
    return failed(
      'tls',
      isTls ? `${host} does not speak TLS on this port (${code})` : `no connection to ${url.host} (${code})`,
      isTls ? 'Check the port; a server that speaks plain http needs http://.' : FIX_CONNECTION,
    );
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

const FIX_CONNECTION = 'Check host, port and firewall, and that the engine runs.';

const FIX_BY_CODE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a host name that the certificate names, or have it issued for this one.',
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
  CERT_NOT_YET_VALID: 'Check the clocks of both machines.',
};
const FIX_TRUST =
  'Have the server send its whole chain; for an authority of your own set NODE_EXTRA_CA_CERTS to its certificate.';

function judge(socket: TLSSocket, nowMs: number): Verdict {
  const certificate = socket.getPeerCertificate();
  const days = Math.floor((Date.parse(certificate.valid_to) - nowMs) / DAY_MS);
  const names = certificate.subjectaltname ?? 'no name';
  if (!socket.authorized) {
    const error: unknown = socket.authorizationError;
    const code = isErrorWithCode(error) ? error.code : String(error);
    const detail =
      code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? `it is for ${names}`
        : code === 'CERT_HAS_EXPIRED'
          ? `it ended on ${certificate.valid_to}`
          : `issued by ${String(certificate.issuer.CN ?? certificate.issuer.O ?? 'nobody')}`;
    return failed('tls', `the certificate is not trusted (${code}): ${detail}`, FIX_BY_CODE[code] ?? FIX_TRUST);
  }
  const found = `${socket.getProtocol() ?? 'TLS'}, certificate for ${names} for another ${days} days`;
  if (days >= EXPIRES_SOON_DAYS) return ok('tls', found);
  return warning('tls', found, 'Renew the certificate of the server before it ends.');
}

/** Whether an engine answers and is ready. */
export function createServerCheck(baseUrl: string): Check {
  return {
    name: 'server',
    run: async (signal) => {
      try {
        const { status, json } = await probe(joinUrl(baseUrl, '/readyz'), { signal });
        return [judgeReadiness(status, json)];
      } catch (error) {
        if (signal.aborted) throw error;
        return [failed('server', `no answer from ${new URL(baseUrl).host} (${networkCode(error)})`, FIX_CONNECTION)];
      }
    },
  };
}

function judgeReadiness(status: number, json: unknown): Verdict {
  if (status === 200 && memberOf(json, 'status') === 'ready') return ok('server', 'ready');
  const parts = memberOf(json, 'parts');
  if (status === 503 && Array.isArray(parts)) {
    const broken = parts
      .filter((part) => memberOf(part, 'ok') === false)
      .map((part) => `${String(memberOf(part, 'name'))} (${String(memberOf(part, 'reason') ?? 'failed')})`);
    return failed('server', `not ready: ${broken.join(', ')}`, 'Look at the log of the engine.');
  }
  if (status >= 300 && status < 400) {
    return failed(
      'server',
      `redirects (${status})`,
      'Set CXONE_BASE_URL to the address that it redirects to, if you trust it.',
    );
  }
  return warning('server', `answers ${status} to /readyz, not as an engine does`, FIX_ADDRESS);
}

/** Our clock against the server's `Date`, whose seconds are whole. */
export function createClockCheck(baseUrl: string, now: () => number): Check {
  return {
    name: 'clock',
    run: async (signal) => {
      try {
        const sentAtMs = now();
        const { headers } = await probe(joinUrl(baseUrl, '/livez'), { signal });
        const serverMs = Date.parse(headers.get('date') ?? '');
        if (Number.isNaN(serverMs)) return [skipped('clock', 'the server sends no Date')];
        return [judgeSkew((sentAtMs + now()) / 2 - serverMs)];
      } catch (error) {
        if (signal.aborted) throw error;
        return [skipped('clock', 'the server does not answer')];
      }
    },
  };
}

function judgeSkew(skewMs: number): Verdict {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const found =
    seconds <= 1 ? 'agrees with the server' : `${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the server`;
  if (seconds <= SKEW_WARNING_SECONDS) return ok('clock', found);
  const hint = 'Let both machines take their time from NTP; signed notices are refused beyond five minutes.';
  return (seconds > SKEW_FAILED_SECONDS ? failed : warning)('clock', found, hint);
}

/** What is running here and there. */
export function createVersionsCheck(baseUrl: string | null, ownVersion: string): Check {
  return {
    name: 'versions',
    run: async (signal) => {
      const here = `dip ${ownVersion}, Node ${process.versions.node}`;
      if (baseUrl === null) return [ok('versions', here)];
      const version = await engineVersion(baseUrl, signal);
      if (version === null) return [ok('versions', `${here}; the server tells none`)];
      const found = `${here}, engine ${version}`;
      const isSame = version.split('.').slice(0, 2).join('.') === ownVersion.split('.').slice(0, 2).join('.');
      return [isSame ? ok('versions', found) : warning('versions', found, 'Bring both to the same version.')];
    },
  };
}

async function engineVersion(baseUrl: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { status, json } = await probe(joinUrl(baseUrl, '/openapi.json'), { signal });
    const version = memberOf(memberOf(json, 'info'), 'version');
    return status === 200 && typeof version === 'string' && /^[\w.+-]{1,40}$/.test(version) ? version : null;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}
