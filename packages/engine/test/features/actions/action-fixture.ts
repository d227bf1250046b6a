import type { DataActionBody } from '@dipswitch/contract';

/** The contract's example of a data action, with members replaced. */
export function createActionBody(id = 'customer-by-ani', changes: Partial<DataActionBody> = {}): DataActionBody {
  return {
    actionId: id,
    connectorId: 'db-1',
    name: 'Customer by calling number',
    statement: 'select id, full_name, tier, balance from customers where phone = :ani limit 1',
    access: 'read',
    input: {
      type: 'object',
      required: ['ani'],
      properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
    },
    output: {
      type: 'object',
      properties: {
        id: { type: 'integer' },
        full_name: { type: 'string', maxLength: 80 },
        tier: { type: 'string', maxLength: 16, default: 'NONE' },
        balance: { type: 'number', default: 0 },
      },
    },
    limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32_768, maxConcurrency: 20, ratePerSecond: 200 },
    cache: { ttlSeconds: 0, staleIfErrorSeconds: 0 },
    fallback: { tier: 'NONE' },
    ...changes,
  };
}

/** What the parser of a database says of the statement of the example. */
export const EXAMPLE_DESCRIPTION = { columns: ['id', 'full_name', 'tier', 'balance'], writes: false, plan: null };
