import { Argument, type Command, Option } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { DATABASE_KINDS, KINDS, withServer } from '../tree/command-options.ts';

export function addGet(program: Command, runs: Runs): void {
  const get = addCommand(program, 'get', 'List what the server has, or show one', [
    'dip get',
    'dip get connectors --type postgresql -o json',
    'dip get connectors db-prod-analytics-01 -o yaml',
    'dip get actions',
    'dip get actions customer-by-ani',
  ]);
  get
    .addArgument(new Argument('[kind]', 'what to get').choices(KINDS).default('connectors'))
    .argument('[id]', 'just this one')
    .addOption(new Option('--type <type>', 'only connectors of this database kind').choices(DATABASE_KINDS));
  withServer(get);
  runs(get, async () => (await import('./get/run-get.ts')).runGet);
}
