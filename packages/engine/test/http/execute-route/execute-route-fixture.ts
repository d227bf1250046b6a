import { type IncomingHttpHeaders, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from '@dipswitch/contract';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import type { ExecutionService } from '../../../src/features/executions/execution-service.ts';
import { ExecutionMeters } from '../../../src/features/executions/record/execution-meters.ts';
import { ExecutionRecord } from '../../../src/features/executions/record/execution-record.ts';
import type { Identity, RememberingAuthenticator } from '../../../src/features/oauth/authenticator.ts';
import { KnownCallers } from '../../../src/http/authentication.ts';
import { createHttpServer, type HttpServer } from '../../../src/http/create-http-server.ts';
import { createExecuteRoute } from '../../../src/http/execute-route/execute-route.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { registerOperationsRoutes } from '../../../src/http/operations-routes.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import { CollectingTrail } from '../../support/collecting-trail.ts';
import { FakeExecutionService } from '../../support/fake-execution-service.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

export const PATH = '/api/v1/dataactions/customer-by-ani/execute';
/** What a caller sends and no surface repeats. */
export const CANARY = 'canary-7d1f';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly path?: string;
  /** Default: a token with the scope. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
}

const identityOf = (scopes: readonly Scope[]): Identity => ({
  tenant: 'acme',
  actor: 'client-1',
  scopes: new Set(scopes),
});

/** Knows the tokens `good` and `admin`, the token `reader` that lacks the scope, and the key `studio`; each may be revoked. */
class FakeAuthenticator implements RememberingAuthenticator {
  readonly identities = new Map<string, Identity>([
    ['good', identityOf(['dataactions:execute'])],
    ['admin', identityOf(['dataactions:execute', 'dataactions:read', 'dataactions:write'])],
    ['reader', identityOf(['dataactions:read'])],
    ['studio', { ...identityOf(['dataactions:execute']), actor: 'key-1' }],
  ]);
  /** How often a credential was looked at. */
  judged = 0;
  /** Answers by a promise, as for a token that is seen for the first time. */
  isSlow = false;

  authenticateToken(token: string): Identity | null | Promise<Identity | null> {
    return token === 'studio' ? null : this.#judge(token);
  }

  authenticateKey(key: string): Identity | null | Promise<Identity | null> {
    return key === 'studio' ? this.#judge(key) : null;
  }

  stillHolds(identity: Identity): boolean {
    return [...this.identities.values()].includes(identity);
  }

  #judge(credential: string): Identity | null | Promise<Identity | null> {
    this.judged += 1;
    const identity = this.identities.get(credential) ?? null;
    return this.isSlow ? new Promise((resolve) => setImmediate(resolve, identity)) : identity;
  }
}

/** The route on a real server on loopback; default: over a service that answers what the test says. */
export class ExecuteRouteFixture<Service extends ExecutionService = FakeExecutionService> {
  readonly service: Service;
  readonly authenticator = new FakeAuthenticator();
  readonly trail = new CollectingTrail();
  readonly meters = new ExecutionMeters();
  readonly logger = new RecordingLogger();
  readonly clock: FakeClock;
  readonly sealer = createSealer(new Uint8Array(32).fill(9));
  readonly metrics = createMetrics('0.0.0-test');
  readonly server: HttpServer;

  private constructor(given: { readonly service: Service; readonly clock: FakeClock }) {
    this.service = given.service;
    this.clock = given.clock;
    const { authenticator, metrics, logger, clock, service, meters, trail, sealer } = this;
    this.server = createHttpServer({ authenticator, metrics, logger, clock, writesPerSecond: 50 });
    this.server.putInFront(
      createExecuteRoute({
        service,
        callers: new KnownCallers(authenticator),
        record: new ExecutionRecord({ trail, sealer, meters, clock, logger }),
        meters,
        durations: metrics.requestDurations,
        clock,
        logger,
        isDraining: this.server.isDraining,
      }),
    );
    registerOperationsRoutes(this.server.app, {
      metrics,
      readinessParts: [],
      isDraining: this.server.isDraining,
      openApiDocument: {},
    });
  }

  static open(): Promise<ExecuteRouteFixture> {
    return ExecuteRouteFixture.openOver(new FakeExecutionService(), new FakeClock());
  }

  /** `addRoutes` registers what the test needs next to the route. */
  static async openOver<Service extends ExecutionService>(
    service: Service,
    clock: FakeClock,
    addRoutes: (fixture: ExecuteRouteFixture<Service>) => void = () => {},
  ): Promise<ExecuteRouteFixture<Service>> {
    const fixture = new ExecuteRouteFixture({ service, clock });
    addRoutes(fixture);
    await fixture.server.app.listen({ host: '127.0.0.1', port: 0 });
    return fixture;
  }

  get port(): number {
    const address = this.server.app.server.address() as AddressInfo;
    return address.port;
  }

  /** One request over a connection of its own, unless `agent` keeps one. */
  call({ method = 'POST', path = PATH, headers, body }: Call = {}): Promise<Answer> {
    const sent = { authorization: 'Bearer good', connection: 'close', ...headers };
    const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
    return new Promise((resolve, reject) => {
      const request = sendRequest({ host: '127.0.0.1', port: this.port, method, path, headers: given }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const json = text === '' ? undefined : JSON.parse(text);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  async scrape(): Promise<string> {
    return (await this.server.app.inject({ url: '/metrics' })).body;
  }

  async close(): Promise<void> {
    await this.server.drain(0);
    this.metrics.close();
  }
}
