import type { AuditEvent } from '@dipswitch/contract';
import type { StateDatabase, StateTransaction } from '../state/state-database.ts';

/** A record on its way from the state database to the chained file. */
export interface OutboxRecord {
  readonly auditId: string;
  readonly event: AuditEvent;
  /** The chain was at least this long when the change was made, so the record can only be behind it. */
  readonly afterSequence: number;
}

/** Owner of the records of commands: whichever engine sweeps first chains them, as no command has a chain of its own. */
export const ANY_ENGINE = 'any';

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

  /** Makes the records that commands left this engine's own. Of several engines, each record goes to one. */
  async adopt(): Promise<void> {
    const { queries } = this.#state;
    const orphans = queries.selectFrom('audit_outbox').select('audit_id').where('engine_id', '=', ANY_ENGINE).limit(1);
    if ((await orphans.execute()).length === 0) return;
    await this.#state.transaction(async (transaction) => {
      const rows = transaction.updateTable('audit_outbox').where('engine_id', '=', ANY_ENGINE);
      await rows.set({ engine_id: this.#engineId }).execute();
    });
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
