import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { collect, withFiles, withServer, withVault } from '../tree/command-options.ts';

export function addSecrets(program: Command, runs: Runs): void {
  const secrets = addCommand(program, 'secrets', 'Put secrets into a vault, and check that references lead to one', [
    'dip secrets set VAULT_DB_PASSWORD',
    'dip secrets check',
    'dip secrets adopt dipswitch.yaml',
  ]);
  const set = addCommand(secrets, 'set', 'Store a value, typed unseen or piped in; prints its reference', [
    'dip secrets set VAULT_DB_PASSWORD',
    'dip secrets set VAULT_DB_PASSWORD < password.txt',
    "dip secrets set 'vault://secret/crm/db#password'",
    'dip secrets set crm-db-password --vault azure',
  ]);
  // Whatever else is given is refused by the command itself: the parser's own words would repeat it.
  set.argument('<name>', 'name in the vault, or a whole reference').allowExcessArguments().allowUnknownOption();
  runs(withServer(withVault(set)), async () => (await import('./secrets/run-secrets-set.ts')).runSecretsSet);

  const list = addCommand(secrets, 'list', 'List the references of a vault, never their values', [
    'dip secrets list',
    'dip secrets list --vault vault -o json',
  ]);
  runs(withServer(withVault(list)), async () => (await import('./secrets/run-secrets-list.ts')).runSecretsList);

  const check = addCommand(secrets, 'check', 'Resolve every reference of the files; exit 2 if one leads to no value', [
    'dip secrets check',
    'dip secrets check -f connectors/ --env prod',
    'dip secrets check --vault vault -o json',
  ]);
  withServer(withVault(withFiles(check)));
  runs(check, async () => (await import('./secrets/run-secrets-check.ts')).runSecretsCheck);

  const adopt = addCommand(
    secrets,
    'adopt',
    'Move the plaintext credentials of a file into a vault and write their references in their places',
    [
      'dip secrets adopt dipswitch.yaml',
      'dip secrets adopt dipswitch.yaml --vault vault',
      'dip secrets adopt dipswitch.yaml --literal crm-db.password',
    ],
  );
  adopt
    .argument('<file>', 'a project file; only the values are changed, comments and layout stay')
    .option('--literal <connector.member>', 'a credential that reads as a label but is a value; repeats', collect)
    .option('--replace', 'replace a value that the vault keeps under the name already');
  runs(withServer(withVault(adopt)), async () => (await import('./secrets/run-secrets-adopt.ts')).runSecretsAdopt);
}
