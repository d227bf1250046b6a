import { Gauge, type Registry } from 'prom-client';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { ConnectorRuntimes } from '../features/connectors/runtime/connector-runtimes.ts';
import type { EventDispatcher } from '../features/events/event-dispatcher.ts';

export interface MeasuredParts {
  readonly runtimes: Pick<ConnectorRuntimes, 'states'>;
  readonly dispatcher: Pick<EventDispatcher, 'statistics'>;
  readonly trail: Pick<AuditTrail, 'status'>;
}

/** Adds what the features count to the meters, read at each scrape. No label names a connector or tenant. */
export function addFeatureMetrics(registry: Registry, { runtimes, dispatcher, trail }: MeasuredParts): void {
  const registers = [registry];
  new Gauge({
    name: 'dip_connector_runtimes',
    help: 'Connector runtimes of this engine by state.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const [state, count] of runtimes.states()) this.set({ state }, count);
    },
  });
  const deliveries = {
    inFlight: 'Webhook deliveries under way.',
    delivered: 'Webhook deliveries that succeeded since the start.',
    failedAttempts: 'Webhook attempts that failed since the start.',
    dead: 'Webhook deliveries given up since the start.',
  } as const;
  for (const [member, help] of Object.entries(deliveries)) {
    new Gauge({
      name: `dip_webhook_${member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      help,
      registers,
      collect() {
        this.set(new Map(Object.entries(dispatcher.statistics())).get(member) ?? 0);
      },
    });
  }
  new Gauge({
    name: 'dip_audit_writable',
    help: '1 while the audit trail takes records; at 0 every change is refused.',
    registers,
    collect() {
      this.set(trail.status().state === 'serving' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'dip_audit_dropped_records',
    help: 'Records of refusals that were dropped since the start because the trail was behind or broken.',
    registers,
    collect() {
      this.set(trail.status().dropped);
    },
  });
}
