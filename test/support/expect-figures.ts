import { expect, type TestContext } from 'vitest';
import { describeFigure, type Figure, isWithinBounds } from './figure.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Carried by the JSON report to `scripts/faults.ts`. */
    figures?: readonly Figure[];
  }
}

/** Records the figures for the reference, then holds all of them to their bounds at once. */
export function expectFigures(task: TestContext['task'], figures: readonly Figure[]): void {
  task.meta.figures = [...(task.meta.figures ?? []), ...figures];
  expect(figures.filter((figure) => !isWithinBounds(figure)).map(describeFigure)).toEqual([]);
}

/** `npm run faults` holds every row to its own bound; `npm test` to what also holds on a busy machine. */
export function isFullLength(environment: NodeJS.ProcessEnv): boolean {
  return environment.DIP_FAULT_ITERATIONS !== undefined;
}
