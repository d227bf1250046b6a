import { Secret } from '@dipswitch/contract';
import { CliError, createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import { neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import {
  assertContextName,
  contextFilePath,
  findContext,
  loadContextFile,
  type SecretPlace,
  type ServerContext,
  saveContextFile,
} from '../../session/context-file.ts';
import { currentName, keyringAccountOf } from '../../session/context-settings.ts';
import { loadEnvironment } from '../../session/environment.ts';
import { createKeyring } from '../../session/keyring.ts';
import { assertHttpUrl, secretVariableOf } from '../../session/settings.ts';

export interface ContextAddFlags {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly secretStdin?: boolean;
  readonly vaultWebhookUrl?: string;
  readonly allowPlaintextHttp?: boolean;
  readonly force?: boolean;
}

export async function runContextAdd(
  context: CommandContext,
  flags: ContextAddFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { env, terminal } = context;
  const name = assertContextName(operands[0] ?? '');
  const file = await loadContextFile(env);
  if (file.contexts.has(name) && flags.force !== true) {
    throw createUsageError(`There is a context ${name} already.`, 'Use another name, or --force to replace it.');
  }
  const server: ServerContext = {
    baseUrl: assertHttpUrl(flags.baseUrl, '--base-url', flags.allowPlaintextHttp === true),
    clientId: assertClientId(flags.clientId),
    clientSecret: flags.secretStdin === true ? 'keyring' : 'environment',
    ...(flags.vaultWebhookUrl === undefined
      ? {}
      : { vaultWebhookUrl: assertHttpUrl(flags.vaultWebhookUrl, '--vault-webhook-url', true) }),
    ...(flags.allowPlaintextHttp === true ? { allowPlaintextHttp: true } : {}),
  };
  // First the secret: a context that promises one it does not have is worse than none.
  if (server.clientSecret === 'keyring') await storeSecret(context, name, server.baseUrl);
  const current = file.current ?? name;
  await saveContextFile(env, { current, contexts: new Map([...file.contexts, [name, server]]) });
  await reportSaved(context, name, current);
  if (server.clientSecret === 'environment') {
    terminal.note(
      `Its client secret is taken from CXONE_CLIENT_SECRET, or for this context alone from ${secretVariableOf(name)}.`,
    );
  }
  return EXIT_CODES.done;
}

export async function runContextUse(
  context: CommandContext,
  _flags: object,
  operands: readonly string[],
): Promise<ExitCode> {
  const name = operands[0] ?? '';
  const file = await loadContextFile(context.env);
  findContext(file, name);
  await saveContextFile(context.env, { ...file, current: name });
  await reportSaved(context, name, name);
  const named = currentName({ ...file, current: null }, await loadEnvironment(context.env, context.cwd));
  if (named !== null && named !== name) context.terminal.note(`DIP_CONTEXT names ${named}, which wins.`);
  return EXIT_CODES.done;
}

export async function runContextRemove(
  context: CommandContext,
  _flags: object,
  operands: readonly string[],
): Promise<ExitCode> {
  const { env } = context;
  const name = operands[0] ?? '';
  const file = await loadContextFile(env);
  const removed = findContext(file, name);
  const contexts = new Map(file.contexts);
  contexts.delete(name);
  const current = file.current === name ? null : file.current;
  await saveContextFile(env, { current, contexts });
  if (removed.clientSecret === 'keyring') {
    await createKeyring(env)?.delete(keyringAccountOf(name, removed.baseUrl), stopSignal(context.interrupts));
  }
  if (!(await printStructured(context.terminal, { removed: name, current }))) {
    context.terminal.result(`removed context ${name}`);
  }
  if (file.current === name && contexts.size > 0)
    context.terminal.note('No context is current now; see dip context use.');
  return EXIT_CODES.done;
}

interface ContextRow {
  readonly name: string;
  readonly current: boolean;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: SecretPlace;
  /** Where `environment` is looked for first. */
  readonly secretVariable: string;
}

export async function runContextList(context: CommandContext): Promise<ExitCode> {
  const { env, terminal } = context;
  const file = await loadContextFile(env);
  const current = currentName(file, await loadEnvironment(env, context.cwd));
  const items = [...file.contexts]
    .map(([name, { baseUrl, clientId, clientSecret }]): ContextRow => {
      return {
        name,
        current: name === current,
        baseUrl,
        clientId,
        clientSecret,
        secretVariable: secretVariableOf(name),
      };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (await printStructured(terminal, { file: contextFilePath(env), items })) return EXIT_CODES.done;
  if (items.length === 0) terminal.note('There are no contexts; `dip context add` makes one.');
  else terminal.result(renderTable(terminal, COLUMNS, items));
  return EXIT_CODES.done;
}

const COLUMNS = [
  { title: '', cell: (row: ContextRow) => (row.current ? '*' : '') },
  { title: 'NAME', cell: (row: ContextRow) => row.name },
  { title: 'ADDRESS', cell: (row: ContextRow) => neutralizeControls(row.baseUrl), shrinks: true },
  { title: 'CLIENT', cell: (row: ContextRow) => neutralizeControls(row.clientId) },
  { title: 'SECRET', cell: (row: ContextRow) => (row.clientSecret === 'keyring' ? 'keyring' : row.secretVariable) },
];

async function reportSaved({ terminal, env }: CommandContext, name: string, current: string): Promise<void> {
  const file = contextFilePath(env);
  if (await printStructured(terminal, { name, current, file })) return;
  terminal.result(`saved context ${name}${name === current ? ', the current one' : ''}`);
  terminal.note(`in ${file}`);
}

async function storeSecret(context: CommandContext, name: string, baseUrl: string): Promise<void> {
  const secret = await readSecret(context);
  const keyring = createKeyring(context.env);
  const isStored = await keyring?.set(keyringAccountOf(name, baseUrl), secret, stopSignal(context.interrupts));
  if (isStored === true) return;
  throw new CliError(
    keyring === null
      ? 'This system has no keyring that dip knows; nothing was saved.'
      : `The keyring did not take the secret (${keyring.program} is not installed, locked or has no session); nothing was saved.`,
    { hint: `Add the context without --secret-stdin, and set ${secretVariableOf(name)} in the environment.` },
  );
}

const SECRET_MAX_LENGTH = 4096;

/** One line of printable ASCII, which every keyring returns unchanged. */
async function readSecret({ terminal }: CommandContext): Promise<Secret> {
  const { stdin } = terminal;
  if (stdin.isTTY === true) terminal.note('Reading the client secret from standard input; end with Ctrl-D.');
  let text = '';
  for await (const chunk of stdin) {
    text += chunk.toString('utf8');
    if (text.length > SECRET_MAX_LENGTH) break;
  }
  const secret = text.replace(/\r?\n$/, '');
  if (!/^[\x20-\x7e]+$/.test(secret) || secret.length > SECRET_MAX_LENGTH) {
    throw createUsageError('Standard input holds no client secret: it must be one line of printable characters.');
  }
  return new Secret(secret);
}

function assertClientId(text: string): string {
  if (text !== '' && text.length <= 512 && neutralizeControls(text) === text) return text;
  throw createUsageError('--client-id is empty, too long, or holds control characters.');
}
