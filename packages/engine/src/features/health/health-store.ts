import { randomUUID } from 'node:crypto';
import { HEALTH_ERROR_CLASSES, HEALTH_STATUSES } from '@dipswitch/contract';
import type { CompiledQuery, Selectable } from 'kysely';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import { type HealthCheckEntry, type HealthState, INITIAL_HEALTH } from './health-status.ts';

/** Ids in one `in (...)`: both databases take far more, a page has at most this many. */
const IDS_AT_ONCE = 500;

/** Entries of history kept for each connector. */
const HISTORY_LIMIT = 100;

/** The last health and the history of all connectors. */
export class HealthStore {
  readonly #state: StateDatabase;
  readonly #update: CompiledQuery;

  constructor(state: StateDatabase) {
    this.#state = state;
    // Thousands of results are written each minute, and building this statement costs more than running it.
    this.#update = state.queries
      .updateTable('connector_health')
      .set(toColumns(INITIAL_HEALTH, 0))
      .where('connector_id', '=', '')
      .compile();
  }

  async find(connectorId: string, within?: StateTransaction): Promise<HealthState | undefined> {
    const row = await (within ?? this.#state.queries)
      .selectFrom('connector_health')
      .selectAll()
      .where('connector_id', '=', connectorId)
      .executeTakeFirst();
    return row === undefined ? undefined : toHealthState(row);
  }

  async findMany(connectorIds: readonly string[]): Promise<ReadonlyMap<string, HealthState>> {
    const found = new Map<string, HealthState>();
    for (let start = 0; start < connectorIds.length; start += IDS_AT_ONCE) {
      const rows = await this.#state.queries
        .selectFrom('connector_health')
        .selectAll()
        .where('connector_id', 'in', connectorIds.slice(start, start + IDS_AT_ONCE))
        .execute();
      for (const row of rows) found.set(row.connector_id, toHealthState(row));
    }
    return found;
  }

  async insert(connectorId: string, health: HealthState, at: number, within: StateTransaction): Promise<void> {
    await within
      .insertInto('connector_health')
      .values({ connector_id: connectorId, ...toColumns(health, at) })
      .execute();
  }

  /** Resolves to false when the connector is gone. */
  async update(connectorId: string, health: HealthState, at: number, within: StateTransaction): Promise<boolean> {
    const parameters = [...Object.values(toColumns(health, at)), connectorId];
    const { numAffectedRows = 0n } = await within.executeQuery({ ...this.#update, parameters });
    return numAffectedRows > 0n;
  }

  async append(connectorId: string, entry: HealthCheckEntry, within: StateTransaction): Promise<void> {
    await within
      .insertInto('health_checks')
      .values({
        check_id: randomUUID(),
        connector_id: connectorId,
        checked_at: entry.checkedAt,
        status: entry.status,
        latency_ms: entry.latencyMs,
        error_class: entry.errorClass,
        message: entry.message,
      })
      .execute();
  }

  /** Drops all but the newest {@link HISTORY_LIMIT} entries. */
  async trim(connectorId: string, within: StateTransaction): Promise<void> {
    const oldest = await within
      .selectFrom('health_checks')
      .select('checked_at')
      .where('connector_id', '=', connectorId)
      .orderBy('checked_at', 'desc')
      .offset(HISTORY_LIMIT - 1)
      .limit(1)
      .executeTakeFirst();
    if (oldest === undefined) return;
    await within
      .deleteFrom('health_checks')
      .where('connector_id', '=', connectorId)
      .where('checked_at', '<', oldest.checked_at)
      .execute();
  }

  /** Newest first, at most {@link HISTORY_LIMIT}. */
  async history(connectorId: string): Promise<readonly HealthCheckEntry[]> {
    const rows = await this.#state.queries
      .selectFrom('health_checks')
      .selectAll()
      .where('connector_id', '=', connectorId)
      .orderBy('checked_at', 'desc')
      .limit(HISTORY_LIMIT)
      .execute();
    return rows.map((row) => ({
      checkedAt: row.checked_at,
      status: toStatus(row.status),
      latencyMs: row.latency_ms,
      errorClass: toErrorClass(row.error_class),
      message: row.message,
    }));
  }
}

function toColumns(health: HealthState, at: number): Omit<Tables['connector_health'], 'connector_id'> {
  return {
    status: health.status,
    last_check_at: health.lastCheckAt,
    latency_ms: health.latencyMs,
    error_class: health.errorClass,
    message: health.message,
    consecutive_failures: health.consecutiveFailures,
    serving_revision: health.servingRevision,
    server_version: health.serverVersion,
    updated_at: at,
  };
}

function toHealthState(row: Selectable<Tables['connector_health']>): HealthState {
  return {
    status: toStatus(row.status),
    lastCheckAt: row.last_check_at,
    latencyMs: row.latency_ms,
    errorClass: toErrorClass(row.error_class),
    message: row.message,
    consecutiveFailures: row.consecutive_failures,
    servingRevision: row.serving_revision,
    serverVersion: row.server_version,
  };
}

/** A word that a newer engine wrote reads as "not known yet". */
function toStatus(text: string): HealthState['status'] {
  return HEALTH_STATUSES.find((status) => status === text) ?? 'PENDING';
}

function toErrorClass(text: string | null): HealthState['errorClass'] {
  if (text === null) return null;
  return HEALTH_ERROR_CLASSES.find((errorClass) => errorClass === text) ?? 'INTERNAL';
}
