import path from 'node:path';
import type { DipswitchClient, DipswitchClientOptions } from '@dipswitch/client';
import type { CommandContext } from './command-context.ts';
import { loadEnvironment, resolveServerSettings, type ServerSettings, type SettingFlags } from './settings.ts';

/** Beside the audit file. */
const JOURNAL_FILE = 'apply-journal.jsonl';

/** Options of the client library that these settings mean. */
function toClientOptions(settings: ServerSettings): DipswitchClientOptions {
  return {
    baseUrl: settings.baseUrl,
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    allowPlaintextHttp: settings.allowPlaintextHttp,
    userAgent: 'dip',
    auditFile: settings.auditFile,
    journalFile: path.join(path.dirname(settings.auditFile), JOURNAL_FILE),
    ...(settings.vaultWebhookUrl === undefined ? {} : { vaultWebhookUrl: settings.vaultWebhookUrl }),
    ...(settings.vaultWebhookSecret === undefined ? {} : { vaultWebhookSecret: settings.vaultWebhookSecret }),
  };
}

/** Opens a client for the settings of this command, lends it, and closes it whatever happens. */
export async function withClient<Result>(
  context: CommandContext,
  flags: SettingFlags,
  use: (client: DipswitchClient, settings: ServerSettings) => Promise<Result>,
): Promise<Result> {
  const env = await loadEnvironment(context.env, context.cwd);
  const settings = await resolveServerSettings(flags, env, context.cwd);
  const client = await context.createClient(toClientOptions(settings));
  try {
    return await use(client, settings);
  } finally {
    await client.close();
  }
}
