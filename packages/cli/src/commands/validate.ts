import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { withFiles } from '../tree/command-options.ts';

export function addValidate(program: Command, runs: Runs): void {
  const validate = addCommand(
    program,
    'validate',
    'Check files offline: no network, no credentials; exit 2 on errors',
    [
      'dip validate',
      'dip validate -f connectors/ --strict',
      'dip validate -f base.yaml -f team.yaml -o json',
      'cat dipswitch.yaml | dip validate -f -',
    ],
  );
  validate.option('--strict', 'warnings exit 2 as errors do');
  withFiles(validate);
  runs(validate, async () => (await import('./validate/run-validate.ts')).runValidate);
}
