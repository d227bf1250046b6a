import type { DipswitchClient } from '@dipswitch/client';
import { SCOPES, type Scope, type Secret, tokenAnswerSchema } from '@dipswitch/contract';
import { toErrorReport } from '../../output/error-view.ts';
import { neutralizeControls } from '../../output/text.ts';
import type { ServerSettings } from '../../session/settings.ts';
import {
  type Check,
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

/** What cannot be done without it; null for the scope that everything needs. */
const WITHOUT_SCOPE: Readonly<Record<Scope, string | null>> = {
  'integrations:read': null,
  'integrations:write': 'apply, delete and test',
  'dataactions:read': 'planning and listing data actions',
  'dataactions:write': 'applying, testing and publishing data actions',
  'dataactions:execute': 'dip action run',
  'audit:read': "reading the engine's audit trail",
};

/** The way of every command: through the library, whatever kind of login is set up. */
export function createTokenCheck(
  withClient: (use: (client: DipswitchClient) => Promise<void>) => Promise<void>,
  deadlineMs: number,
): Check {
  return {
    name: 'token',
    run: async (signal) => {
      try {
        await withClient((client) => client.authenticate({ signal, deadlineMs }));
        return [ok('token', 'given')];
      } catch (error) {
        if (signal.aborted) throw error;
        const { message, code, hint } = toErrorReport(error);
        return [failed('token', code === null ? message : `${message} [${code}]`, hint ?? 'Look at the engine.')];
      }
    },
  };
}

/** Which scopes the token carries, and what the server says of its limit. */
export function createAccessCheck(settings: ServerSettings): Check {
  return {
    name: 'scopes',
    run: async (signal) => {
      try {
        if (settings.clientSecret === null) return notLookedAt();
        const token = await fetchToken(settings, settings.clientSecret, signal);
        if (token === null) return [skipped('scopes', 'no token'), skipped('rate limit', 'no token')];
        const [readable, limit] = await readCollection(settings, token.value, signal);
        const scopes = token.scopes === null ? [readable] : judgeScopes(token.scopes);
        return [...scopes, limit];
      } catch (error) {
        if (signal.aborted) throw error;
        const found = `no answer (${networkCode(error)})`;
        return [skipped('scopes', found), skipped('rate limit', found)];
      }
    },
  };
}

/** The token check went through the library and knows every login; the scopes are read from an answer of our own. */
function notLookedAt(): Verdict[] {
  const reason = 'looked at with a client secret only';
  return [skipped('scopes', reason), skipped('rate limit', reason)];
}

interface GivenToken {
  readonly value: string;
  /** Null when the server does not tell. */
  readonly scopes: readonly string[] | null;
}

async function fetchToken(settings: ServerSettings, secret: Secret, signal: AbortSignal): Promise<GivenToken | null> {
  const { status, json } = await probe(joinUrl(settings.baseUrl, '/oauth/token'), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: settings.clientId,
      client_secret: secret.expose(),
    }),
    signal,
  });
  const answer = tokenAnswerSchema.safeParse(json);
  if (status !== 200 || !answer.success) return null;
  const { access_token: value, scope } = answer.data;
  return { value, scopes: scope === undefined ? null : scope.split(' ').filter((name) => name !== '') };
}

function judgeScopes(granted: readonly string[]): Verdict[] {
  return SCOPES.map((scope) => {
    const check = `scope ${scope}`;
    if (granted.includes(scope)) return ok(check, 'granted');
    const hint = `Have a client made with it: dip-engine client create --scope "... ${scope}".`;
    const without = WITHOUT_SCOPE[scope];
    if (without === null) return failed(check, 'missing: nothing works without it', hint);
    return warning(check, `missing: without it no ${without}`, hint);
  });
}

/** One page of one connector: whether reading works, and the headers of a limit. */
async function readCollection(
  settings: ServerSettings,
  token: string,
  signal: AbortSignal,
): Promise<readonly [Verdict, Verdict]> {
  const { status, headers, json } = await probe(joinUrl(settings.baseUrl, '/api/v1/integrations/connectors?limit=1'), {
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  const code = memberOf(json, 'code');
  const readable =
    status === 200
      ? ok('scope integrations:read', 'granted')
      : failed(
          'scope integrations:read',
          `listing connectors is answered ${status}${typeof code === 'string' ? ` ${neutralizeControls(code)}` : ''}`,
          'Have a client made with integrations:read.',
        );
  return [readable, judgeLimit(status, headers)];
}

function judgeLimit(status: number, headers: Headers): Verdict {
  if (status === 429) {
    const after = headers.get('retry-after');
    const found = `reached now${after === null ? '' : `, again in ${neutralizeControls(after)} s`}`;
    return warning('rate limit', found, 'Another program uses the same client; give each its own.');
  }
  const policy = headers.get('ratelimit-policy') ?? headers.get('ratelimit');
  return ok(
    'rate limit',
    policy === null ? 'none named for reading; for writing it is learned on the way' : neutralizeControls(policy),
  );
}
