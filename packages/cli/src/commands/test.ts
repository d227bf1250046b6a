import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { withFiles, withServer } from '../tree/command-options.ts';

export function addTest(program: Command, runs: Runs): void {
  const test = addCommand(
    program,
    'test',
    'Have the server open a real connection, nothing stored; exit 1 if it fails',
    [
      'dip test db-prod-analytics-01',
      'dip test db-prod-analytics-01 --env staging',
      'dip test db-prod-analytics-01 --stored',
    ],
  );
  test
    .argument('<id>', 'connector of the files; if they do not have it, of the server')
    .option('--stored', 'as the server has it, whatever the files say');
  withServer(withFiles(test));
  runs(test, async () => (await import('./test/run-test.ts')).runTest);
}
