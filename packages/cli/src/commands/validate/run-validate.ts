import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { countSeverities, type FileFlags, loadProjectFiles, type ProjectFiles } from '../../files/project-files.ts';
import { type FindingRecord, renderFindings, toFindingRecord } from '../../output/findings-view.ts';
import { printStructured } from '../../output/structured.ts';
import { countOf } from '../../output/text.ts';
import type { CommandContext } from '../../session/command-context.ts';

export interface ValidateFlags extends FileFlags {
  readonly strict?: boolean;
}

export interface ValidateResult {
  /** Whether `apply` would take the files; warnings do not count. */
  readonly valid: boolean;
  readonly files: readonly string[];
  /** Connectors without an error. */
  readonly connectors: number;
  /** Data actions without an error. */
  readonly dataActions: number;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly FindingRecord[];
}

export function toValidateResult({ desired }: ProjectFiles): ValidateResult {
  const { errors, warnings } = countSeverities(desired.findings);
  return {
    valid: errors === 0,
    files: desired.files,
    connectors: desired.connectors.length,
    dataActions: desired.dataActions.length,
    errors,
    warnings,
    findings: desired.findings.map(toFindingRecord),
  };
}

export async function runValidate(context: CommandContext, flags: ValidateFlags): Promise<ExitCode> {
  const { terminal } = context;
  const project = await loadProjectFiles(context, flags);
  const result = toValidateResult(project);
  if (!(await printStructured(terminal, result))) {
    if (result.findings.length > 0) {
      const { style, columns } = terminal;
      terminal.result(await renderFindings(project.desired.findings, { style, columns, textOf: project.textOf }));
    }
    const actions = result.dataActions > 0 ? `, ${countOf(result.dataActions, 'data action')}` : '';
    const counts = `${countOf(result.connectors, 'connector')}${actions} in ${countOf(result.files.length, 'file')}`;
    const { good, caution, bad } = terminal.noteStyle;
    const gap = result.findings.length > 0 ? '\n' : '';
    if (result.errors > 0) {
      const warned = result.warnings > 0 ? `, ${countOf(result.warnings, 'warning')}` : '';
      terminal.note(`${gap}${bad(countOf(result.errors, 'error'))}${warned}`);
    } else if (result.warnings > 0) {
      terminal.note(`${gap}${good('valid')}: ${counts}, ${caution(countOf(result.warnings, 'warning'))}`);
    } else {
      terminal.note(`${good('valid')}: ${counts}`);
    }
  }
  const isRefused = result.errors > 0 || (flags.strict === true && result.warnings > 0);
  return isRefused ? EXIT_CODES.findings : EXIT_CODES.done;
}
