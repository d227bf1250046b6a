import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { withServer } from '../tree/command-options.ts';

export function addPull(program: Command, runs: Runs): void {
  const pull = addCommand(
    program,
    'pull',
    'Write what the server has into the project files, comments and order kept',
    [
      'dip pull',
      'dip pull db-prod-analytics-01',
      'dip pull actions',
      'dip pull actions customer-by-ani -f actions.yaml',
    ],
  );
  pull
    .argument(
      '[what...]',
      "connectors or actions, then ids; default: all of the files' project, or of the server if they name none",
    )
    .option('-f, --file <path>', 'file or folder to write to (default: dipswitch.yaml, else the folder dipswitch)');
  withServer(pull);
  runs(pull, async () => (await import('./pull/run-pull.ts')).runPull);
}
