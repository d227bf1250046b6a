import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type ApplyOptions,
  type ApplyProgress,
  type ApplyResult,
  type DipswitchClient,
  hasChanges,
  type Plan,
  parsePlanFile,
} from '@dipswitch/client';
import { createUsageError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { stopSignal } from '../interrupts.ts';
import { renderApplySummary, renderChangeResult, renderHealthResult } from '../output/apply-view.ts';
import { renderPlan } from '../output/plan-view.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { askYes } from '../output/prompt.ts';
import { printStructured } from '../output/structured.ts';
import { countOf } from '../output/text.ts';
import { withClient } from '../server-session.ts';
import { isErrorWithCode } from '../settings.ts';
import { assertReportWritable, toApplyReport, writeReport } from './apply-report.ts';
import { loadSoundProject, type PlanFlags } from './plan.ts';

export interface ApplyFlags extends PlanFlags {
  readonly yes?: boolean;
  readonly waitHealthy?: number;
  readonly concurrency: number;
  readonly report?: string;
}

export async function runApply(
  context: CommandContext,
  flags: ApplyFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  assertCanBeAsked(context, flags.yes === true);
  const makePlan = await preparePlan(context, flags, operands[0]);
  const reportFile = flags.report === undefined ? null : path.resolve(context.cwd, flags.report);
  if (reportFile !== null) await assertReportWritable(reportFile);
  return await withClient(context, flags, async (client) => {
    const plan = await makePlan(client);
    if (!(await confirmPlan(context, plan, flags.yes === true))) return EXIT_CODES.failed;
    return await carryOut(context, client, plan, {
      concurrency: flags.concurrency,
      reportFile,
      ...(flags.waitHealthy === undefined ? {} : { waitHealthyMs: flags.waitHealthy * 1000 }),
    });
  });
}

/** Reads what is to be applied, a plan file or project files, before a client is opened. */
async function preparePlan(
  context: CommandContext,
  flags: ApplyFlags,
  planFile: string | undefined,
): Promise<(client: DipswitchClient) => Promise<Plan>> {
  if (planFile !== undefined) {
    if (flags.file !== undefined || flags.env !== undefined || flags.prune === true) {
      throw createUsageError(
        'A plan file says it all: -f, --env and --prune do not go with it.',
        'Give them to `dip plan --out`, or leave the plan file out.',
      );
    }
    const plan = parsePlanFile(await readPlanFile(planFile, context.cwd));
    return async () => plan;
  }
  const project = await loadSoundProject(context, flags);
  const signal = stopSignal(context.interrupts);
  return (client) => client.plan(project.desired, { prune: flags.prune === true, signal });
}

async function readPlanFile(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(path.resolve(cwd, file), 'utf8');
  } catch (error) {
    const reason = isErrorWithCode(error) ? error.code : 'unknown reason';
    throw createUsageError(`The plan file ${file} can not be read (${reason}).`, '`dip plan --out FILE` writes one.');
  }
}

/** @throws CliError (64) where consent is needed and nobody can give it. */
export function assertCanBeAsked(context: CommandContext, isAgreed: boolean): void {
  if (isAgreed || context.terminal.canAsk) return;
  throw createUsageError(
    'Nobody can be asked here (no terminal), so nothing was done.',
    'Add --yes to go on without asking.',
  );
}

/** Shows the plan and asks. True when there is nothing to ask about. */
export async function confirmPlan(context: CommandContext, plan: Plan, isAgreed: boolean): Promise<boolean> {
  const { terminal } = context;
  if (!hasChanges(plan)) return true;
  terminal.note(`${renderPlan(plan, terminal.noteStyle, terminal.noteColumns)}\n`);
  if (isAgreed) return true;
  const isYes = await askYes(terminal, `Carry this out on ${plan.server}?`, stopSignal(context.interrupts));
  if (!isYes) terminal.alert('Nothing was changed.');
  return isYes;
}

