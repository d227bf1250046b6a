import { type Command, Option } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { collect, parseCount } from '../tree/command-options.ts';

const AUDIT_FILE_OPERAND = 'audit file (default: DIP_AUDIT_FILE, else .dipswitch/audit.jsonl)';
/** Written out so that `--help` loads no library. A test holds them to it. */
export const EXPORT_FORMATS: readonly string[] = ['jsonl', 'cef', 'syslog'];

export function addAudit(program: Command, runs: Runs): void {
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
  runs(verify, async () => (await import('./audit/run-audit-verify.ts')).runAuditVerify);

  const tail = addCommand(audit, 'tail', 'Show the last records', ['dip audit tail', 'dip audit tail -n 50 -o json']);
  tail
    .argument('[file]', AUDIT_FILE_OPERAND)
    .addOption(new Option('-n, --lines <n>', 'how many').default(10).argParser(parseCount));
  runs(tail, async () => (await import('./audit/run-audit-tail.ts')).runAuditTail);

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
  runs(exporting, async () => (await import('./audit/run-audit-export.ts')).runAuditExport);
}
