import { type Command, Option } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { parseSeconds, withServer } from '../tree/command-options.ts';

export function addHealth(program: Command, runs: Runs): void {
  const health = addCommand(program, 'health', 'Show health; exit 1 if a connector is unhealthy', [
    'dip health',
    'dip health db-prod-analytics-01',
    'dip health --watch',
  ]);
  health
    .argument('[id]', 'one connector, with its recent checks')
    .option('-w, --watch', 'go on until Ctrl-C, which then is a normal end (exit 0)')
    .addOption(new Option('--interval <seconds>', 'between two looks of --watch').default(2).argParser(parseSeconds));
  withServer(health);
  runs(health, async () => (await import('./health/run-health.ts')).runHealth);
}
