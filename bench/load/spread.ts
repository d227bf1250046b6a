export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((left, right) => left - right);
  const rounded = (value: number | undefined): number => Math.round((value ?? Number.NaN) * 1000) / 1000;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { median: rounded(median), min: rounded(sorted[0]), max: rounded(sorted.at(-1)) };
}
