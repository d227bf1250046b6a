import type { SourceFinding } from '@dipswitch/client';
import { renderExcerpt } from './excerpt.ts';
import type { Style } from './style.ts';
import { neutralizeControls, toFieldName, wrapText } from './text.ts';

/** A finding as `-o json` shows it. */
export interface FindingRecord {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

export function toFindingRecord({ source, severity, code, path, message }: SourceFinding): FindingRecord {
  return {
    file: source.file,
    line: source.line,
    column: source.column,
    severity,
    code,
    path,
    message,
  };
}

export interface FindingsViewOptions {
  readonly style: Style;
  readonly columns: number;
  readonly textOf: (file: string) => Promise<string | null>;
}

/** Findings in the form compilers use (`file:line:column`), each with the line it is about and a caret. */
export async function renderFindings(
  findings: readonly SourceFinding[],
  options: FindingsViewOptions,
): Promise<string> {
  const { style, columns } = options;
  const linesOf = new Map<string, readonly string[]>();
  const blocks: string[] = [];
  for (const finding of findings) {
    const { file, line, column } = finding.source;
    if (!linesOf.has(file)) linesOf.set(file, (await options.textOf(file))?.split(/\r?\n/) ?? []);
    const severity = finding.severity === 'error' ? style.bad('error') : style.caution('warning');
    const place = style.bold(`${file === '-' ? '<stdin>' : file}:${line}:${column}`);
    const where = finding.path === '' ? '' : `${toFieldName(finding.path)}: `;
    const excerpt = renderExcerpt(linesOf.get(file) ?? [], { line, column }, style);
    const lines = [
      `${place} ${severity} ${finding.code}`,
      `  ${wrapText(`${where}${neutralizeControls(finding.message)}`, columns - 2, '  ')}`,
      ...(excerpt === null ? [] : excerpt.split('\n').map((shown) => `  ${shown}`)),
    ];
    blocks.push(lines.join('\n'));
  }
  return blocks.join('\n\n');
}
