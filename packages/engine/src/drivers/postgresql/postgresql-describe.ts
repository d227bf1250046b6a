import type { DatabaseValue, StatementDescription } from '../driver.ts';
import type { StatementSender } from './statement-sender.ts';
import type { Exchange } from './wire/exchange.ts';
import { NO_COLUMNS, PostgresqlServerError } from './wire/server-messages.ts';

const BEGIN_READ_ONLY = 'BEGIN TRANSACTION READ ONLY';
const ROLLBACK = 'ROLLBACK';
const PLAN_BOUNDS = { maxRows: 1_000, maxBytes: 256 * 1024 };
/** Class of "data exception": a sample that its type does not allow. */
const DATA_EXCEPTION = '22';
const SYNTAX_ERROR = '42601';
const SHOWS = /^\s*show\b/i;
/** Steps of a plan that change or lock rows. */
const WRITING_STEP = /"Node Type": "(?:ModifyTable|LockRows)"/;

/**
 * Has the server parse a statement and plan it on sample values, without running it: EXPLAIN without ANALYZE, in a
 * transaction that refuses writes and is rolled back.
 *
 * @throws PostgresqlServerError when the server refuses the statement itself
 */
export async function describeStatement(
  sender: StatementSender,
  text: string,
  samples: readonly DatabaseValue[],
): Promise<StatementDescription> {
  const described = await sender.describe(text);
  if (described.error) throw described.error;
  let plans = await explain(sender, text, samples);
  if (hasCode(plans.steps, DATA_EXCEPTION))
    plans = await explain(
      sender,
      text,
      samples.map(() => null),
    );
  const hasRows = described.columns !== NO_COLUMNS;
  const plan = plans.lines.error ? null : plans.lines.rows.map((row) => String(row[0])).join('\n');
  return { columns: described.columns.names, writes: toWrites(text, hasRows, plans.steps), plan };
}

async function explain(sender: StatementSender, text: string, samples: readonly DatabaseValue[]) {
  const ask = (format: string) =>
    sender.ask(`EXPLAIN (FORMAT ${format}) ${text}`, samples, PLAN_BOUNDS, { begin: BEGIN_READ_ONLY, isKept: false });
  const [steps, , lines] = await Promise.all([
    ask('JSON'),
    sender.control(ROLLBACK),
    ask('TEXT'),
    sender.control(ROLLBACK),
  ]);
  return { steps, lines };
}

function hasCode({ error }: Exchange, prefix: string): boolean {
  return error instanceof PostgresqlServerError && error.code.startsWith(prefix);
}

function toWrites(text: string, hasRows: boolean, steps: Exchange): boolean | null {
  // EXPLAIN takes what is planned; the rest are utility commands, which change something or show a setting.
  if (hasCode(steps, SYNTAX_ERROR)) return !SHOWS.test(text);
  if (hasCode(steps, DATA_EXCEPTION)) return null;
  if (steps.error) throw steps.error;
  // SELECT INTO and CREATE TABLE AS are planned as the query in them, and return nothing.
  return !hasRows || WRITING_STEP.test(String(steps.rows[0]?.[0]));
}
