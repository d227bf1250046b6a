import type { DipswitchClient } from '@dipswitch/client';
import type { Command } from 'commander';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { neutralizeControls } from '../../output/text.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { loadContextFile } from '../../session/context-file.ts';
import type { Environment } from '../../session/environment.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { type Candidate, toWantedWord, type WantedWord } from './complete-words.ts';

/** From the key to the answer, the start of this process included; beyond it Tab feels broken. */
const BUDGET_MS = 800;
const IDS_MAX = 500;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Answers a completion script; whatever goes wrong, it says less and exits 0. */
export function createComplete(program: Command) {
  return async (context: CommandContext, _flags: object, words: readonly string[]): Promise<ExitCode> => {
    const current = words.at(-1) ?? '';
    const wanted = toWantedWord(program, words);
    if (wanted.kind === 'files') context.terminal.rawResult(':files\n');
    const budgetMs = Math.max(1, budgetOf(context.env) - performance.now());
    const candidates = await candidatesOf(context, wanted, serverFlagsOf(words), current, budgetMs);
    const lines = candidates
      .filter(({ value }) => value.startsWith(current))
      .map(({ value, description }) => `${value}\t${neutralizeControls(description).replaceAll('\n', ' ')}\n`);
    context.terminal.rawResult(lines.join(''));
    return EXIT_CODES.done;
  };
}

/** Milliseconds since this process started; a server far away needs more than most. */
function budgetOf({ DIP_COMPLETION_TIMEOUT_MS: text = '' }: Environment): number {
  return /^\d{1,5}$/.test(text) ? Number(text) : BUDGET_MS;
}

async function candidatesOf(
  context: CommandContext,
  wanted: WantedWord,
  flags: SettingFlags,
  current: string,
  budgetMs: number,
): Promise<readonly Candidate[]> {
  if (wanted.kind === 'known') return wanted.candidates;
  if (wanted.kind === 'files') return [];
  const found: Candidate[] = [];
  const search =
    wanted.kind === 'contexts' ? findContexts(context, found) : findIds(context, wanted, flags, current, found);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, budgetMs);
  });
  // What was found until then is better than nothing; the process ends right after, and the search with it.
  await Promise.race([search.catch(() => undefined), timeout]);
  clearTimeout(timer);
  return [...found];
}

async function findContexts({ env }: CommandContext, found: Candidate[]): Promise<void> {
  for (const [value, { baseUrl }] of (await loadContextFile(env)).contexts) found.push({ value, description: baseUrl });
}

async function findIds(
  context: CommandContext,
  { kind, given }: WantedWord & { kind: 'connectors' | 'actions' },
  flags: SettingFlags,
  current: string,
  found: Candidate[],
): Promise<void> {
  const { withClient } = await import('../../session/server-session.ts');
  const quiet = { ...context, terminal: { ...context.terminal, note: () => undefined, alert: () => undefined } };
  await withClient(quiet, flags, async (client) => {
    for await (const candidate of kind === 'actions' ? dataActionsOf(client) : connectorsOf(client)) {
      const { value } = candidate;
      // An id of another shape would be read as more than one word, or worse, by the shell.
      if (!value.startsWith(current) || !ID.test(value) || given.includes(value)) continue;
      found.push(candidate);
      if (found.length >= IDS_MAX) return;
    }
  });
}

async function* connectorsOf(client: DipswitchClient): AsyncGenerator<Candidate> {
  for await (const { connectorId, connectorName } of client.connectors.list()) {
    yield { value: connectorId, description: connectorName };
  }
}

async function* dataActionsOf(client: DipswitchClient): AsyncGenerator<Candidate> {
  for await (const { actionId, name = '' } of client.dataActions.list()) yield { value: actionId, description: name };
}

const SERVER_OPTIONS: Readonly<Record<string, 'context' | 'baseUrl' | 'clientId' | 'clientSecretFile'>> = {
  '--context': 'context',
  '--base-url': 'baseUrl',
  '--client-id': 'clientId',
  '--client-secret-file': 'clientSecretFile',
};

/** The flags on the line that say which server is meant. */
function serverFlagsOf(words: readonly string[]): SettingFlags {
  const flags: { -readonly [Name in keyof SettingFlags]: SettingFlags[Name] } = {};
  for (const [index, word] of words.entries()) {
    const name = SERVER_OPTIONS[word];
    const value = words[index + 1];
    if (name !== undefined && value !== undefined) flags[name] = value;
    if (word === '--allow-plaintext-http') flags.allowPlaintextHttp = true;
  }
  return flags;
}
