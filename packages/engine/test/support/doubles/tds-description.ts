import type { TdsAnswer, TdsColumn } from './tds-tokens.ts';
import { bit, int, nvarchar } from './tds-types.ts';

/** The first columns of what sp_describe_first_result_set returns. */
const COLUMNS: readonly TdsColumn[] = [
  { name: 'is_hidden', type: bit },
  { name: 'column_ordinal', type: int },
  { name: 'name', type: nvarchar },
  { name: 'is_nullable', type: bit },
  { name: 'system_type_name', type: nvarchar },
];
const EVERY_PATH_FAILS = {
  error: 11_529,
  message: 'The metadata could not be determined because every code path results in an error.',
} as const;

/** Turns the answer of a statement into its description; what the statement did is undone. */
export function describeAnswer(answer: TdsAnswer): TdsAnswer {
  if ('undo' in answer) answer.undo?.();
  if ('error' in answer) return { ...EVERY_PATH_FAILS, earlier: [...(answer.earlier ?? []), answer] };
  const columns = 'columns' in answer ? answer.columns : [];
  const rows = columns.map(({ name, type }, index) => [false, index + 1, name === '' ? null : name, true, type.name]);
  return { columns: COLUMNS, rows };
}
