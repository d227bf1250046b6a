import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { isLoopbackHost } from '@dipswitch/contract';
import { isErrorWithCode, reasonOf } from '../../cli-error.ts';
import { type Check, failed, ok, skipped, type Verdict, warning } from './check.ts';

const DAY_MS = 86_400_000;
const EXPIRES_SOON_DAYS = 21;

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
      isTls ? 'Check the port; a server that speaks plain http needs http://.' : MEND_CONNECTION,
    );
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

export const MEND_CONNECTION = 'Check host, port and firewall, and that the engine runs.';

const MEND_BY_CODE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a host name that the certificate names, or have it issued for this one.',
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
  CERT_NOT_YET_VALID: 'Check the clocks of both machines.',
};
const MEND_TRUST =
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
    return failed('tls', `the certificate is not trusted (${code}): ${detail}`, MEND_BY_CODE[code] ?? MEND_TRUST);
  }
  const found = `${socket.getProtocol() ?? 'TLS'}, certificate for ${names} for another ${days} days`;
  if (days >= EXPIRES_SOON_DAYS) return ok('tls', found);
  return warning('tls', found, 'Renew the certificate of the server before it ends.');
}
