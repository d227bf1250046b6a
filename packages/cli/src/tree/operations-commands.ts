import { Argument, type Command, Option } from 'commander';
import { addCommand, type Runs } from './add-command.ts';
import { parseCount, withServer } from './command-options.ts';

const AUDIT_FILE_OPERAND = 'audit file (default: DIP_AUDIT_FILE, else .dipswitch/audit.jsonl)';
/** Written out so that `--help` loads no library. A test holds them to it. */
export const EXPORT_FORMATS: readonly string[] = ['jsonl', 'cef', 'syslog'];

export function addAuditCommands(program: Command, runs: Runs): void {
  const audit = addCommand(program, 'audit', 'Read, verify and export the audit file of this folder', [
    'dip audit verify',
    'dip audit tail -n 20',
    'dip audit export --format cef --since 24h',
  ]);
  const verify = addCommand(audit, 'verify', 'Verify the hash chain; exit 1 and name the first bad record', [
    'dip audit verify',
    'dip audit verify /var/lib/dipswitch/audit/audit.jsonl -o json',
    'dip audit verify --head 1842:5f70bf18a0860070',
    'dip audit verify .dipswitch/audit.0003.jsonl',
  ]);
  verify
    .argument('[file]', `${AUDIT_FILE_OPERAND}, with the files rotated away from it`)
    .option('--head <sequence:hash>', 'a record known from elsewhere that the chain must hold; at least 16 digits')
    .option('--start <sequence:hash>', 'the record before the first one, where older files are archived')
    .option('--single', 'this file alone, without the rotated ones');
  runs(verify, async () => (await import('../commands/audit/run-audit-verify.ts')).runAuditVerify);

  const tail = addCommand(audit, 'tail', 'Show the last records', ['dip audit tail', 'dip audit tail -n 50 -o json']);
  tail
    .argument('[file]', AUDIT_FILE_OPERAND)
    .addOption(new Option('-n, --lines <n>', 'how many').default(10).argParser(parseCount));
  runs(tail, async () => (await import('../commands/audit/run-audit-tail.ts')).runAuditTail);

  const exporting = addCommand(audit, 'export', 'Write records for a SIEM; exit 1 if a line is no record', [
    'dip audit export --format cef --since 24h',
    'dip audit export --format syslog --since 2026-11-01 --until 2026-12-01 --out november.log',
    'dip audit export --connector db-prod-analytics-01 --event-type CONNECTOR_DELETED',
  ]);
  exporting
    .argument('[file]', AUDIT_FILE_OPERAND)
    .addOption(new Option('--format <format>', 'of the lines').choices(EXPORT_FORMATS).default('jsonl'))
    .option('--since <time>', 'from this time on: 2026-11-23, 2026-11-23T10:00:00Z, or an age such as 24h or 7d')
    .option('--until <time>', 'before this time, likewise')
    .option('--event-type <type>', 'only this kind of event; repeats', collect)
    .option('--connector <id>', 'only this connector; repeats', collect)
    .option('--out <file>', 'write to a file, whole or not at all (default: stdout)');
  runs(exporting, async () => (await import('../commands/audit/run-audit-export.ts')).runAuditExport);
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

export function addContextCommands(program: Command, runs: Runs): void {
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
    .option('--vault-webhook-url <url>', 'who is told of each change')
    .option('--allow-plaintext-http', 'take http to other machines too; token and secret are then sent in clear text')
    .option('--force', 'replace one of that name');
  runs(add, async () => (await import('../commands/context/run-context.ts')).runContextAdd);

  const use = addCommand(context, 'use', 'Make a context the current one', ['dip context use prod']);
  use.argument('<name>', 'which');
  runs(use, async () => (await import('../commands/context/run-context.ts')).runContextUse);

  const list = addCommand(context, 'list', 'List the contexts', ['dip context list', 'dip context list -o json']);
  runs(list, async () => (await import('../commands/context/run-context.ts')).runContextList);

  const remove = addCommand(context, 'remove', 'Remove a context, and its secret from the keyring', [
    'dip context remove staging',
  ]);
  remove.argument('<name>', 'which');
  runs(remove, async () => (await import('../commands/context/run-context.ts')).runContextRemove);
}

export function addDoctorCommand(program: Command, runs: Runs): void {
  const doctor = addCommand(
    program,
    'doctor',
    'Check settings, server, token, scopes, vault and audit file; exit 2 on a problem',
    ['dip doctor', 'dip doctor --context prod', 'dip doctor -o json'],
  );
  withServer(doctor);
  runs(doctor, async () =>
    (await import('../commands/doctor/run-doctor.ts')).createDoctor(program.version() ?? 'unknown'),
  );
}

export function addCompletionCommands(program: Command, runs: Runs): void {
  const completion = addCommand(program, 'completion', 'Write a completion script; it says where it goes', [
    'dip completion bash',
    'dip completion fish',
  ]);
  completion.addArgument(new Argument('<shell>', 'which').choices(['bash', 'zsh', 'fish']));
  runs(completion, async () => (await import('../commands/completion/run-completion.ts')).runCompletion);

  // What those scripts call; hidden, and after -- every word is an operand.
  const complete = program.command('__complete', { hidden: true }).argument('[words...]');
  runs(complete, async () => (await import('../commands/completion/run-complete.ts')).createComplete(program));
}
