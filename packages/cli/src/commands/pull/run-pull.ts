import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DesiredState } from '@dipswitch/client';
import { createProjectText, type PulledEntry, pullIntoFile } from '@dipswitch/client/pull';
import { isSecretReference, OWNERSHIP_LABEL } from '@dipswitch/contract';
import { CliError, createUsageError, reasonOf } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { findProjectFiles } from '../../files/project-files.ts';
import { loadSoundProject } from '../../files/sound-project.ts';
import { printStructured } from '../../output/structured.ts';
import { countOf, neutralizeControls, toFieldName } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { readStored, type StoredBodies, toWanted, type Wanted } from './pull-stored.ts';

export interface PullFlags extends SettingFlags {
  readonly file?: string;
}

interface PulledInFile extends PulledEntry {
  readonly file: string;
}

const DEFAULT_FILE = 'dipswitch.yaml';
/** Where new entries go when a folder is given. */
const FILE_IN_FOLDER = 'pulled.yaml';
const NOTHING: DesiredState = { projects: [], connectors: [], dataActions: [], findings: [], files: [] };

/** Writes what the server has into the project files; what the files have and the server has not is left alone. */
export async function runPull(
  context: CommandContext,
  flags: PullFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  if (flags.file === '-')
    throw createUsageError('Standard input cannot be written to.', 'Name a file or folder with -f.');
  const wanted = toWanted(operands);
  const place = await findPlace(context, flags);
  const project = place.isThere ? (await loadSoundProject(context, { file: [place.given] })).desired : NOTHING;
  const signal = stopSignal(context.interrupts);
  const stored = await withClient(context, flags, (client) => readStored(client, wanted, project, signal));
  assertReferences(stored);
  const pulled = await writeFiles(context, place.target, project, stored);
  await print(context, pulled, missingOf(project, stored, wanted));
  if (!stored.dataActionsRead) {
    context.terminal.note(
      'Data actions were not pulled: the server has none, or the scope dataactions:read is missing.',
    );
  }
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

/** Only references are ever written; a server that hands out anything else is not to be helped. */
function assertReferences({ connectors }: StoredBodies): void {
  const bad = connectors.filter(({ configuration: { credentialMasking } }) => {
    return !isSecretReference(credentialMasking.username) || !isSecretReference(credentialMasking.password);
  });
  if (bad.length === 0) return;
  const named = bad.map(({ connectorId }) => neutralizeControls(connectorId)).join(', ');
  throw new CliError(`The server gives something that is no secret reference for ${named}; nothing was written.`, {
    hint: 'Put a reference there first: `dip apply` from a file that has one.',
  });
}

interface Pulled {
  readonly connectors: readonly PulledInFile[];
  readonly dataActions: readonly PulledInFile[];
}

async function writeFiles(
  context: CommandContext,
  target: string,
  desired: DesiredState,
  stored: StoredBodies,
): Promise<Pulled> {
  const homes = homesOf(desired);
  const homeOf = (key: string): string => homes.get(key) ?? target;
  const connectors = Map.groupBy(stored.connectors, ({ connectorId }) => homeOf(`connector/${connectorId}`));
  const dataActions = Map.groupBy(stored.dataActions, ({ actionId }) => homeOf(`action/${actionId}`));
  const pulled: { connectors: PulledInFile[]; dataActions: PulledInFile[] } = { connectors: [], dataActions: [] };
  for (const file of new Set([...connectors.keys(), ...dataActions.keys()])) {
    const incoming = { connectors: connectors.get(file) ?? [], dataActions: dataActions.get(file) ?? [] };
    const project = projectFor(file, desired, incoming);
    const absolute = path.resolve(context.cwd, file);
    const text = desired.files.includes(file) ? await readFile(absolute, 'utf8') : createProjectText(project);
    const isHere = ({ source }: { readonly source: { readonly file: string } }): boolean => source.file === file;
    const result = pullIntoFile({
      text,
      known: desired.connectors.filter(isHere),
      incoming: incoming.connectors,
      dataActions: { known: desired.dataActions.filter(isHere), incoming: incoming.dataActions },
      project,
    });
    pulled.connectors.push(...result.connectors.map((entry) => ({ ...entry, file })));
    pulled.dataActions.push(...result.dataActions.map((entry) => ({ ...entry, file })));
    if (result.text !== text) await replaceFile(absolute, file, result.text);
  }
  return pulled;
}

/** The file of each entry. */
function homesOf({ connectors, dataActions }: DesiredState): ReadonlyMap<string, string> {
  return new Map([
    ...connectors.map(({ body, source }) => [`connector/${body.connectorId}`, source.file] as const),
    ...dataActions.map(({ body, source }) => [`action/${body.actionId}`, source.file] as const),
  ]);
}

/** The project of a file: what its entries belong to, else that of the others, else the owner that all new ones share. */
function projectFor(
  file: string,
  desired: DesiredState,
  incoming: Pick<StoredBodies, 'connectors' | 'dataActions'>,
): string | undefined {
  const { connectors, dataActions, files, projects } = desired;
  const here = [...connectors, ...dataActions].find(({ source }) => source.file === file);
  const own = here?.body.labels?.[OWNERSHIP_LABEL] ?? projects[0];
  if (files.includes(file) || own !== undefined) return own;
  const owners = new Set(
    [...incoming.connectors, ...incoming.dataActions].map(({ labels }) => labels?.[OWNERSHIP_LABEL]),
  );
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
    const reason = reasonOf(error);
    throw new CliError(`${shown} cannot be written (${reason}).`, { cause: error });
  }
}

