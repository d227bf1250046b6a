import { type Command, Option } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { DRAFT, parseMaxDelete, parseSeconds, parseWorkers, withFiles, withServer } from '../tree/command-options.ts';

export function addApply(program: Command, runs: Runs): void {
  const apply = addCommand(program, 'apply', 'Carry out the plan, after asking; exit 1 if anything failed', [
    'dip apply',
    'dip apply -f connectors/ --yes --wait-healthy 60',
    'dip apply --prune --concurrency 4 --report report.json',
    'dip apply release.plan --yes',
    'dip apply --only-failed',
    'dip apply --draft',
  ]);
  apply
    .argument('[planfile]', 'what `dip plan --out` wrote, in place of files; refused where the server has moved since')
    .option('-y, --yes', 'do not ask; needed where nobody can be asked')
    .option('--prune', "also delete what carries this project's label and is in no file")
    .option('--draft', DRAFT)
    .addOption(
      new Option(
        '--max-delete <n>',
        'refuse to prune more than n, or n%; default 10% of the project or 5, which --yes lifts',
      ).argParser(parseMaxDelete),
    )
    .option('--only-failed', 'just what failed or was in flight when the last run ended')
    .option('--wait-healthy <seconds>', 'then wait until the connectors of the files are healthy', parseSeconds)
    .addOption(new Option('--concurrency <n>', 'changes in flight at once').default(8).argParser(parseWorkers))
    .option('--keep-going', 'go on when more than a tenth of the requests had to be repeated after failures')
    .option('--report <file>', 'write the outcome as JSON, even if interrupted');
  withServer(withFiles(apply)).option('--vault-webhook-url <url>', 'notified of each change (VAULT_WEBHOOK_URL)');
  runs(apply, async () => (await import('./apply/run-apply.ts')).runApply);
}
