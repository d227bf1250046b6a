import type { Change, FieldChange, FieldValue, Plan } from '@dipswitch/client';
import type { ConnectorBody } from '@dipswitch/contract';
import type { Style } from './style.ts';
import { countOf, neutralizeControls, toFieldName, truncateText } from './text.ts';

interface ActionLook {
  readonly sign: string;
  readonly verb: string;
  readonly paint: (style: Style) => (text: string) => string;
}

const LOOKS: Readonly<Record<Exclude<Change['action'], 'no-op'>, ActionLook>> = {
  create: { sign: '+', verb: 'create', paint: (style) => style.good },
  update: { sign: '~', verb: 'update', paint: (style) => style.caution },
  delete: { sign: '-', verb: 'delete', paint: (style) => style.bad },
};
/** A long value may run over the line, so that a reviewer sees all of it; a screenful of one value helps nobody. */
const WIDEST_VALUE = 400;
const ORDER = ['create', 'update', 'delete'] as const;

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

/** Connectors of the project that are in no file: drift of the other kind, which only --prune mends. */
export function renderOrphans({ orphans }: Plan, style: Style): string {
  const named = orphans.slice(0, PREVIEWED).map(({ id }) => neutralizeControls(id));
  const others = orphans.length > named.length ? ` and ${orphans.length - named.length} more` : '';
  const projects = [...new Set(orphans.map(({ project }) => project))].join(', ');
  const count = countOf(orphans.length, 'connector');
  return style.caution(`drift: ${count} of ${projects} in no file (--prune deletes): ${named.join(', ')}${others}`);
}

function renderPlanSummary(plan: Plan, style: Style): string {
  const { create, update, delete: deleted, noOp } = plan.summary;
  const counted = (count: number, text: string, paint: (text: string) => string): string =>
    count === 0 ? style.dim(`0 ${text}`) : paint(`${count} ${text}`);
  return [
    counted(create, 'to create', style.good),
    counted(update, 'to update', style.caution),
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
  const title = `${paint(`${look.sign} ${look.verb}`)} ${style.bold(neutralizeControls(change.id))}${place}${drift}`;
  const fields =
    change.action === 'create' && change.desired !== null
      ? summaryFields(change.desired).map(([name, value]) => ({ name, before: undefined, after: value }))
      : change.fields.map((field) => ({ name: toFieldName(field.path), ...sidesOf(field) }));
  const nameWidth = Math.max(0, ...fields.map((field) => field.name.length));
  const room = Math.max(20, columns - nameWidth - 8);
  const lines = fields.map(({ name, before, after }) => {
    const label = `    ${name.padEnd(nameWidth)}  `;
    if (change.action === 'create') return `${label}${truncateText(after ?? '', WIDEST_VALUE)}`;
    if (before === undefined) return `${label}${style.good(`+ ${truncateText(after ?? '', WIDEST_VALUE)}`)}`;
    if (after === undefined) return `${label}${style.bad(`- ${truncateText(before, WIDEST_VALUE)}`)}`;
    const joined = before.length + after.length + 4 <= room;
    return joined
      ? `${label}${style.bad(before)} -> ${style.good(after)}`
      : `${label}${style.bad(truncateText(before, WIDEST_VALUE))}\n${' '.repeat(label.length)}-> ${style.good(truncateText(after, WIDEST_VALUE))}`;
  });
  return [title, ...lines].join('\n');
}

function sidesOf(field: FieldChange): { before: string | undefined; after: string | undefined } {
  return {
    before: field.before === undefined ? undefined : toFieldText(field.before),
    after: field.after === undefined ? undefined : toFieldText(field.after),
  };
}

/** The body of a new connector in the few lines a reviewer looks for; `-o json` has all of it. */
function summaryFields(body: ConnectorBody): [string, string][] {
  const { configuration, healthCheck, eventSubscriptions, labels } = body;
  const { poolSettings, securitySettings, credentialMasking } = configuration;
  const verification = securitySettings.sslVerification ?? 'full';
  const rows: [string, string][] = [
    ['name', body.connectorName],
    ['target', configuration.connectionString],
    ['credentials', `${credentialMasking.username}, ${credentialMasking.password}`],
    [
      'pool',
      `${poolSettings.minPoolSize}..${poolSettings.maxPoolSize}, connect within ${poolSettings.connectionTimeoutSeconds} s`,
    ],
    ['tls', securitySettings.sslMode ? `required, verification ${verification}` : 'off'],
  ];
  if (healthCheck?.enabled === true) {
    rows.push(['health', `${healthCheck.query ?? 'default query'} every ${healthCheck.intervalSeconds} s`]);
  }
  for (const event of eventSubscriptions ?? []) rows.push(['event', `${event.eventType} -> ${event.webhookUrl}`]);
  for (const [name, value] of Object.entries(labels ?? {})) rows.push(['label', `${name}: ${value}`]);
  return rows.map(([name, value]) => [name, neutralizeControls(value)]);
}

function toFieldText(value: FieldValue): string {
  if (typeof value === 'string') {
    return value.includes('-----BEGIN') ? '(certificate)' : neutralizeControls(JSON.stringify(value));
  }
  return neutralizeControls(JSON.stringify(value));
}
