import { INJECTION_ATTEMPTS as ALL_ATTEMPTS } from '@dipswitch/contract/fixtures';

/** Of columns and bound texts that every database has without further ado. */
const TEXT_MAX_LENGTH = 1500;

/**
 * Texts that end a call when they are spliced into a statement instead of bound, as far as every database can store
 * them: no NUL, no longer than a column.
 */
export const INJECTION_ATTEMPTS: readonly string[] = ALL_ATTEMPTS.map(({ text }) => text).filter(
  (text) => !text.includes('\0') && text.length <= TEXT_MAX_LENGTH,
);
