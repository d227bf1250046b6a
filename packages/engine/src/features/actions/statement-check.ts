import type { Finding, FindingCode, FindingSeverity, ValidDataAction } from '@dipswitch/contract';
import { DriverError, type StatementDescription } from '../../drivers/driver.ts';
import type { Clock } from '../../util/clock.ts';
import { withDeadline } from '../../util/with-deadline.ts';
import type { ConnectorRuntimes } from '../connectors/runtime/connector-runtimes.ts';
import { sampleParameters } from './sample-parameters.ts';

export interface StatementCheckOptions {
  readonly runtimes: Pick<ConnectorRuntimes, 'snapshot' | 'describe'>;
  readonly clock: Clock;
  /** How long the database is waited for. Default 1.5 s. */
  readonly timeoutMs?: number;
  /** Checks at once on one connector, whose pool is there for callers. Default 4. */
  readonly checksAtOnce?: number;
}

const DEFAULT_TIMEOUT_MS = 1_500;
const DEFAULT_CHECKS_AT_ONCE = 4;
const STATEMENT_PATH = '/statement';

/**
 * Has the server's own parser judge a statement, without running it. Only a connector that serves is asked: no pool is
 * opened for it, and a database that is away refuses nothing. What the database says is never repeated, save its code.
 */
export class StatementCheck {
  readonly #options: StatementCheckOptions;
  readonly #running = new Map<string, number>();

  constructor(options: StatementCheckOptions) {
    this.#options = options;
  }

  /** What the database finds; a warning when it was not asked or did not answer. Never rejects. */
  async findings(action: ValidDataAction): Promise<readonly Finding[]> {
    const { connectorId } = action.body;
    if (this.#options.runtimes.snapshot(connectorId).state !== 'serving') {
      return [notChecked('the connector does not serve, so its database was not asked')];
    }
    const running = this.#running.get(connectorId) ?? 0;
    if (running >= (this.#options.checksAtOnce ?? DEFAULT_CHECKS_AT_ONCE)) {
      return [notChecked('the database is checking other statements')];
    }
    this.#running.set(connectorId, running + 1);
    try {
      return judge(action, await this.#describe(action));
    } catch (error) {
      return [toFinding(action, error)];
    } finally {
      this.#leave(connectorId);
    }
  }

  #describe(action: ValidDataAction): Promise<StatementDescription> {
    const { runtimes, clock, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const { maxRows, maxBytes } = action.limits;
    const statement = { text: action.statement?.text ?? '', access: action.access, maxRows, maxBytes, undo: true };
    const endsAtMs = clock.monotonicMs() + timeoutMs;
    const described = runtimes.describe(action.body.connectorId, statement, sampleParameters(action), { endsAtMs });
    return withDeadline(described, { clock, endsAtMs }, () => {
      throw new Error('the database did not answer in time');
    });
  }

  #leave(connectorId: string): void {
    const left = (this.#running.get(connectorId) ?? 1) - 1;
    if (left > 0) this.#running.set(connectorId, left);
    else this.#running.delete(connectorId);
  }
}

/** The warning of a statement that nobody but our own tokenizer judged. */
export function notChecked(reason: string): Finding {
  return finding('STATEMENT_NOT_CHECKED', 'warning', STATEMENT_PATH, reason);
}

function judge({ access, output }: ValidDataAction, { columns, writes }: StatementDescription): Finding[] {
  const findings: Finding[] = [];
  if (writes === true && access === 'read') findings.push(writesThoughRead());
  const returned = columns === null ? null : new Set(columns.map((column) => column.toLowerCase()));
  for (const { name } of output) {
    if (returned === null || returned.has(name.toLowerCase())) continue;
    findings.push(
      finding('OUTPUT_COLUMN_MISSING', 'warning', `/output/properties/${name}`, 'the statement returns no such column'),
    );
  }
  return findings;
}

function toFinding({ access }: ValidDataAction, error: unknown): Finding {
  if (!(error instanceof DriverError)) return notChecked('the database did not answer');
  switch (error.kind) {
    case 'syntax':
    case 'permission':
      return refused(error);
    // A standby refuses every write: that says nothing of a statement that is meant to write.
    case 'read-only':
      return access === 'read' ? writesThoughRead() : notChecked('the database takes no writes now');
    default:
      return notChecked('the database did not answer');
  }
}

function refused({ kind, vendorCode }: DriverError): Finding {
  const code = vendorCode === undefined ? '' : ` (${vendorCode})`;
  const reason = kind === 'syntax' ? 'refuses the statement' : 'does not allow the statement to the login';
  return finding('STATEMENT_REFUSED', 'error', STATEMENT_PATH, `the database ${reason}${code}`);
}

function writesThoughRead(): Finding {
  return finding(
    'STATEMENT_WRITES',
    'error',
    STATEMENT_PATH,
    'the statement writes, as the database says; set access to write',
  );
}

function finding(code: FindingCode, severity: FindingSeverity, path: string, message: string): Finding {
  return { code, severity, path, message };
}
