import { CliError } from '../cli-error.ts';
import { renderFindings } from '../output/findings-view.ts';
import { countOf } from '../output/text.ts';
import type { CommandContext } from '../session/command-context.ts';
import { countSeverities, type FileFlags, loadProjectFiles, type ProjectFiles } from './project-files.ts';

/** Reads the files; errors in them go to stderr and end the command before anything is sent. */
export async function loadSoundProject(context: CommandContext, flags: FileFlags): Promise<ProjectFiles> {
  const project = await loadProjectFiles(context, flags);
  const { findings } = project.desired;
  const { errors, warnings } = countSeverities(findings);
  const { noteStyle: style, noteColumns: columns } = context.terminal;
  if (errors === 0) {
    if (warnings > 0) {
      context.terminal.note(
        style.caution(`${countOf(warnings, 'warning')} in the files; \`dip validate\` shows them.\n`),
      );
    }
    return project;
  }
  const shown = await renderFindings(findings, { style, columns, textOf: project.textOf });
  context.terminal.alert(`${shown}\n`);
  throw new CliError(`The files have ${countOf(errors, 'error')}; nothing was sent.`, {
    hint: 'Correct them; `dip validate` checks without a server.',
  });
}
