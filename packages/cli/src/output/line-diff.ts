/** One line of two texts laid side by side. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Longer texts are shown as wholes: comparing takes the product of their lines. */
const LINES_MAX = 400;

/** The lines of both texts in order, those that they share once: the longest common subsequence. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  if (old.length > LINES_MAX || now.length > LINES_MAX) return [...signed(old, '-'), ...signed(now, '+')];
  const common = lengthsOfCommon(old, now);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    const [left = '', right = ''] = [old[i], now[j]];
    if (left === right) {
      lines.push({ sign: ' ', text: left });
      [i, j] = [i + 1, j + 1];
    } else if ((common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0)) {
      lines.push({ sign: '-', text: left });
      i += 1;
    } else {
      lines.push({ sign: '+', text: right });
      j += 1;
    }
  }
  return [...lines, ...signed(old.slice(i), '-'), ...signed(now.slice(j), '+')];
}

/** `[i][j]`: how many lines the rests of both from there on share at most. */
function lengthsOfCommon(old: readonly string[], now: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const [row, below] = [lengths[i], lengths[i + 1]];
    if (row === undefined || below === undefined) continue;
    for (let j = now.length - 1; j >= 0; j -= 1) {
      row[j] = old[i] === now[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function signed(lines: readonly string[], sign: DiffLine['sign']): readonly DiffLine[] {
  return lines.map((text) => ({ sign, text }));
}
