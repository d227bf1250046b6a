import { type Command, Option } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { collect, parseCount, parseMilliseconds, withServer } from '../tree/command-options.ts';

/** The data actions of the server: run, test, publish, roll back, count. */
export function addAction(program: Command, runs: Runs): void {
  const action = addCommand(program, 'action', 'Run, test, publish and roll back data actions', [
    'dip action run customer-by-ani --input ani=+4930123456',
    'dip action test customer-by-ani --input ani=+4930123456',
    'dip action rollback customer-by-ani',
  ]);
  addRun(action, runs);
  addTest(action, runs);
  addReleases(action, runs);

  const stats = addCommand(action, 'stats', 'Show outcomes and latencies of one, as the answering engine saw them', [
    'dip action stats customer-by-ani',
    'dip action stats customer-by-ani -o json',
  ]);
  stats.argument('<id>', 'data action');
  runs(withServer(stats), async () => (await import('./action/run-action-stats.ts')).runActionStats);

  const list = addCommand(action, 'list', 'List them; the same as `dip get actions`', [
    'dip action list',
    'dip action list -o json',
  ]);
  runs(withServer(list), async () => {
    const { runGet } = await import('./get/run-get.ts');
    return (context, flags) => runGet(context, flags, ['actions']);
  });
}

function addRun(action: Command, runs: Runs): void {
  const run = addCommand(
    action,
    'run',
    'Run the published version; exit 1 unless the outcome is FOUND, NO_RECORDS or DONE',
    [
      'dip action run customer-by-ani --input ani=+4930123456',
      "dip action run orders-by-ids --input 'ids:=[17,18]' -o json",
      'echo \'{"ani": "+4930123456"}\' | dip action run customer-by-ani --input-file -',
      'dip action run reserve-slot --input slot=9 --idempotency-key order-4711',
    ],
  );
  run.argument('<id>', 'data action');
  withInput(run)
    .addOption(
      new Option(
        '--deadline <ms>',
        'answer within so many milliseconds; shortens the deadline of the action, never lengthens it',
      ).argParser(parseMilliseconds),
    )
    .addOption(
      new Option('--profile <profile>', 'rest: failures have statuses of HTTP, as REST callers get them').choices([
        'rest',
      ]),
    )
    .option('--contact-id <id>', 'contact it is for; stands in the audit trail of the engine')
    .option('--idempotency-key <key>', 'a write runs once for each key (default: a random one)');
  runs(withServer(run), async () => (await import('./action/run-action-run.ts')).runActionRun);
}

function addTest(action: Command, runs: Runs): void {
  const test = addCommand(
    action,
    'test',
    'Run a version on sample input, rolled back, and show its plan; exit 1 unless it works',
    [
      'dip action test customer-by-ani --input ani=+4930123456',
      'dip action test customer-by-ani --input-file sample.json --version 3',
    ],
  );
  test.argument('<id>', 'data action');
  withInput(test).addOption(
    new Option('--version <n>', 'version to run (default: the newest, a draft or not)').argParser(parseCount),
  );
  runs(withServer(test), async () => (await import('./action/run-action-test.ts')).runActionTest);
}

function addReleases(action: Command, runs: Runs): void {
  const publish = addCommand(action, 'publish', 'Make a version the one that runs', [
    'dip action publish customer-by-ani',
    'dip action publish customer-by-ani --version 3',
  ]);
  publish
    .argument('<id>', 'data action')
    .addOption(new Option('--version <n>', 'which (default: the newest)').argParser(parseCount));
  runs(withServer(publish), async () => (await import('./action/run-action-release.ts')).runActionPublish);

  const rollback = addCommand(action, 'rollback', 'Make an earlier version the one that runs', [
    'dip action rollback customer-by-ani',
    'dip action rollback customer-by-ani --version 1',
  ]);
  rollback
    .argument('<id>', 'data action')
    .addOption(new Option('--version <n>', 'which (default: the one published before)').argParser(parseCount));
  runs(withServer(rollback), async () => (await import('./action/run-action-release.ts')).runActionRollback);
}

function withInput(command: Command): Command {
  return command
    .optionsGroup('Input:')
    .option('--input <name=value>', 'one input as text, or NAME:=JSON for a list, a number or null; repeats', collect)
    .option(
      '--input-file <path>',
      'JSON object with the inputs, - for standard input: what is sensitive stays out of the history',
    )
    .optionsGroup('Execution:');
}
