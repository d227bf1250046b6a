import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { DRAFT, withFiles, withServer, withVault } from '../tree/command-options.ts';

export function addPlan(program: Command, runs: Runs): void {
  const plan = addCommand(program, 'plan', 'Show what apply would change; exit 2 if there is anything', [
    'dip plan',
    'dip plan -f connectors/ --env prod',
    'dip plan --prune -o json',
    'dip plan --out release.plan',
  ]);
  plan
    .option('--prune', "also delete what carries this project's label and is in no file")
    .option('--draft', DRAFT)
    .option('--out <file>', 'write the plan to a file that apply takes')
    .option('--check-secrets', 'also resolve every reference; exit 1 if one leads to no value');
  withServer(withVault(withFiles(plan)));
  runs(plan, async () => (await import('./plan/run-plan.ts')).runPlan);
}
