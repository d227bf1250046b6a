import { expect, it } from 'vitest';
import { describeFigure, isWithinBounds } from '../support/figure.ts';

it('a figure is told with its bounds, in as many digits as one compares', () => {
  expect(describeFigure({ what: 'p99 of a refusal', measured: 143.26, unit: 'ms', atMost: 20 })).toBe(
    'p99 of a refusal 143 ms (at most 20 ms)',
  );
  expect(describeFigure({ what: 'good answers', measured: 81.239, unit: '%', atLeast: 80 })).toBe(
    'good answers 81.2% (at least 80%)',
  );
  expect(describeFigure({ what: 'kills', measured: 12, unit: '' })).toBe('kills 12');
});

it('a figure is within its bounds up to the bound itself, and a figure that is none is outside', () => {
  expect(isWithinBounds({ what: 'x', measured: 20, unit: '', atMost: 20 })).toBe(true);
  expect(isWithinBounds({ what: 'x', measured: 20.1, unit: '', atMost: 20 })).toBe(false);
  expect(isWithinBounds({ what: 'x', measured: 79, unit: '', atLeast: 80 })).toBe(false);
  expect(isWithinBounds({ what: 'x', measured: Number.NaN, unit: '', atMost: 20 })).toBe(false);
  expect(isWithinBounds({ what: 'x', measured: Number.NaN, unit: '' })).toBe(true);
});
