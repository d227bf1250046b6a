import type { Change, ConnectorChange, DataActionChange, FieldChange, FieldValue } from '@dipswitch/client';
import type { ConnectorBody } from '@dipswitch/contract';
import { describeDataAction } from './data-action-view.ts';
import { diffLines } from './line-diff.ts';
import type { Style } from './style.ts';
import { neutralizeControls, toFieldName, truncateText } from './text.ts';

/** A name, and what is said of it: one line or several. */
export interface ChangeRow {
  readonly name: string;
  readonly lines: readonly string[];
}

/** A long value may run over the line, so that a reviewer sees all of it; a screenful of one value helps nobody. */
const WIDEST_VALUE = 400;
const TALLEST_TEXT = 60;

/** What a change is about, field by field. `room` is the width that a value has. */
export function toChangeRows(change: Change, style: Style, columns: number): readonly ChangeRow[] {
  return change.kind === 'connector'
    ? toConnectorRows(change, style, columns)
    : [...toBodyRows(change, style, columns), ...toReleaseRows(change, style)];
}

function toConnectorRows(change: ConnectorChange, style: Style, columns: number): readonly ChangeRow[] {
  if (change.action === 'create' && change.desired !== null) return toRows(describeConnector(change.desired));
  return toFieldRows(change.fields, style, columns);
}

function toBodyRows(change: DataActionChange, style: Style, columns: number): readonly ChangeRow[] {
  if (change.action === 'create' && change.desired !== null) return toRows(describeDataAction(change.desired));
  return toFieldRows(change.fields, style, columns);
}

/** What becomes of the version that runs. */
function toReleaseRows(change: DataActionChange, style: Style): readonly ChangeRow[] {
  const { action, version, publishedVersion, publishes } = change;
  const row = (name: string, text: string): readonly ChangeRow[] => [{ name, lines: [text] }];
  const place = publishedVersion === null ? 'none runs yet' : `instead of version ${publishedVersion}`;
  switch (action) {
    case 'create':
    case 'update': {
      if (publishes) return row('publish', style.good(`the new version, ${place}`));
      const rest = publishedVersion === null ? '' : `; version ${publishedVersion} runs on`;
      return row('publish', style.caution(`no, it stays a draft${rest}`));
    }
    case 'publish':
      return row('version', style.good(`${version}, ${place}`));
    case 'delete':
      if (publishedVersion === null) return [];
      return row('published', style.bad(`version ${publishedVersion}: callers may use it`));
    case 'no-op':
      return [];
  }
}

function toRows(facts: readonly (readonly [string, string])[]): readonly ChangeRow[] {
  return facts.map(([name, text]) => {
    const lines = text.split('\n');
    const shown = lines.slice(0, TALLEST_TEXT).map((line) => truncateText(line, WIDEST_VALUE));
    return { name, lines: lines.length > shown.length ? [...shown, moreLines(lines.length - shown.length)] : shown };
  });
}

function toFieldRows(fields: readonly FieldChange[], style: Style, columns: number): readonly ChangeRow[] {
  const names = fields.map(({ path }) => toFieldName(path));
  const nameWidth = Math.max(0, ...names.map((name) => name.length));
  const room = Math.max(20, columns - nameWidth - 8);
  return fields.map((field, index) => ({ name: names[index] ?? '', lines: toFieldLines(field, style, room) }));
}

function toFieldLines({ before, after }: FieldChange, style: Style, room: number): readonly string[] {
  if (isText(before) && isText(after) && (before.includes('\n') || after.includes('\n'))) {
    return toTextLines(before, after, style);
  }
  const [old, now] = [before, after].map((side) => (side === undefined ? undefined : toFieldText(side)));
  if (old === undefined) return [style.good(`+ ${truncateText(now ?? '', WIDEST_VALUE)}`)];
  if (now === undefined) return [style.bad(`- ${truncateText(old, WIDEST_VALUE)}`)];
  if (old.length + now.length + 4 <= room) return [`${style.bad(old)} -> ${style.good(now)}`];
  return [style.bad(truncateText(old, WIDEST_VALUE)), `-> ${style.good(truncateText(now, WIDEST_VALUE))}`];
}

/** A text of several lines, as reviewers read it: what goes, what comes, and what stays between. */
function toTextLines(before: string, after: string, style: Style): readonly string[] {
  const paints = { ' ': style.dim, '-': style.bad, '+': style.good };
  const lines = diffLines(before, after);
  const shown = lines.slice(0, TALLEST_TEXT).map(({ sign, text }) => {
    return paints[sign](`${sign} ${truncateText(neutralizeControls(text), WIDEST_VALUE)}`.trimEnd());
  });
  return lines.length > shown.length ? [...shown, style.dim(moreLines(lines.length - shown.length))] : shown;
}

function moreLines(count: number): string {
  return `... ${count} more lines; -o json shows all`;
}

/** The body of a new connector in the few lines a reviewer looks for; `-o json` has all of it. */
function describeConnector(body: ConnectorBody): [string, string][] {
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
  if (isText(value) && value.includes('-----BEGIN')) return '(certificate)';
  return neutralizeControls(JSON.stringify(value));
}

function isText(value: FieldValue | undefined): value is string {
  return typeof value === 'string';
}
