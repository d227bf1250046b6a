import { connectorBodyOf, type DipswitchClient } from '@dipswitch/client';
import type { ConnectorBody, ConnectorTestResult } from '@dipswitch/contract';
import { CliError, createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { type FileFlags, findProjectFiles, loadProjectFiles } from '../../files/project-files.ts';
import { renderDetails, shown } from '../../output/details.ts';
import { renderFindings } from '../../output/findings-view.ts';
import { printStructured } from '../../output/structured.ts';
import type { Terminal } from '../../output/terminal.ts';
import { formatDuration, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';

export interface TestFlags extends FileFlags, SettingFlags {
  readonly stored?: boolean;
}

/** Where the tested body came from. */
export type TestOrigin = 'files' | 'server';

export async function runTest(
  context: CommandContext,
  flags: TestFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const id = operands[0] ?? '';
  const signal = stopSignal(context.interrupts);
  const fromFiles = flags.stored === true ? null : await findInFiles(context, flags, id);
  return await withClient(context, flags, async (client) => {
    const body = fromFiles ?? (await readStored(client, id, signal));
    const origin: TestOrigin = fromFiles === null ? 'server' : 'files';
    terminal.note(terminal.noteStyle.dim(`Testing ${id} as the ${origin === 'files' ? 'files say' : 'server has it'}`));
    const result = await client.connectors.test(body, { signal });
    if (!(await printStructured(terminal, { connectorId: id, origin, ...result }))) printTest(terminal, id, result);
    return result.ok ? EXIT_CODES.done : EXIT_CODES.failed;
  });
}

/** The body that the files give this connector; null when there are no files by default, or they do not name it. */
async function findInFiles(context: CommandContext, flags: FileFlags, id: string): Promise<ConnectorBody | null> {
  const files = await findProjectFiles(flags, context.cwd);
  if (files === null) return null;
  const { desired, textOf } = await loadProjectFiles(context, flags);
  const found = desired.connectors.find(({ body }) => body.connectorId === id);
  if (found !== undefined) return found.body;
  if (desired.findings.some(({ severity }) => severity === 'error')) {
    const { noteStyle: style, noteColumns: columns } = context.terminal;
    context.terminal.alert(`${await renderFindings(desired.findings, { style, columns, textOf })}\n`);
    throw new CliError(`${id} is not among the connectors without an error.`, {
      hint: 'Correct the files, or add --stored to test what the server has.',
    });
  }
  if (flags.file !== undefined) {
    throw createUsageError(
      `${id} is in none of the files.`,
      'Check the id, or leave -f out to test what the server has.',
    );
  }
  return null;
}

async function readStored(client: DipswitchClient, id: string, signal: AbortSignal): Promise<ConnectorBody> {
  return connectorBodyOf(await client.connectors.get(id, { signal }));
}

function printTest(terminal: Terminal, id: string, result: ConnectorTestResult): void {
  const { good, bad, bold, dim } = terminal.style;
  const verdict = result.ok ? good('works') : bad('does not work');
  const lines = [`${bold(id)} ${verdict} ${dim(`(${formatDuration(result.latencyMs)})`)}`];
  for (const { step, ok, latencyMs } of result.steps) {
    lines.push(`  ${ok ? good('ok    ') : bad('failed')}  ${step.padEnd(8)}  ${dim(formatDuration(latencyMs))}`);
  }
  if (!result.ok) {
    const reason = [result.errorClass, result.message].filter((part) => part !== null).join(': ');
    lines.push(`  ${bad(neutralizeControls(reason))}`);
  }
  const facts: [string, string][] = [
    ['  server', shown(result.serverVersion)],
    ['  driver', shown(result.driver)],
  ];
  terminal.result([...lines, renderDetails(facts, terminal.style, terminal.columns)].join('\n'));
}
