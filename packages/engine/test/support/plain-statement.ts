import type { Statement } from '../../src/drivers/driver.ts';

/** A statement with generous bounds, for tests that are about something else. */
export function plainStatement(text: string, overrides: Partial<Omit<Statement, 'text'>> = {}): Statement {
  return { text, access: 'write', maxRows: 10_000, maxBytes: 16 * 1024 * 1024, undo: false, ...overrides };
}
