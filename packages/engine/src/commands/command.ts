import type { ConfigOption } from '../settings/config-options.ts';
import { STATE_OPTIONS } from '../settings/config-options.ts';
import type { Environment } from '../settings/read-options.ts';

/** What a command may touch of the process; given by main. */
export interface CommandContext {
  readonly environment: Environment;
  /** Writes results; everything else goes to `explain`. */
  readonly print: (text: string) => void;
  readonly explain: (text: string) => void;
  readonly readStandardInput: () => Promise<string>;
}

export interface Command {
  /** Words that select it, e.g. `client create`. */
  readonly name: string;
  /** Positional arguments as help writes them, e.g. `ID`. */
  readonly argumentsText: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, ConfigOption>>;
  readonly examples: readonly string[];
  /** @throws UsageError for a command line that is not valid */
  run(argv: readonly string[], context: CommandContext): Promise<void>;
}

const commandOption = (flag: string, placeholder: string | null, description: string): ConfigOption => ({
  flag,
  environment: '',
  placeholder,
  repeatable: false,
  defaultText: '',
  description,
});

const TENANT_OPTION = commandOption('tenant', 'TENANT', 'The tenant; default when left out.');
const ANY_TENANT_OPTION = commandOption('tenant', 'TENANT', 'Only of this tenant.');
export const JSON_OPTION = commandOption('json', null, 'Prints JSON.');
export const SCOPE_OPTION = commandOption('scope', '"SCOPE ..."', 'Scopes, separated by spaces.');
export const DESCRIPTION_OPTION = commandOption('description', 'TEXT', 'What it is for.');

/** Options of a command that manages a tenant's things. */
export const MANAGE_OPTIONS = { ...STATE_OPTIONS, tenant: TENANT_OPTION, json: JSON_OPTION } as const;
export const LIST_OPTIONS = { ...STATE_OPTIONS, tenant: ANY_TENANT_OPTION, json: JSON_OPTION } as const;

export const DEFAULT_TENANT = 'default';
/** `actor` of what the operator does at the command line. */
export const OPERATOR = 'operator';
