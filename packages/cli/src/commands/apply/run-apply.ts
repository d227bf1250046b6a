import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type ApplyOptions,
  type ApplyResult,
  type DipswitchClient,
  deletionLimit,
  hasChanges,
  type MaxDelete,
  type Plan,
  parsePlanFile,
} from '@dipswitch/client';
import { CliError, createUsageError, reasonOf } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { loadSoundProject } from '../../files/sound-project.ts';
import { createApplyProgress } from '../../output/apply-progress.ts';
import { renderApplySummary } from '../../output/apply-view.ts';
import { countKinds, renderPlanPreview } from '../../output/plan-view.ts';
import { askYes } from '../../output/prompt.ts';
import { printStructured } from '../../output/structured.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import { noteUnseen, type PlanFlags } from '../plan/run-plan.ts';
import { type ApplyReport, assertReportWritable, toApplyReport, writeReport } from './apply-report.ts';

export interface ApplyFlags extends PlanFlags {
  readonly yes?: boolean;
  readonly waitHealthy?: number;
  readonly concurrency: number;
  readonly report?: string;
  readonly onlyFailed?: boolean;
  readonly maxDelete?: MaxDelete;
}

/** Next to the audit file: what the last `apply` did, for anyone who forgot `--report`. */
const LAST_REPORT = 'last-apply.json';

export async function runApply(
  context: CommandContext,
  flags: ApplyFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  assertCanBeAsked(context, flags.yes === true);
  const makePlan = await preparePlan(context, flags, operands[0]);
  const named = flags.report === undefined ? [] : [path.resolve(context.cwd, flags.report)];
  for (const file of named) await assertReportWritable(file);
  return await withClient(context, flags, async (client, settings) => {
    const plan = await makePlan(client);
    if (flags.prune === true) noteUnseen(context, plan);
    assertFewDeletions(context, plan, flags);
    if (!(await confirmPlan(context, plan, flags.yes === true))) return EXIT_CODES.failed;
    const lastReport = path.join(path.dirname(settings.auditFile), LAST_REPORT);
    await assertReportWritable(lastReport);
    return await carryOut(context, client, plan, {
      concurrency: flags.concurrency,
      reportFiles: [lastReport, ...named],
      refuseStale: operands[0] !== undefined,
      ...(flags.waitHealthy === undefined ? {} : { waitHealthyMs: flags.waitHealthy * 1000 }),
    });
  });
}

/**
 * Pruning is where a wrong folder costs most. The default bound gives way to --yes; one that somebody wrote down does
 * not, so that a pipeline, which always says --yes, can have a bound too.
 * @throws CliError (1)
 */
function assertFewDeletions(context: CommandContext, plan: Plan, { maxDelete, yes }: ApplyFlags): void {
  const { delete: deletions } = plan.summary;
  const limit = deletionLimit(plan, maxDelete);
  if (deletions <= limit || (maxDelete === undefined && yes === true)) return;
  const { terminal } = context;
  terminal.note(`${renderPlanPreview(plan, terminal.noteStyle, terminal.noteColumns)}\n`);
  const what = countKinds(plan.changes.filter(({ action }) => action === 'delete'));
  const message = `This would delete ${what} of the ${plan.owned} of ${plan.projects.join(', ')}; at most ${limit} may be.`;
  throw new CliError(`${message} Nothing was changed.`, {
    hint: `Check that the files are all there; \`--max-delete ${deletions}\` allows it.`,
  });
}

/** Reads what is to be applied, a plan file or project files, before a client is opened. */
async function preparePlan(
  context: CommandContext,
  flags: ApplyFlags,
  planFile: string | undefined,
): Promise<(client: DipswitchClient) => Promise<Plan>> {
  if (planFile !== undefined) {
    if (
      flags.file !== undefined ||
      flags.env !== undefined ||
      [flags.prune, flags.draft, flags.onlyFailed].includes(true)
    ) {
      throw createUsageError(
        'A plan file says it all: -f, --env, --prune, --draft and --only-failed do not go with it.',
        'Give them to `dip plan --out`. To go on with a plan that was interrupted, just apply it again.',
      );
    }
    const plan = parsePlanFile(await readPlanFile(planFile, context.cwd));
    return async () => plan;
  }
  const project = await loadSoundProject(context, flags);
  const signal = stopSignal(context.interrupts);
  const { prune = false, draft = false, onlyFailed = false } = flags;
  return (client) => client.plan(project.desired, { prune, draft, onlyFailed, signal });
}

async function readPlanFile(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(path.resolve(cwd, file), 'utf8');
  } catch (error) {
    const reason = reasonOf(error);
    throw createUsageError(`The plan file ${file} cannot be read (${reason}).`, '`dip plan --out FILE` writes one.');
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
  terminal.note(`${renderPlanPreview(plan, terminal.noteStyle, terminal.noteColumns)}\n`);
  if (isAgreed) return true;
  const isYes = await askYes(terminal, `Carry this out on ${plan.server}?`, stopSignal(context.interrupts));
  if (!isYes) terminal.alert('Nothing was changed.');
  return isYes;
}

export interface CarryOutOptions {
  readonly concurrency?: number;
  readonly waitHealthyMs?: number;
  readonly reportFiles: readonly string[];
  readonly refuseStale?: boolean;
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
  const unwritten = await writeReports(options.reportFiles, report);
  if (!(await printStructured(terminal, report))) {
    terminal.result(renderApplySummary(result, run.stats, terminal.style));
  }
  if (result.stoppedBy !== null && !run.interrupted) {
    const { message, code, hint } = result.stoppedBy;
    terminal.alert(`${terminal.noteStyle.bad('stopped:')} ${message} [${code}]${hint === '' ? '' : `\nhint: ${hint}`}`);
  }
  if (unwritten !== null) throw unwritten;
  if (run.interrupted) return EXIT_CODES.interrupted;
  return result.ok ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** Writes all that can be written, before anything else can go wrong; the first failure. */
async function writeReports(files: readonly string[], report: ApplyReport): Promise<unknown> {
  let failure: unknown = null;
  for (const file of files) {
    await writeReport(file, report).catch((error: unknown) => {
      failure ??= error;
    });
  }
  return failure;
}

async function applyWithProgress(
  context: CommandContext,
  client: DipswitchClient,
  plan: Plan,
  options: CarryOutOptions,
): Promise<ApplyResult> {
  const { interrupts, terminal } = context;
  const view = createApplyProgress({
    terminal,
    now: context.now,
    waitHealthyMs: options.waitHealthyMs,
    limit: () => client.stats().pace.limitPerSecond,
  });
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
    refuseStale: options.refuseStale === true,
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
