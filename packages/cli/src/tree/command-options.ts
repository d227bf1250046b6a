import type { MaxDelete } from '@dipswitch/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { OUTPUT_FORMATS } from '../output/terminal.ts';

/** The four short names, written out so that `--help` loads no schema library. A test holds them to the catalogue. */
export const DATABASE_KINDS: readonly string[] = ['postgresql', 'oracle', 'sqlserver', 'mysql'];

/** Written out so that `--help` loads no library. A test holds them to it. */
export const VAULTS: readonly string[] = ['engine', 'vault', 'aws', 'azure', 'gcp'];

/** What the server has kinds of, as commands name them. */
export const KINDS: readonly string[] = ['connectors', 'actions'];
/** Of `--draft`. */
export const DRAFT = 'store new versions of data actions as drafts, publish none';

/** What every command accepts. */
export function addGlobalOptions(command: Command, { isHidden = false } = {}): Command {
  const options = [
    new Option('-o, --output <format>', 'form of the result, default table').choices(OUTPUT_FORMATS),
    new Option('-q, --quiet', 'only results and errors'),
    new Option('--no-color', 'no colours (NO_COLOR does the same)'),
    new Option('--debug', 'stack traces with errors'),
  ];
  command.optionsGroup('Output:');
  for (const option of options) command.addOption(option.hideHelp(isHidden));
  return command;
}

/** For commands that read project files. */
export function withFiles(command: Command): Command {
  return command
    .optionsGroup('Files:')
    .option(
      '-f, --file <path>',
      'file, folder or - for standard input; repeats (default: dipswitch.yaml, else the folder dipswitch)',
      collect,
    )
    .addOption(new Option('--env <name>', 'lay NAME.<env>.yaml over NAME.yaml').choices(OVERLAYS));
}

/** For commands that talk to a server. */
export function withServer(command: Command): Command {
  return command
    .optionsGroup('Server:')
    .option('--context <name>', 'a context of `dip context` (DIP_CONTEXT)')
    .option('--base-url <url>', 'address (CXONE_BASE_URL)')
    .option('--client-id <id>', 'OAuth client id (CXONE_CLIENT_ID)')
    .option('--client-secret-file <file>', 'file that holds the OAuth client secret (CXONE_CLIENT_SECRET)')
    .option('--allow-plaintext-http', 'allow http to other machines too; token and secret are then sent in clear text')
    .option('--audit-file <file>', 'audit file (DIP_AUDIT_FILE, else .dipswitch/audit.jsonl)');
}

/** For commands that ask a vault. */
export function withVault(command: Command): Command {
  return command
    .optionsGroup('Vault:')
    .addOption(new Option('--vault <name>', 'which vault (DIP_VAULT, else engine)').choices(VAULTS));
}

/** For an option that repeats. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

export function parseSeconds(text: string): number {
  return parseWithin(text, 86_400, 'whole seconds');
}

export function parseMilliseconds(text: string): number {
  return parseWithin(text, 90_000, 'whole milliseconds');
}

export function parseWorkers(text: string): number {
  return parseWithin(text, 64, 'a whole number');
}

/** A number of deletions, or a share such as `25%`. */
export function parseMaxDelete(text: string): MaxDelete {
  const [, digits = '', percent] = /^(\d{1,9})(%)?$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === '' || (percent === '%' && value > 100)) {
    throw new InvalidArgumentError('It must be a whole number, or a share from 0% to 100%.');
  }
  return percent === '%' ? { share: value / 100 } : { count: value };
}

export function parseCount(text: string): number {
  return parseWithin(text, 1_000_000, 'a whole number');
}

const OVERLAYS: readonly string[] = ['dev', 'test', 'staging', 'prod'];

function parseWithin(text: string, maximum: number, noun: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > maximum) throw new InvalidArgumentError(`It must be ${noun} from 1 to ${maximum}.`);
  return value;
}