/** What the files have, was asked for, and is not on the server. */
function missingOf({ connectors, dataActions }: DesiredState, stored: StoredBodies, wanted: Wanted): Missing {
  if (wanted.ids.length > 0) return { connectors: [], dataActions: [] };
  const storedConnectors = new Set(stored.connectors.map(({ connectorId }) => connectorId));
  const storedActions = new Set(stored.dataActions.map(({ actionId }) => actionId));
  const { kind } = wanted;
  return {
    connectors:
      kind === 'actions'
        ? []
        : connectors.map(({ body }) => body.connectorId).filter((id) => !storedConnectors.has(id)),
    dataActions:
      kind === 'connectors' ? [] : dataActions.map(({ body }) => body.actionId).filter((id) => !storedActions.has(id)),
  };
}

interface Missing {
  readonly connectors: readonly string[];
  readonly dataActions: readonly string[];
}

async function print({ terminal }: CommandContext, pulled: Pulled, missing: Missing): Promise<void> {
  const notOnServer = [...missing.connectors, ...missing.dataActions];
  if (await printStructured(terminal, { ...pulled, notOnServer })) return;
  const { good, caution, bold, dim } = terminal.style;
  const entries = [...pulled.connectors, ...pulled.dataActions];
  for (const { id, action, file, fields } of entries) {
    if (action === 'unchanged') continue;
    const sign = action === 'added' ? good('+ added') : caution('~ updated');
    const names = fields.map(({ path: pointer }) => toFieldName(pointer)).join(', ');
    terminal.result(`${sign} ${bold(neutralizeControls(id))} ${dim(file)}${names === '' ? '' : `  ${names}`}`);
  }
  const count = (action: PulledEntry['action']): number => entries.filter((one) => one.action === action).length;
  terminal.result(`${count('added')} added, ${count('updated')} updated, ${count('unchanged')} unchanged`);
  for (const [ids, noun] of [
    [missing.connectors, 'connector'],
    [missing.dataActions, 'data action'],
  ] as const) {
    if (ids.length === 0) continue;
    const named = ids.map(neutralizeControls).join(', ');
    terminal.note(`${countOf(ids.length, noun)} of the files not on the server, left as they are: ${named}`);
  }
}
