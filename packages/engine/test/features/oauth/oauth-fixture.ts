import { Secret } from '@dipswitch/contract';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { ClientDirectory } from '../../../src/features/oauth/client-directory.ts';
import { ClientService } from '../../../src/features/oauth/client-service.ts';
import { ClientStore } from '../../../src/features/oauth/client-store.ts';
import { registerOauthRoutes } from '../../../src/features/oauth/oauth-routes.ts';
import { SigningKeys } from '../../../src/features/oauth/signing-keys.ts';
import { TokenService } from '../../../src/features/oauth/token-service.ts';
import { TokenVerifier } from '../../../src/features/oauth/token-verifier.ts';
import { createHttpServer } from '../../../src/http/create-http-server.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';

export const SEALER = createSealer(new Uint8Array(32).fill(3));

/** The OAuth feature behind the real HTTP server, over a given state. `origin` may be moved to where it listens. */
export function createOauthFixture(state: StateDatabase, clock = new FakeClock(Date.now())) {
  const origin = { url: 'http://issuer.test' };
  const issuer = () => origin.url;
  const changes = new CollectedChanges(state);
  const store = new ClientStore(state);
  const directory = new ClientDirectory(store, clock);
  const keys = new SigningKeys(state, SEALER, clock);
  const tokens = new TokenService({ keys, directory, sealer: SEALER, clock, changes, issuer });
  const verifier = new TokenVerifier({ keys, directory, sealer: SEALER, clock, issuer });
  const common = { store, keys, changes, sealer: SEALER, clock };
  const clients = new ClientService({ ...common, actor: 'operator' });
  const metrics = createMetrics('0.0.0-test');
  const server = createHttpServer({
    authenticator: verifier,
    metrics,
    logger: silentLogger,
    clock,
    writesPerSecond: 50,
  });
  registerOauthRoutes(server.app, { tokens, keys, issuer });
  server.app.get('/whoami', { config: { scope: 'integrations:read' } }, async ({ caller }) => ({
    tenant: caller.tenant,
    actor: caller.actor,
    scopes: [...caller.scopes],
  }));

  const form = (fields: Record<string, string> | string, headers: Record<string, string> = {}) =>
    server.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
    });
  return {
    clock,
    origin,
    changes,
    keys,
    tokens,
    verifier,
    clients,
    app: server.app,
    form,
    async createClient(tenant = 'acme', scopes = ['integrations:read', 'integrations:write'] as const) {
      const { clientId, clientSecret } = await clients.createClient({ tenant, scopes, description: '' });
      return { client_id: clientId, client_secret: clientSecret.expose() };
    },
    async tokenFor(credentials: { client_id: string; client_secret: string }): Promise<string> {
      const answer = await tokens.issue(
        {
          clientId: credentials.client_id,
          clientSecret: new Secret(credentials.client_secret),
          scope: undefined,
        },
        { address: '127.0.0.1', requestId: 'r' },
      );
      return answer.access_token;
    },
    async close() {
      await server.drain(0);
      metrics.close();
    },
  };
}

export type OauthFixture = ReturnType<typeof createOauthFixture>;
