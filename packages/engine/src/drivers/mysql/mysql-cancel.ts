import type { HostAttempt } from '../pool/try-hosts.ts';
import type { MysqlConnection } from './mysql-connection.ts';

const CANCEL_TIMEOUT_MS = 1_000;

/** Asks the server on a connection of its own to stop what a thread runs; settles when the server has done so. */
export async function killMysqlQuery(
  open: (attempt: HostAttempt) => Promise<MysqlConnection>,
  attempt: HostAttempt,
  threadId: number,
): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
  const killer = await open({ ...attempt, timeoutMs: CANCEL_TIMEOUT_MS, signal, onBroken: () => {} });
  try {
    // KILL knows no parameters; the id is the number that the server's own greeting gave.
    await killer.text(`KILL QUERY ${threadId}`);
  } finally {
    killer.end();
  }
}
