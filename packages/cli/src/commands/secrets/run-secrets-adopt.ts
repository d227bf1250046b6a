import {
  findPlaintextCredentials,
  isDipswitchError,
  type PlaintextCredential,
  replaceCredentials,
  type SecretVault,
  type SkippedCredential,
} from '@dipswitch/client';
import { CliError, createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { openTextFile, type TextFile } from '../../files/text-file.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import { countOf, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { resolveVaultName, VAULT_TITLES, type VaultFlags, withVault } from '../../session/vault-session.ts';

export interface SecretsAdoptFlags extends VaultFlags {
  readonly literal?: readonly string[];
  readonly replace?: boolean;
}

interface Adopted {
  readonly connectorId: string;
  readonly member: string;
  readonly line: number;
  readonly reference: string;
}

/** Moves the values first and the text after: whatever stops us between, no value is lost, and a rerun goes on. */
export async function runSecretsAdopt(
  context: CommandContext,
  flags: SecretsAdoptFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const file = await openTextFile(context.cwd, operands[0] ?? '');
  const literals = new Set(flags.literal ?? []);
  const { plaintexts, skipped } = findPlaintextCredentials(file.text, literals);
  assertLiteralsFound(literals, plaintexts);
  const name = await resolveVaultName(context, flags);
  const signal = stopSignal(context.interrupts);
  const moved = new Map<PlaintextCredential, string>();
  let failure: unknown;
  if (plaintexts.length > 0) {
    try {
      await withVault(context, flags, name, (vault) => move(vault, plaintexts, moved, flags, signal));
    } catch (error) {
      failure = error;
    }
  }
  if (moved.size > 0) await rewrite(file, moved);
  const adopted = [...moved].map(([{ owner: connectorId, member, line }, reference]) => ({
    connectorId,
    member,
    line,
    reference,
  }));
  await printAdopted(context, adopted, skipped, VAULT_TITLES[name]);
  if (failure !== undefined) throw failure;
  return skipped.length > 0 ? EXIT_CODES.findings : EXIT_CODES.done;
}

async function move(
  vault: SecretVault,
  plaintexts: readonly PlaintextCredential[],
  moved: Map<PlaintextCredential, string>,
  flags: SecretsAdoptFlags,
  signal: AbortSignal,
): Promise<void> {
  const targets = plaintexts.map((each) => ({ each, target: vault.credentialReference(each.owner, each.member) }));
  assertDistinct(targets.map(({ target }) => target));
  const onlyIf = flags.replace === true ? undefined : ('absent' as const);
  for (const { each, target } of targets) {
    try {
      moved.set(each, (await vault.put(target, each.value, { onlyIf, signal })).reference);
    } catch (error) {
      if (!isDipswitchError(error, 'SECRET_EXISTS')) throw error;
      throw new CliError(`${error.message}, so ${each.member} of ${each.owner} was not moved.`, {
        hint: 'If the value there is the same or outdated, run again with --replace; else write the reference yourself.',
        cause: error,
      });
    }
  }
}

async function rewrite(file: TextFile, moved: ReadonlyMap<PlaintextCredential, string>): Promise<void> {
  const text = replaceCredentials(file.text, moved);
  const left = findPlaintextCredentials(text).plaintexts.length;
  const before = findPlaintextCredentials(file.text).plaintexts.filter(
    (each) => ![...moved.keys()].some(({ start }) => start === each.start),
  );
  if (left !== before.length) throw new CliError('The file would not read back as it should, so it was not changed.');
  await file.replace(text);
}

async function printAdopted(
  { terminal }: CommandContext,
  adopted: readonly Adopted[],
  skipped: readonly SkippedCredential[],
  vault: string,
): Promise<void> {
  const left = skipped.map(({ owner: connectorId, member, line, reason }) => ({ connectorId, member, line, reason }));
  if (await printStructured(terminal, { adopted, skipped: left })) return;
  if (adopted.length > 0) {
    const columns = [
      { title: 'CONNECTOR', cell: (row: Adopted) => neutralizeControls(row.connectorId) },
      { title: 'MEMBER', cell: (row: Adopted) => row.member },
      { title: 'LINE', cell: (row: Adopted) => String(row.line), alignRight: true },
      { title: 'REFERENCE', cell: (row: Adopted) => neutralizeControls(row.reference), shrinks: true },
    ];
    terminal.result(renderTable(terminal, columns, adopted));
  }
  for (const { connectorId, member, line, reason } of left) {
    terminal.alert(`line ${line}: ${member} of ${neutralizeControls(connectorId)} was left: ${reason}`);
  }
  terminal.note(`${countOf(adopted.length, 'value')} moved into ${vault}.`);
  if (adopted.length > 0) terminal.note('The history of the file still holds them: change them at the database.');
}

function assertLiteralsFound(literals: ReadonlySet<string>, plaintexts: readonly PlaintextCredential[]): void {
  const found = new Set(plaintexts.map(({ owner, member }) => `${owner}.${member}`));
  const missing = [...literals].filter((literal) => !found.has(literal));
  if (missing.length === 0) return;
  throw createUsageError(
    `${countOf(missing.length, 'name')} of --literal ${missing.length === 1 ? 'is' : 'are'} no credential of the file.`,
    'Give the connector and its member: --literal crm-db.password',
  );
}

/** Two connectors whose ids differ only in what a vault's names cannot hold. */
function assertDistinct(targets: readonly string[]): void {
  if (new Set(targets).size === targets.length) return;
  throw new CliError('Two credentials would go to one name of this vault, so nothing was moved.', {
    hint: 'Store them with `dip secrets set`, and write the references yourself.',
  });
}
