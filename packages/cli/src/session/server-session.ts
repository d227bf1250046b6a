import path from 'node:path';
import type { DipswitchClient, DipswitchClientOptions } from '@dipswitch/client';
import { createUsageError } from '../cli-error.ts';
import { stopSignal } from '../process/interrupts.ts';
import type { CommandContext } from './command-context.ts';
import { layContext } from './context-settings.ts';
import { loadEnvironment } from './environment.ts';
import { resolveServerSettings, type ServerSettings, type SettingFlags } from './settings.ts';

/** Next to the audit file. */
const JOURNAL_FILE = 'apply-journal.jsonl';

/** Options of the client library that these settings mean. */
function toClientOptions(settings: ServerSettings, flags: SettingFlags): DipswitchClientOptions {
  return {
    ...settings.credentials,
    baseUrl: settings.baseUrl,
    allowPlaintextHttp: settings.allowPlaintextHttp,
    userAgent: 'dip',
    keepGoing: flags.keepGoing === true,
    auditFile: settings.auditFile,
    journalFile: path.join(path.dirname(settings.auditFile), JOURNAL_FILE),
    ...(settings.vaultWebhookUrl === undefined ? {} : { vaultWebhookUrl: settings.vaultWebhookUrl }),
    ...(settings.vaultWebhookSecret === undefined ? {} : { vaultWebhookSecret: settings.vaultWebhookSecret }),
  };
}

/** Flags, then the environment, then `.env`, then the context. @throws CliError (64) */
async function loadServerSettings(context: CommandContext, flags: SettingFlags): Promise<ServerSettings> {
  const env = await loadEnvironment(context.env, context.cwd);
  const laid = await layContext(env, flags, stopSignal(context.interrupts));
  if (laid.isOverridden) {
    const { alert, noteStyle } = context.terminal;
    alert(`${noteStyle.caution('note:')} CXONE_BASE_URL of the environment wins over the context ${laid.name}.`);
  }
  const settings = await resolveServerSettings(flags, laid.env, context.cwd);
  if (settings.credentials.auth === 'cxone-access-key') {
    const { alert, noteStyle } = context.terminal;
    alert(`${noteStyle.caution('note:')} cxone-access-key is experimental, and untested against a live tenant.`);
  }
  return settings;
}

/** Opens a client for the settings of this command, lends it, and closes it whatever happens. */
export async function withClient<Result>(
  context: CommandContext,
  flags: SettingFlags,
  use: (client: DipswitchClient, settings: ServerSettings) => Promise<Result>,
): Promise<Result> {
  const settings = await loadServerSettings(context, flags);
  const client = await openClient(context, settings, flags);
  try {
    return await use(client, settings);
  } finally {
    await client.close();
  }
}

/** What the library refuses of the settings is a matter of the settings: it names its option, and never a value. */
async function openClient(
  context: CommandContext,
  settings: ServerSettings,
  flags: SettingFlags,
): Promise<DipswitchClient> {
  try {
    return await context.createClient(toClientOptions(settings, flags));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof Error) || !code.startsWith('ERR_INVALID_ARG')) throw error;
    throw createUsageError(`A setting is wrong: ${error.message}.`, 'Look at DIP_AUTH and what belongs to it.');
  }
}
