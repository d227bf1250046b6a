import type { FaultRow, FaultState } from '../test/faults/matrix.ts';
import { describeFigure, isWithinBounds } from '../test/support/figure.ts';
import type { FaultFile, FaultResult, FaultResults } from './fault-results.ts';

export interface JudgedRow {
  readonly row: FaultRow;
  readonly files: readonly FaultFile[];
  /** The last result of each file that has one. */
  readonly results: readonly FaultResult[];
  readonly state: FaultState;
  /** What is missing, by how much it fails, or what there is today; empty for what is shown. */
  readonly remark: string;
  /** Where the hand-kept claim says more, or something else, than tests and results do. */
  readonly problems: readonly string[];
}

/** Says of a row what its tests and their last results allow to be said, whatever the matrix claims. */
export function judgeFaultRow(row: FaultRow, allFiles: readonly FaultFile[], allResults: FaultResults): JudgedRow {
  const files = allFiles.filter((file) => file.row === row.row);
  const results = files.flatMap(({ path }) => allResults[path] ?? []);
  const { state, remark } = deriveState(row, files, results);
  const problems = state === row.claim ? [] : [`row ${row.row} claims "${row.claim}" and is "${state}": ${remark}`];
  if (row.claim !== 'shown' && row.remark === '') problems.push(`row ${row.row} has no remark on "${row.claim}"`);
  // Fewer rounds than the row asks for are told, and are no reason to refuse: the long run is made now and then.
  const fewest = Math.min(...results.map(({ iterations }) => iterations));
  const isShort = (state === 'shown' || state === 'shown in part') && fewest < (row.rounds ?? 1);
  if (!isShort) return { row, files, results, state, remark, problems };
  const rounds = `${fewest} of ${row.rounds} rounds are recorded`;
  const remarks = remark === '' ? rounds : `${remark}; ${rounds}`;
  return { row, files, results, state: 'shown in part', remark: remarks, problems };
}

/** Rows that are missing or twice, and tests of no row. */
export function findMatrixProblems(rows: readonly FaultRow[], files: readonly FaultFile[], last: number): string[] {
  const numbers = rows.map(({ row }) => row);
  const wanted = Array.from({ length: last }, (_, index) => index + 1);
  return [
    ...wanted.filter((row) => !numbers.includes(row)).map((row) => `row ${row} is missing in the matrix`),
    ...numbers.filter((row, index) => numbers.indexOf(row) !== index).map((row) => `row ${row} is there twice`),
    ...numbers.filter((row) => !wanted.includes(row)).map((row) => `row ${row} is none of the matrix`),
    ...files.filter(({ row }) => !numbers.includes(row)).map(({ path }) => `${path} belongs to no row`),
  ];
}

function deriveState(
  { claim, remark }: FaultRow,
  files: readonly FaultFile[],
  results: readonly FaultResult[],
): { state: FaultState; remark: string } {
  if (files.length === 0) return { state: 'not built', remark: claim === 'not built' ? remark : 'there is no test' };
  const failures = results.flatMap((result) => result.failures);
  if (failures.length > 0) {
    const broken = results.flatMap(({ figures }) => figures.filter((figure) => !isWithinBounds(figure)));
    const facts = broken.length > 0 ? broken.map(describeFigure) : failures;
    return { state: 'fails', remark: [...facts, ...(claim === 'fails' ? [remark] : [])].join('; ') };
  }
  const lacks = [...(claim === 'shown in part' ? [remark] : []), ...findLacks(files, results)];
  return lacks.length === 0 ? { state: 'shown', remark: '' } : { state: 'shown in part', remark: lacks.join('; ') };
}

function findLacks(files: readonly FaultFile[], results: readonly FaultResult[]): string[] {
  const lacks: string[] = [];
  if (results.length < files.length) lacks.push('no result is recorded');
  const skipped = results.reduce((sum, result) => sum + result.skipped, 0);
  if (skipped > 0) lacks.push(`${skipped} tests were skipped`);
  if (results.some(({ passed }) => passed === 0)) lacks.push('no test passed');
  return lacks;
}
