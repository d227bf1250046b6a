import type { DataActionTestResult } from '@dipswitch/contract';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { renderDetails, shown } from '../../output/details.ts';
import { isFailure, renderFields, renderOutcome } from '../../output/execution-view.ts';
import { printStructured } from '../../output/structured.ts';
import type { Terminal } from '../../output/terminal.ts';
import { neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { type InputFlags, readActionInput } from './action-input.ts';

export interface ActionTestFlags extends SettingFlags, InputFlags {
  readonly version?: number;
}

/** Runs a version on sample input; the server undoes what it did. */
export async function runActionTest(
  context: CommandContext,
  flags: ActionTestFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const id = operands[0] ?? '';
  const input = await readActionInput(context, flags);
  const version = flags.version === undefined ? {} : { version: flags.version };
  return await withClient(context, flags, async (client) => {
    const signal = stopSignal(context.interrupts);
    const result = await client.dataActions.test(id, input, { signal, ...version });
    if (!(await printStructured(terminal, { actionId: id, ...result }))) print(terminal, id, result);
    return isFailure(result.answer) ? EXIT_CODES.failed : EXIT_CODES.done;
  });
}

function print(terminal: Terminal, id: string, result: DataActionTestResult): void {
  const { style, columns } = terminal;
  const { answer, errorClass, vendorCode, timings } = result;
  const { queueMs, databaseMs, totalMs } = timings;
  const fields = renderFields(terminal, answer);
  const facts: [string, string][] = [
    ...(errorClass === null ? [] : [['failure', failureOf(errorClass, vendorCode)] as [string, string]]),
    ['columns', result.columns === null ? 'not told by the database' : shown(result.columns.join(', '))],
    ['timings', `queue ${ms(queueMs)}, database ${ms(databaseMs)}, together ${ms(totalMs)}`],
  ];
  const plan = result.plan === null ? 'not told by the database' : neutralizeControls(result.plan.trimEnd());
  terminal.result(
    [
      `${style.bold(neutralizeControls(id))} version ${result.version}  ${renderOutcome(answer, style)}`,
      ...(fields === '' ? [] : [fields]),
      '',
      renderDetails(facts, style, columns),
      style.dim('plan'),
      ...plan.split('\n').map((line) => `  ${line}`),
    ].join('\n'),
  );
  if (isFailure(answer)) return;
  terminal.note(terminal.noteStyle.dim('\nRun in a transaction that was rolled back: nothing it did remains.'));
}

function failureOf(errorClass: string, vendorCode: string | null): string {
  return `${shown(errorClass)}${vendorCode === null ? '' : ` (the database says ${shown(vendorCode)})`}`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
