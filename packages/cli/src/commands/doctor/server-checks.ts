import { MEND_CONNECTION } from './address-checks.ts';
import { type Check, failed, ok, skipped, type Verdict, warning } from './check.ts';
import { joinUrl, MEND_ADDRESS, memberOf, networkCode, probe } from './probe.ts';

const SKEW_WARNING_SECONDS = 5;
const SKEW_FAILED_SECONDS = 60;

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
        return [failed('server', `no answer from ${new URL(baseUrl).host} (${networkCode(error)})`, MEND_CONNECTION)];
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
  return warning('server', `answers ${status} to /readyz, not as an engine does`, MEND_ADDRESS);
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
