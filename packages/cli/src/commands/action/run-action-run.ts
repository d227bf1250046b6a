import type { ExecuteDataActionOptions, Execution } from '@dipswitch/client';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { isFailure, nextStepOf, renderFields, renderOutcome } from '../../output/execution-view.ts';
import { printStructured } from '../../output/structured.ts';
import type { Terminal } from '../../output/terminal.ts';
import { formatDuration, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { type InputFlags, readActionInput } from './action-input.ts';

export interface ActionRunFlags extends SettingFlags, InputFlags {
  readonly deadline?: number;
  readonly profile?: 'rest';
  readonly contactId?: string;
  readonly idempotencyKey?: string;
}

/** Runs a data action as a caller would. Exit 1 when the database did not answer the question. */
export async function runActionRun(
  context: CommandContext,
  flags: ActionRunFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const id = operands[0] ?? '';
  const input = await readActionInput(context, flags);
  return await withClient(context, flags, async (client) => {
    const startedAtMs = context.now();
    const options = toOptions(flags, stopSignal(context.interrupts));
    const execution = await client.dataActions.execute(id, input, options);
    const tookMs = context.now() - startedAtMs;
    if (!(await printStructured(terminal, execution.answer))) print(terminal, id, execution, tookMs);
    return isFailure(execution.answer) ? EXIT_CODES.failed : EXIT_CODES.done;
  });
}

function toOptions(flags: ActionRunFlags, signal: AbortSignal): ExecuteDataActionOptions {
  const { deadline, profile, contactId, idempotencyKey } = flags;
  return {
    signal,
    ...(deadline === undefined ? {} : { answerWithinMs: deadline }),
    ...(profile === undefined ? {} : { profile }),
    ...(contactId === undefined ? {} : { contactId }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

function print(terminal: Terminal, id: string, { answer, status, retryAfterSeconds }: Execution, tookMs: number): void {
  const { style, noteStyle } = terminal;
  const retry = retryAfterSeconds === null ? '' : `, again in ${retryAfterSeconds} s`;
  const http = status === 200 ? '' : style.bad(`  HTTP ${status}${retry}`);
  const fields = renderFields(terminal, answer);
  terminal.result(`${renderOutcome(answer, style)}${http}${fields === '' ? '' : `\n${fields}`}`);
  const facts = `execution ${neutralizeControls(answer.executionId)}, ${formatDuration(tookMs)} round trip`;
  terminal.note(noteStyle.dim(facts));
  const next = nextStepOf(answer, id);
  if (next !== null) terminal.note(`${noteStyle.accent('hint:')}  ${next}`);
}
