import type { ConnectorTestResult, ValidConnector } from '@dipswitch/contract';
import { type Driver, DriverError, type DriverErrorKind, type ProbeResult } from '../../drivers/driver.ts';
import { StateUnavailableError } from '../../state/state-errors.ts';
import type { Logger } from '../../util/logger.ts';
import { type HealthFailure, toHealthFailure } from '../health/health-errors.ts';
import { resolveCredentials } from './runtime/connector-credentials.ts';
import { openProvenPool, type PoolOpeningOptions, toLogFields } from './runtime/pool-opening.ts';

export interface ConnectionTestOptions extends PoolOpeningOptions {
  readonly logger: Logger;
  /** A test takes no longer than this, whatever time-outs the body asks for. Default 20 s. */
  readonly testTimeoutMs?: number;
}

type Step = ConnectorTestResult['steps'][number];

const DEFAULT_TEST_TIMEOUT_MS = 20_000;

/** Failures after the login: the connection stood, the health query did not work. */
const QUERY_FAILURES: ReadonlySet<DriverErrorKind> = new Set([
  'query-timeout',
  'permission',
  'read-only',
  'syntax',
  'cancelled',
]);

/**
 * Opens one real connection with a body that is not stored, asks it the health query and closes it. Each step is
 * reported with its time; the first that fails ends the test. Rejects only for what is not about the connector.
 */
export async function runConnectionTest(
  options: ConnectionTestOptions,
  tenant: string,
  connector: ValidConnector,
  validateMs: number,
): Promise<ConnectorTestResult> {
  const { clock } = options;
  const startedAt = clock.monotonicMs();
  const timeout = new AbortController();
  const timer = clock.setTimer(options.testTimeoutMs ?? DEFAULT_TEST_TIMEOUT_MS, () => {
    timeout.abort(new DriverError('connect-timeout', 'the test took too long'));
  });
  const steps: Step[] = [{ step: 'validate', ok: true, latencyMs: round(validateMs) }];
  let driver: Driver | null = null;
  const finish = (failure: HealthFailure | null, proof: ProbeResult | null): ConnectorTestResult => ({
    ok: failure === null,
    latencyMs: round(validateMs + clock.monotonicMs() - startedAt),
    errorClass: failure?.errorClass ?? null,
    message: failure?.message ?? null,
    driver: driver?.module ?? null,
    serverVersion: proof?.serverVersion ?? null,
    steps,
  });
  try {
    driver = await options.drivers.get(connector.kind);
    const loadedAt = clock.monotonicMs();
    const references = connector.body.configuration.credentialMasking;
    const { credentials } = await resolveCredentials(options, tenant, references, timeout.signal);
    const resolvedAt = clock.monotonicMs();
    steps.push({ step: 'secrets', ok: true, latencyMs: round(resolvedAt - loadedAt) });
    const single = withSingleConnection(connector);
    const { pool, proof } = await openProvenPool(options, driver, single, credentials, timeout.signal);
    pool.close(0).catch(() => undefined);
    const connectMs = Math.max(0, clock.monotonicMs() - resolvedAt - proof.latencyMs);
    steps.push({ step: 'connect', ok: true, latencyMs: round(connectMs) });
    steps.push({ step: 'query', ok: true, latencyMs: round(proof.latencyMs) });
    return finish(null, proof);
  } catch (error) {
    if (error instanceof StateUnavailableError) throw error;
    const failedMs = clock.monotonicMs() - startedAt - steps.slice(1).reduce((sum, step) => sum + step.latencyMs, 0);
    steps.push(...toFailedSteps(steps.length === 1, error, round(failedMs)));
    options.logger.info({ ...toLogFields(error), tenant }, 'a connection test failed');
    return finish(toHealthFailure(error), null);
  } finally {
    timer.cancel();
  }
}

function toFailedSteps(isBeforeConnect: boolean, error: unknown, latencyMs: number): readonly Step[] {
  if (isBeforeConnect && !(error instanceof DriverError)) return [{ step: 'secrets', ok: false, latencyMs }];
  if (error instanceof DriverError && QUERY_FAILURES.has(error.kind)) {
    return [
      { step: 'connect', ok: true, latencyMs: 0 },
      { step: 'query', ok: false, latencyMs },
    ];
  }
  return [{ step: 'connect', ok: false, latencyMs }];
}

function withSingleConnection(connector: ValidConnector): ValidConnector {
  const { body } = connector;
  const poolSettings = { ...body.configuration.poolSettings, minPoolSize: 0, maxPoolSize: 1 };
  return { ...connector, body: { ...body, configuration: { ...body.configuration, poolSettings } } };
}

function round(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 10) / 10);
}
