import type { AuditEvent } from '@dipswitch/contract';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';

/** A record on its way from the state database to the chained file. */
export interface OutboxRecord {
  readonly auditId: string;
  readonly event: AuditEvent;
  /** The chain was at least this long when the change was made, so the record can only be behind it. */
  readonly afterSequence: number;
}

const DELETE_BATCH = 500;

/** The rows of one engine in `audit_outbox`. A row is the record until the chained file has it. */
export class AuditOutbox {
  readonly #state: StateDatabase;
  readonly #engineId: string;

  constructor(state: StateDatabase, engineId: string) {
    this.#state = state;
    this.#engineId = engineId;
  }

  async insert(transaction: StateTransaction, record: OutboxRecord, createdAt: number): Promise<void> {
    await transaction
      .insertInto('audit_outbox')
      .values({
        audit_id: record.auditId,
        engine_id: this.#engineId,
        event: JSON.stringify({ afterSequence: record.afterSequence, event: record.event }),
        created_at: createdAt,
      })
      .execute();
  }

  /** Oldest first. */
  async list(limit: number): Promise<readonly OutboxRecord[]> {
    const rows = await this.#state.queries
      .selectFrom('audit_outbox')
      .select(['audit_id', 'event'])
      .where('engine_id', '=', this.#engineId)
      .orderBy('created_at')
      .orderBy('audit_id')
      .limit(limit)
      .execute();
    return rows.map((row) => {
      const stored: { afterSequence: number; event: AuditEvent } = JSON.parse(row.event);
      return { auditId: row.audit_id, ...stored };
    });
  }

  async delete(auditIds: readonly string[]): Promise<void> {
    await this.#state.transaction(async (transaction) => {
      for (let index = 0; index < auditIds.length; index += DELETE_BATCH) {
        const batch = auditIds.slice(index, index + DELETE_BATCH);
        await transaction.deleteFrom('audit_outbox').where('audit_id', 'in', batch).execute();
      }
    });
  }
}