export interface CarryOutOptions {
  readonly concurrency?: number;
  readonly waitHealthyMs?: number;
  readonly reportFile: string | null;
}

/** Applies a plan with progress, then prints the summary and writes the report, interrupted or not. */
export async function carryOut(
  context: CommandContext,
  client: DipswitchClient,
  plan: Plan,
  options: CarryOutOptions,
): Promise<ExitCode> {
  const { interrupts, terminal } = context;
  const startedAtMs = context.now();
  const result = await applyWithProgress(context, client, plan, options);
  const run = {
    plan,
    result,
    stats: client.stats(),
    startedAtMs,
    finishedAtMs: context.now(),
    interrupted: interrupts.drain.aborted,
  };
  const report = toApplyReport(run);
  if (!(await printStructured(terminal, report))) {
    terminal.result(renderApplySummary(result, run.stats, terminal.style));
  }
  if (options.reportFile !== null) await writeReport(options.reportFile, report);
  if (result.stoppedBy !== null && !run.interrupted) {
    const { message, code, hint } = result.stoppedBy;
    terminal.alert(`${terminal.noteStyle.bad('stopped:')} ${message} [${code}]${hint === '' ? '' : `\nhint: ${hint}`}`);
  }
  if (run.interrupted) return EXIT_CODES.interrupted;
  return result.ok ? EXIT_CODES.done : EXIT_CODES.failed;
}

async function applyWithProgress(
  context: CommandContext,
  client: DipswitchClient,
  plan: Plan,
  options: CarryOutOptions,
): Promise<ApplyResult> {
  const { interrupts, terminal } = context;
  const view = createApplyProgress(context, options.waitHealthyMs);
  const onInterrupt = (): void =>
    terminal.alert(
      terminal.noteStyle.caution(
        '\nStopping: finishing what is in flight. Ctrl-C again drops it; the server may have done it all the same.',
      ),
    );
  interrupts.drain.addEventListener('abort', onInterrupt, { once: true });
  const applyOptions: ApplyOptions = {
    stopSignal: interrupts.drain,
    signal: interrupts.abort,
    onProgress: view.onProgress,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.waitHealthyMs === undefined ? {} : { waitHealthyMs: options.waitHealthyMs }),
  };
  try {
    return await client.apply(plan, applyOptions);
  } finally {
    view.close();
    interrupts.drain.removeEventListener('abort', onInterrupt);
  }
}

interface ApplyProgressView {
  onProgress(progress: ApplyProgress): void;
  close(): void;
}

/** Two stretches, each with its own bar: the changes, then the wait for health. */
function createApplyProgress(context: CommandContext, waitHealthyMs: number | undefined): ApplyProgressView {
  const { terminal, now } = context;
  const style = terminal.noteStyle;
  let progress: Progress | null = null;
  let isWaiting = false;
  const onProgress = (event: ApplyProgress): void => {
    if (event.type === 'started' && event.total > 0) {
      progress = createProgress(terminal, 'applying', event.total, now);
    } else if (event.type === 'change-finished') {
      if (event.result.change.action === 'no-op') return;
      const isFailure = event.result.status === 'failed' || event.result.status === 'conflict';
      progress?.step({ line: renderChangeResult(event.result, style), isFailure });
    } else if (event.type === 'health' || event.type === 'health-finished') {
      if (!isWaiting) {
        isWaiting = true;
        progress?.close();
        // The first word about health comes while all are still awaited.
        const awaited = event.type === 'health' ? event.waiting : event.waiting + 1;
        terminal.note(
          style.dim(
            `Waiting up to ${(waitHealthyMs ?? 0) / 1000} s for ${countOf(awaited, 'connector')} to turn healthy`,
          ),
        );
        progress = createProgress(terminal, 'healthy', awaited, now);
      }
      if (event.type === 'health-finished') {
        progress?.step({ line: renderHealthResult(event.result, style), isFailure: !event.result.reached });
      }
    }
  };
  return { onProgress, close: () => progress?.close() };
}
