import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connectorBodyOf, type DesiredConnector, type DesiredState, type DipswitchClient } from '@dipswitch/client';
import { createProjectText, type PulledConnector, pullIntoFile } from '@dipswitch/client/pull';
import { type ConnectorBody, isSecretReference, OWNERSHIP_LABEL } from '@dipswitch/contract';
import { CliError, createUsageError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { stopSignal } from '../interrupts.ts';
import { printStructured } from '../output/structured.ts';
import { countOf, neutralizeControls, toFieldName } from '../output/text.ts';
import { findProjectFiles } from '../project-files.ts';
import { withClient } from '../server-session.ts';
import { isErrorWithCode, type SettingFlags } from '../settings.ts';
import { loadSoundProject } from './plan.ts';

export interface PullFlags extends SettingFlags {
  readonly file?: string;
}

interface PulledInFile extends PulledConnector {
  readonly file: string;
}

const DEFAULT_FILE = 'dipswitch.yaml';
/** Where new entries go when a folder is given. */
const FILE_IN_FOLDER = 'pulled.yaml';
const NOTHING: DesiredState = { projects: [], connectors: [], findings: [], files: [] };

/** Writes what the server has into the project files; what the files have and the server has not is left alone. */
export async function runPull(
  context: CommandContext,
  flags: PullFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  if (flags.file === '-')
    throw createUsageError('Standard input can not be written to.', 'Name a file or folder with -f.');
  const ids = operands[0] === 'connectors' ? operands.slice(1) : operands;
  const place = await findPlace(context, flags);
  const project = place.isThere ? (await loadSoundProject(context, { file: [place.given] })).desired : NOTHING;
  const bodies = await withClient(context, flags, (client) => readServer(context, client, ids, project));
  assertReferences(bodies);
  const pulled = await writeFiles(context, place.target, project, bodies);
  await print(context, pulled, missingOf(project, bodies, ids));
  return EXIT_CODES.done;
}

async function findPlace(
  { cwd }: CommandContext,
  { file }: PullFlags,
): Promise<{ readonly given: string; readonly isThere: boolean; readonly target: string }> {
  const given = file ?? (await findProjectFiles({}, cwd))?.[0] ?? DEFAULT_FILE;
  const found = await stat(path.resolve(cwd, given)).catch(() => null);
  const target = found?.isDirectory() ? path.join(given, FILE_IN_FOLDER) : given;
  return { given, isThere: found !== null, target };
}

/** Those named, else those of the files' projects, else all. */
async function readServer(
  context: CommandContext,
  client: DipswitchClient,
  ids: readonly string[],
  { projects, connectors }: DesiredState,
): Promise<readonly ConnectorBody[]> {
  const signal = stopSignal(context.interrupts);
  if (ids.length > 0) {
    const found = await Promise.all([...new Set(ids)].map((id) => client.connectors.get(id, { signal })));
    return found.map(connectorBodyOf);
  }
  const known = new Set(connectors.map(({ body }) => body.connectorId));
  const bodies: ConnectorBody[] = [];
  for await (const connector of client.connectors.list({ signal })) {
    const owner = connector.labels?.[OWNERSHIP_LABEL];
    const isOurs = projects.length === 0 || known.has(connector.connectorId) || projects.includes(owner ?? '');
    if (isOurs) bodies.push(connectorBodyOf(connector));
  }
  return bodies.sort((left, right) => (left.connectorId < right.connectorId ? -1 : 1));
}

/** Only references are ever written; a server that hands out anything else is not to be helped. */
function assertReferences(bodies: readonly ConnectorBody[]): void {
  const bad = bodies.filter(({ configuration: { credentialMasking } }) => {
    return !isSecretReference(credentialMasking.username) || !isSecretReference(credentialMasking.password);
  });
  if (bad.length === 0) return;
  const named = bad.map(({ connectorId }) => neutralizeControls(connectorId)).join(', ');
  throw new CliError(`The server gives something that is no secret reference for ${named}; nothing was written.`, {
    hint: 'Put a reference there first: `dip apply` from a file that has one.',
  });
}

async function writeFiles(
  context: CommandContext,
  target: string,
  desired: DesiredState,
  bodies: readonly ConnectorBody[],
): Promise<readonly PulledInFile[]> {
  const known = new Map(desired.connectors.map((connector) => [connector.body.connectorId, connector]));
  const byFile = Map.groupBy(bodies, ({ connectorId }) => known.get(connectorId)?.source.file ?? target);
  const pulled: PulledInFile[] = [];
  for (const [file, incoming] of byFile) {
    const isNew = !desired.files.includes(file);
    const owner = isNew && desired.projects.length === 0 ? soleOwnerOf(incoming) : undefined;
    const project = isNew
      ? (desired.projects[0] ?? owner)
      : (projectOf(desired.connectors, file) ?? desired.projects[0]);
    const absolute = path.resolve(context.cwd, file);
    const text = isNew ? createProjectText(project) : await readFile(absolute, 'utf8');
    const own = desired.connectors.filter(({ source }) => source.file === file);
    const result = pullIntoFile({ text, known: own, incoming, project });
    pulled.push(...result.connectors.map((connector) => ({ ...connector, file })));
    if (result.text !== text) await replaceFile(absolute, file, result.text);
  }
  return pulled;
}

/** The project that the entries of a file belong to. */
function projectOf(connectors: readonly DesiredConnector[], file: string): string | undefined {
  const first = connectors.find(({ source }) => source.file === file);
  return first?.body.labels?.[OWNERSHIP_LABEL];
}

/** The owner that all of them share, which a new file can then name once. */
function soleOwnerOf(bodies: readonly ConnectorBody[]): string | undefined {
  const owners = new Set(bodies.map(({ labels }) => labels?.[OWNERSHIP_LABEL]));
  return owners.size === 1 ? [...owners][0] : undefined;
}

/** By a rename, so that a full disk leaves the old file. */
async function replaceFile(absolute: string, shown: string, text: string): Promise<void> {
  const aside = `${absolute}.${randomUUID()}.new`;
  try {
    const mode = (await stat(absolute).catch(() => null))?.mode;
    await writeFile(aside, text, mode === undefined ? {} : { mode });
    await rename(aside, absolute);
  } catch (error) {
    await rm(aside, { force: true });
    const reason = isErrorWithCode(error) ? error.code : 'unknown reason';
    throw new CliError(`${shown} can not be written (${reason}).`, { cause: error });
  }
}

function missingOf({ connectors }: DesiredState, bodies: readonly ConnectorBody[], ids: readonly string[]): string[] {
  if (ids.length > 0) return [];
  const stored = new Set(bodies.map(({ connectorId }) => connectorId));
  return connectors.map(({ body }) => body.connectorId).filter((id) => !stored.has(id));
}

async function print(
  { terminal }: CommandContext,
  pulled: readonly PulledInFile[],
  notOnServer: readonly string[],
): Promise<void> {
  if (await printStructured(terminal, { connectors: pulled, notOnServer })) return;
  const { good, caution, bold, dim } = terminal.style;
  for (const { id, action, file, fields } of pulled) {
    if (action === 'unchanged') continue;
    const sign = action === 'added' ? good('+ added') : caution('~ updated');
    const names = fields.map(({ path: pointer }) => toFieldName(pointer)).join(', ');
    terminal.result(`${sign} ${bold(neutralizeControls(id))} ${dim(file)}${names === '' ? '' : `  ${names}`}`);
  }
  const count = (action: PulledConnector['action']): number => pulled.filter((one) => one.action === action).length;
  terminal.result(`${count('added')} added, ${count('updated')} updated, ${count('unchanged')} unchanged`);
  if (notOnServer.length > 0) {
    const named = notOnServer.map(neutralizeControls).join(', ');
    terminal.note(
      `${countOf(notOnServer.length, 'connector')} of the files not on the server, left as they are: ${named}`,
    );
  }
}
