import type { Change, Plan } from '@dipswitch/client';
import { toChangeRows } from './change-rows.ts';
import type { Style } from './style.ts';
import { countOf, neutralizeControls } from './text.ts';

interface ActionLook {
  readonly sign: string;
  readonly verb: string;
  readonly paint: (style: Style) => (text: string) => string;
}

const LOOKS: Readonly<Record<Exclude<Change['action'], 'no-op'>, ActionLook>> = {
  create: { sign: '+', verb: 'create', paint: (style) => style.good },
  update: { sign: '~', verb: 'update', paint: (style) => style.caution },
  publish: { sign: '^', verb: 'publish', paint: (style) => style.good },
  delete: { sign: '-', verb: 'delete', paint: (style) => style.bad },
};
const ORDER = ['create', 'update', 'publish', 'delete'] as const;

/** Said of a change that is not, or not only, the files' doing. */
const DRIFTS = {
  files: '',
  server: '  drift: changed on the server since the last apply',
  both: '  drift: changed in the files and on the server since the last apply',
  gone: '  drift: deleted on the server since the last apply',
} as const;
/** How many changes of a kind a preview shows before it only counts. */
const PREVIEWED = 50;

/** A plan for people: creates, updates, deletes, each with its fields; what stays the same is only counted. */
export function renderPlan(plan: Plan, style: Style, columns: number): string {
  return renderBlocks(plan, style, columns, Number.POSITIVE_INFINITY);
}

/** The same, but of thousands of changes only the first ones: what a question stands under. */
export function renderPlanPreview(plan: Plan, style: Style, columns: number): string {
  return renderBlocks(plan, style, columns, PREVIEWED);
}

function renderBlocks(plan: Plan, style: Style, columns: number, shownAtMost: number): string {
  const blocks: string[] = [];
  for (const action of ORDER) {
    const look = LOOKS[action];
    const changes = plan.changes.filter((change) => change.action === action);
    const shown = changes.length > shownAtMost ? changes.slice(0, shownAtMost) : changes;
    for (const change of shown) blocks.push(renderChange(change, look, style, columns));
    if (shown.length < changes.length) {
      blocks.push(style.dim(`... and ${changes.length - shown.length} more to ${look.verb}; \`dip plan\` shows all`));
    }
  }
  if (plan.orphans.length > 0) blocks.push(renderOrphans(plan, style));
  return [...blocks, renderPlanSummary(plan, style)].join('\n\n');
}

/** What the project left behind: drift of the other kind, which only --prune fixes. */
export function renderOrphans({ orphans }: Plan, style: Style): string {
  const named = orphans.slice(0, PREVIEWED).map(({ id }) => neutralizeControls(id));
  const others = orphans.length > named.length ? ` and ${orphans.length - named.length} more` : '';
  const projects = [...new Set(orphans.map(({ project }) => project))].join(', ');
  const counts = countKinds(orphans);
  return style.caution(`drift: ${counts} of ${projects} in no file (--prune deletes): ${named.join(', ')}${others}`);
}

/** `2 connectors and 1 data action`; connectors where there is nothing at all. */
export function countKinds(items: readonly { readonly kind: Change['kind'] }[]): string {
  const dataActions = items.filter(({ kind }) => kind === 'data-action').length;
  const connectors = items.length - dataActions;
  return [
    ...(connectors > 0 || dataActions === 0 ? [countOf(connectors, 'connector')] : []),
    ...(dataActions > 0 ? [countOf(dataActions, 'data action')] : []),
  ].join(' and ');
}

function renderPlanSummary(plan: Plan, style: Style): string {
  const { create, update, publish, delete: deleted, noOp } = plan.summary;
  const counted = (count: number, text: string, paint: (text: string) => string): string =>
    count === 0 ? style.dim(`0 ${text}`) : paint(`${count} ${text}`);
  return [
    counted(create, 'to create', style.good),
    counted(update, 'to update', style.caution),
    ...(publish === 0 ? [] : [style.good(`${publish} to publish`)]),
    counted(deleted, 'to delete', style.bad),
    `${noOp} unchanged`,
  ].join(', ');
}

function renderChange(change: Change, look: ActionLook, style: Style, columns: number): string {
  const paint = look.paint(style);
  const place = change.source === null ? '' : style.dim(`  ${change.source.file}:${change.source.line}`);
  const drift =
    change.origin === null
      ? ''
      : style.caution(DRIFTS[change.action === 'create' && change.origin !== 'files' ? 'gone' : change.origin]);
  const what = change.kind === 'data-action' ? 'action ' : '';
  const title = `${paint(`${look.sign} ${look.verb}`)} ${what}${style.bold(neutralizeControls(change.id))}${place}${drift}`;
  const rows = toChangeRows(change, style, columns);
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const indent = ' '.repeat(nameWidth + 6);
  const lines = rows.flatMap(({ name, lines: [first = '', ...others] }) => [
    `    ${name.padEnd(nameWidth)}  ${first}`,
    ...others.map((line) => `${indent}${line}`),
  ]);
  return [title, ...lines].join('\n');
}
