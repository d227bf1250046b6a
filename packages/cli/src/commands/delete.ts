import { Argument, type Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { KINDS, withServer } from '../tree/command-options.ts';

export function addDelete(program: Command, runs: Runs): void {
  const remove = addCommand(program, 'delete', 'Delete from the server, after asking', [
    'dip delete connectors db-prod-analytics-01',
    'dip delete connectors old-01 old-02 --yes',
    'dip delete actions customer-by-ani --force',
  ]);
  remove
    .addArgument(new Argument('<kind>', 'what to delete').choices(KINDS))
    .argument('<id...>', 'which')
    .option('--force', 'also delete data actions that are published, which callers may use')
    .option('-y, --yes', 'do not ask; needed where nobody can be asked');
  withServer(remove).option('--vault-webhook-url <url>', 'notified of each change (VAULT_WEBHOOK_URL)');
  runs(remove, async () => (await import('./apply/run-delete.ts')).runDelete);
}
