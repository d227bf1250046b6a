import type { ConnectorHealth, HealthStatus, HealthSummary } from '@dipswitch/contract';
import { renderDetails, shown } from './details.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { formatAge, neutralizeControls } from './text.ts';

const PAINTS: Readonly<Record<HealthStatus, (style: Style) => (text: string) => string>> = {
  HEALTHY: (style) => style.good,
  DEGRADED: (style) => style.caution,
  UNHEALTHY: (style) => style.bad,
  PENDING: (style) => style.accent,
  DISABLED: (style) => style.dim,
};

export function paintStatus(text: string, status: HealthStatus, style: Style): string {
  return PAINTS[status](style)(text);
}

/** The health of one connector as a list shows it. */
export interface HealthRow extends HealthSummary {
  readonly connectorId: string;
}

export function renderHealthTable(terminal: Terminal, rows: readonly HealthRow[], nowMs: number): string {
  return renderTable<HealthRow>(
    terminal,
    [
      { title: 'ID', cell: (row) => neutralizeControls(row.connectorId) },
      {
        title: 'STATUS',
        cell: (row) => row.status,
        paint: (text, row) => paintStatus(text, row.status, terminal.style),
      },
      { title: 'LATENCY', cell: (row) => formatLatency(row.latencyMs), alignRight: true },
      { title: 'CHECKED', cell: (row) => formatAge(row.lastCheckAt, nowMs), alignRight: true },
      { title: 'REASON', cell: reasonOf, shrinks: true },
    ],
    rows,
  );
}

/** One connector with its recent checks, newest first. */
export function renderHealth(terminal: Terminal, health: ConnectorHealth, nowMs: number): string {
  const { style, columns } = terminal;
  const { pool } = health;
  const serving =
    health.servingRevision === health.revision
      ? String(health.revision)
      : `${health.revision}; ${health.servingRevision === null ? 'none serves yet' : `${health.servingRevision} goes on serving`}`;
  const rows: [string, string][] = [
    ['connector', shown(health.connectorId)],
    ['status', `${paintStatus(health.status, health.status, style)}${withGap(reasonOf(health))}`],
    ['last check', `${formatAge(health.lastCheckAt, nowMs)}, ${formatLatency(health.latencyMs)}`],
    ['failures', `${health.consecutiveFailures} in a row`],
    ['revision', serving],
    ['server', shown(health.serverVersion)],
    ['driver', shown(health.driver)],
    [
      'pool',
      pool === null ? '-' : `${pool.open} open, ${pool.idle} idle, ${pool.waiting} waiting, ${pool.max} at most`,
    ],
  ];
  const details = renderDetails(rows, style, columns);
  if (health.history.length === 0) return details;
  const history = renderTable(
    terminal,
    [
      { title: 'CHECKED', cell: (row) => formatAge(row.checkedAt, nowMs) },
      {
        title: 'STATUS',
        cell: (row) => row.status,
        paint: (text, row) => paintStatus(text, row.status, style),
      },
      { title: 'LATENCY', cell: (row) => formatLatency(row.latencyMs), alignRight: true },
      { title: 'REASON', cell: reasonOf, shrinks: true },
    ],
    health.history,
  );
  return `${details}\n\n${history}`;
}

function reasonOf({ errorClass, message }: Pick<HealthSummary, 'errorClass' | 'message'>): string {
  return neutralizeControls([errorClass, message].filter((part) => part !== null).join(': '));
}

function formatLatency(latencyMs: number | null): string {
  return latencyMs === null ? '-' : `${latencyMs.toFixed(1)} ms`;
}

function withGap(text: string): string {
  return text === '' ? '' : `  ${text}`;
}
