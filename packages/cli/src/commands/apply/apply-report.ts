import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ApplyResult, ChangeResult, ClientStats, FailureReport, HealthResult, Plan } from '@dipswitch/client';
import { CliError, reasonOf } from '../../cli-error.ts';

/** One change as the report shows it: what was asked, what became of it; never a body. */
export interface ChangeRecord {
  readonly kind: ChangeResult['change']['kind'];
  readonly id: string;
  readonly action: ChangeResult['change']['action'];
  readonly status: ChangeResult['status'];
  readonly revision: number | null;
  /** Of data actions; null for connectors. */
  readonly version: number | null;
  readonly publishedVersion: number | null;
  readonly latencyMs: number;
  readonly source: string | null;
  readonly failure: FailureReport | null;
  readonly vaultNotice: ChangeResult['vaultNotice'];
}

/** The outcome of `apply` and `delete`, on stdout with `-o json` and in the file of `--report`. */
export interface ApplyReport {
  readonly server: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly summary: ApplyResult['summary'];
  readonly requests: ClientStats;
  readonly stoppedBy: FailureReport | null;
  readonly health: readonly HealthResult[] | null;
  readonly changes: readonly ChangeRecord[];
}

export interface ApplyRun {
  readonly plan: Plan;
  readonly result: ApplyResult;
  readonly stats: ClientStats;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly interrupted: boolean;
}

export function toApplyReport(run: ApplyRun): ApplyReport {
  const { plan, result, stats } = run;
  return {
    server: plan.server,
    startedAt: new Date(run.startedAtMs).toISOString(),
    finishedAt: new Date(run.finishedAtMs).toISOString(),
    durationMs: Math.round(result.durationMs),
    ok: result.ok && !run.interrupted,
    interrupted: run.interrupted,
    summary: result.summary,
    requests: stats,
    stoppedBy: result.stoppedBy,
    health: result.health,
    changes: result.results.map(({ change, ...outcome }) => ({
      kind: change.kind,
      id: change.id,
      action: change.action,
      status: outcome.status,
      revision: outcome.revision,
      version: outcome.version,
      publishedVersion: outcome.publishedVersion,
      latencyMs: Math.round(outcome.latencyMs * 100) / 100,
      source: change.source === null ? null : `${change.source.file}:${change.source.line}`,
      failure: outcome.failure,
      vaultNotice: outcome.vaultNotice,
    })),
  };
}

/** Proves before the first change that the report can be written after the last: a lost report is a lost run. */
export async function assertReportWritable(file: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await (await open(file, 'a')).close();
  } catch (error) {
    throw reportError(file, error, 'Nothing was changed.');
  }
}

export async function writeReport(file: string, report: ApplyReport): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw reportError(file, error, 'The changes were made; the summary above is what is known.');
  }
}

function reportError(file: string, error: unknown, consequence: string): CliError {
  const reason = reasonOf(error);
  return new CliError(`The report ${file} cannot be written (${reason}). ${consequence}`, {
    hint: 'Name another file with --report, or leave it out.',
    cause: error,
  });
}
