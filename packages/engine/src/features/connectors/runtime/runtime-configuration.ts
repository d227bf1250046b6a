import { type ValidationPolicy, type ValidConnector, validateConnector } from '@dipswitch/contract';
import { DriverError } from '../../../drivers/driver.ts';
import type { HealthSubject } from '../../health/health-service.ts';
import { SecretUnresolvedError } from '../../secrets/secret-unresolved-error.ts';
import { type Connector, stampOf, webhooksFor } from '../stored/connector.ts';
import { healthIntervalMs, type SecretReferences } from './pool-opening.ts';

/** What a runtime keeps of the stored configuration; the body itself is read again when a pool is opened. */
export interface RuntimeConfiguration {
  readonly stamp: string;
  readonly subject: HealthSubject;
  readonly references: SecretReferences;
  /** Null when the health check is off. */
  readonly intervalMs: number | null;
}

export function toRuntimeConfiguration(connector: Connector): RuntimeConfiguration {
  const { id, tenant, body } = connector;
  return {
    stamp: stampOf(connector),
    subject: { connectorId: id, tenant, webhookUrls: webhooksFor(body, 'HEALTH_CHANGED') },
    references: body.configuration.credentialMasking,
    intervalMs: healthIntervalMs(body),
  };
}

/** @throws DriverError `egress-denied` when the operator tightened the rules since the connector was stored */
export function toStillValid(connector: Connector, policy: Partial<ValidationPolicy>): ValidConnector {
  const validation = validateConnector(connector.body, policy);
  if (validation.valid) return validation.connector;
  throw new DriverError('egress-denied', 'the stored configuration is not allowed by the present settings');
}

/** For the engine's own log, where the difference between refused and silent helps the operator. */
export function toLogFields(error: unknown): object {
  if (error instanceof DriverError) return { kind: error.kind, vendorCode: error.vendorCode };
  if (error instanceof SecretUnresolvedError) return { reference: error.reference };
  return { err: error };
}
