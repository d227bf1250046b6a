import type { DipswitchClient } from '@dipswitch/client';
import type { DataActionDetail, DataActionResource } from '@dipswitch/contract';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { describeDataAction } from '../../output/data-action-view.ts';
import { renderDetails, shown } from '../../output/details.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import { countOf, formatAge, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';

/** Lists the data actions of the server, or shows one with its versions. */
export async function getDataActions(
  context: CommandContext,
  client: DipswitchClient,
  id: string | undefined,
): Promise<ExitCode> {
  const { terminal } = context;
  const signal = stopSignal(context.interrupts);
  if (id !== undefined) {
    const dataAction = await client.dataActions.get(id, { signal });
    if (!(await printStructured(terminal, dataAction))) printOne(context, dataAction);
    return EXIT_CODES.done;
  }
  const items: DataActionResource[] = [];
  for await (const dataAction of client.dataActions.list({ signal })) items.push(dataAction);
  if (!(await printStructured(terminal, { items }))) printAll(context, items);
  return EXIT_CODES.done;
}

function printAll({ terminal, now }: CommandContext, items: readonly DataActionResource[]): void {
  if (items.length === 0) {
    terminal.note('The server has no data actions that this client can see.');
    return;
  }
  const nowMs = now();
  const { style } = terminal;
  const columns = [
    { title: 'ID', cell: (item: DataActionResource) => neutralizeControls(item.actionId) },
    { title: 'CONNECTOR', cell: (item: DataActionResource) => neutralizeControls(item.connectorId), shrinks: true },
    { title: 'ACCESS', cell: (item: DataActionResource) => item.access ?? 'read' },
    {
      title: 'RUNS',
      cell: runsOf,
      paint: (text: string, item: DataActionResource) => (isNewest(item) ? style.good(text) : style.caution(text)),
    },
    { title: 'CHANGED', cell: (item: DataActionResource) => formatAge(item.updatedAt, nowMs), alignRight: true },
  ];
  terminal.result(renderTable(terminal, columns, items));
  terminal.note(terminal.noteStyle.dim(`\n${countOf(items.length, 'data action')}`));
}

function printOne({ terminal, now }: CommandContext, item: DataActionDetail): void {
  const { style, columns } = terminal;
  const nowMs = now();
  const described = describeDataAction(item);
  const facts = described.filter(([name]) => name !== 'statement');
  const statement = described.filter(([name]) => name === 'statement').flatMap(([, text]) => text.split('\n'));
  const rows: [string, string][] = [
    ['id', shown(item.actionId)],
    ...(item.description === undefined ? [] : [['description', shown(item.description)] as [string, string]]),
    ...facts.map(([name, value]): [string, string] => [name, value]),
    ['runs', isNewest(item) ? style.good(runsOf(item)) : style.caution(runsOf(item))],
    ['revision', `${item.revision}, changed ${formatAge(item.updatedAt, nowMs)}`],
  ];
  const versions = [
    { title: 'VERSION', cell: ({ version }: Version) => String(version), alignRight: true },
    { title: 'STATE', cell: ({ state }: Version) => state },
    { title: 'STORED', cell: ({ createdAt }: Version) => formatAge(createdAt, nowMs) },
    { title: 'PUBLISHED', cell: ({ publishedAt }: Version) => formatAge(publishedAt, nowMs) },
    { title: 'BY', cell: ({ createdBy }: Version) => neutralizeControls(createdBy), shrinks: true },
  ];
  terminal.result(
    [
      renderDetails(rows, style, columns),
      // As it is written, which a list that wraps its values would not keep.
      style.dim('statement'),
      ...statement.map((line) => `  ${line}`),
      '',
      renderTable(terminal, versions, item.versions),
    ].join('\n'),
  );
}

type Version = DataActionDetail['versions'][number];

function isNewest({ version, publishedVersion }: DataActionResource): boolean {
  return publishedVersion === version;
}

function runsOf(item: DataActionResource): string {
  const { version, publishedVersion } = item;
  if (publishedVersion === null) return `none, version ${version} is a draft`;
  return isNewest(item) ? `version ${version}` : `version ${publishedVersion}, newest is ${version}`;
}
