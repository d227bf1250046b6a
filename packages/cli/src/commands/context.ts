import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';

export function addContext(program: Command, runs: Runs): void {
  const context = addCommand(program, 'context', 'Name servers, and choose between them', [
    'dip context add prod --base-url https://dips.example.com --client-id dipc_1',
    'dip context use prod',
    'dip plan --context staging',
  ]);
  const add = addCommand(context, 'add', 'Add a server; the first one becomes the current one', [
    'dip context add prod --base-url https://dips.example.com --client-id dipc_1',
    'dip context add prod --base-url https://dips.example.com --client-id dipc_1 --secret-stdin --force',
  ]);
  add
    .argument('<name>', 'name of the context')
    .requiredOption('--base-url <url>', 'address')
    .requiredOption('--client-id <id>', 'OAuth client id')
    .option('--secret-stdin', "put the client secret from standard input into the system's keyring")
    .option('--vault-webhook-url <url>', 'notified of each change')
    .option('--allow-plaintext-http', 'allow http to other machines too; token and secret are then sent in clear text')
    .option('--force', 'replace one of that name');
  runs(add, async () => (await import('./context/run-context.ts')).runContextAdd);

  const use = addCommand(context, 'use', 'Make a context the current one', ['dip context use prod']);
  use.argument('<name>', 'which');
  runs(use, async () => (await import('./context/run-context.ts')).runContextUse);

  const list = addCommand(context, 'list', 'List the contexts', ['dip context list', 'dip context list -o json']);
  runs(list, async () => (await import('./context/run-context.ts')).runContextList);

  const remove = addCommand(context, 'remove', 'Remove a context, and its secret from the keyring', [
    'dip context remove staging',
  ]);
  remove.argument('<name>', 'which');
  runs(remove, async () => (await import('./context/run-context.ts')).runContextRemove);
}
