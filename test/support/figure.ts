/** What a fault test measured, and the bound that the matrix sets; the table of the reference shows both. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  /** As it is written behind the number: `ms`, `%`, `/s`; empty for a count. */
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function isWithinBounds({ measured, atMost, atLeast }: Figure): boolean {
  // Written so that NaN is outside of every bound.
  return (atMost === undefined || measured <= atMost) && (atLeast === undefined || measured >= atLeast);
}

/** `p99 of a refusal 143 ms (at most 20 ms)`. */
export function describeFigure(figure: Figure): string {
  const { what, measured, unit, atMost, atLeast } = figure;
  const withUnit = (value: number): string => `${round(value)}${unit === '' || unit === '%' ? '' : ' '}${unit}`;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${withUnit(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${withUnit(atMost)}`]),
  ];
  return `${what} ${withUnit(measured)}${bounds.length === 0 ? '' : ` (${bounds.join(', ')})`}`;
}

/** Three digits are enough to compare; whole numbers stay whole. */
function round(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
