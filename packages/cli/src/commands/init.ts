import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';

export function addInit(program: Command, runs: Runs): void {
  const init = addCommand(program, 'init', 'Write a commented dipswitch.yaml and .env.example to start from', [
    'dip init',
    'dip init --force',
  ]);
  init.option('--force', 'replace files that are already there');
  runs(init, async () => (await import('./init/run-init.ts')).runInit);
}
