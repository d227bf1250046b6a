import type { ApplyResult, ChangeResult, ClientStats, HealthResult } from '@dipswitch/client';
import type { Style } from './style.ts';
import { countOf, formatDuration, neutralizeControls } from './text.ts';

const DONE_VERBS = {
  create: 'created',
  update: 'updated',
  publish: 'published',
  delete: 'deleted',
  'no-op': 'unchanged',
} as const;

/** One finished change in a line, with the reason and the next step under it when it failed. */
export function renderChangeResult(result: ChangeResult, style: Style): string {
  const { change, status, failure } = result;
  const id = style.bold(neutralizeControls(change.id));
  const latency = style.dim(`(${formatDuration(result.latencyMs)})`);
  if (status === 'applied' || status === 'unchanged') {
    const verb = status === 'applied' ? DONE_VERBS[change.action] : 'unchanged';
    return `${style.good('ok')}      ${id} ${verb}${renderVersion(result)} ${latency}${renderNotice(result, style)}`;
  }
  if (status === 'skipped') return `${style.dim('skipped')} ${id}`;
  const word = status === 'conflict' ? style.caution('moved') : style.bad('failed');
  const gap = status === 'conflict' ? '   ' : '  ';
  if (failure === null) return `${word}${gap}${id}`;
  const lines = [
    `${word}${gap}${id} ${neutralizeControls(failure.message)} ${style.dim(`[${failure.code}]`)}`,
    ...failure.issues.map(
      (issue) => `        ${issue.path || '/'} ${neutralizeControls(issue.message)} ${style.dim(issue.code)}`,
    ),
    ...(failure.requestId === null ? [] : [`        request id ${neutralizeControls(failure.requestId)}`]),
    ...(failure.hint === '' ? [] : [`        ${style.accent('hint:')} ${failure.hint}`]),
  ];
  return lines.join('\n');
}

/** Of a data action: which version is stored, and whether it runs. */
function renderVersion({ change, version, publishedVersion }: ChangeResult): string {
  if (change.kind === 'connector' || version === null) return '';
  if (change.action === 'publish') return `, version ${version}`;
  return publishedVersion === version ? `, version ${version} published` : `, version ${version} stays a draft`;
}

function renderNotice({ vaultNotice }: ChangeResult, style: Style): string {
  if (vaultNotice === null) return '';
  if (!vaultNotice.delivered) return style.caution(`, the vault was not told [${vaultNotice.code ?? 'UNKNOWN'}]`);
  return vaultNotice.signed ? ', vault told' : ', vault told (unsigned)';
}

export function renderHealthResult(result: HealthResult, style: Style): string {
  const id = style.bold(neutralizeControls(result.connectorId));
  const waited = style.dim(`(${formatDuration(result.waitedMs)})`);
  if (result.reached) return `${style.good('ok')}      ${id} ${result.status ?? ''} ${waited}`;
  const reason = [result.errorClass, result.message].filter((part) => part !== null).join(': ');
  return `${style.bad('failed')}  ${id} ${result.status ?? 'not known'} ${waited}${reason === '' ? '' : ` ${neutralizeControls(reason)}`}`;
}

/** The last lines of `apply`: counts, then what the wire looked like. */
export function renderApplySummary(result: ApplyResult, stats: ClientStats, style: Style): string {
  const { created, updated, published, deleted, unchanged, conflicts, failed, skipped } = result.summary;
  const counts = [
    `${created} created`,
    `${updated} updated`,
    ...(published > 0 ? [`${published} published`] : []),
    `${deleted} deleted`,
    `${unchanged} unchanged`,
    ...(conflicts > 0 ? [style.caution(`${conflicts} moved on the server`)] : []),
    ...(skipped > 0 ? [style.caution(`${skipped} not started`)] : []),
    failed > 0 ? style.bad(`${failed} failed`) : '0 failed',
  ];
  const verdict = result.ok ? style.good('done') : style.bad('not done');
  const lines = [`${verdict}: ${counts.join(', ')} in ${formatDuration(result.durationMs)}`];
  if (result.health !== null && result.health.length > 0) {
    const reached = result.health.filter((health) => health.reached).length;
    const text = `${reached} of ${countOf(result.health.length, 'connector')} healthy`;
    lines.push(reached === result.health.length ? style.good(text) : style.bad(text));
  }
  const { latency, retries, rateLimited } = stats;
  if (latency.count > 0) {
    lines.push(
      style.dim(
        `${countOf(latency.count, 'request')}: p50 ${formatLatency(latency.p50Ms)}, p95 ${formatLatency(latency.p95Ms)}, ` +
          `p99 ${formatLatency(latency.p99Ms)}; ${countOf(retries, 'retry', 'retries')}, ${rateLimited} rate-limited`,
      ),
    );
  }
  return lines.join('\n');
}

function formatLatency(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}
