import { Argument, Command, Option } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import type { OutputFormat } from '../output/terminal.ts';
import type { CommandContext } from '../session/command-context.ts';
import { addActionCommands } from './action-commands.ts';
import { addCommand, type Runs } from './add-command.ts';
import {
  addGlobalOptions,
  DATABASE_KINDS,
  parseMaxDelete,
  parseSeconds,
  parseWorkers,
  withFiles,
  withServer,
} from './command-options.ts';
import {
  addAuditCommands,
  addCompletionCommands,
  addContextCommands,
  addDoctorCommand,
} from './operations-commands.ts';
import { addSecretCommands, withVault } from './secret-commands.ts';

export interface GlobalFlags {
  readonly output?: OutputFormat;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
}

/** Starts what a parsed command line asks for; `main.ts` builds the context, the reference generator never calls it. */
export type Invoke = (flags: GlobalFlags, run: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

/** The command tree: names, options, help. Each implementation is imported when its command runs, and only then. */
export function createProgram(version: string, invoke: Invoke): Command {
  const program = new Command('dip')
    .description('Database connectors and data actions for CXone data dips: from reviewed files to answers in time.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ subcommandTerm: termOf })
    .showHelpAfterError('(run with --help for the options and examples)')
    // What follows the name of a command is the command's: `dip action publish ID --version 3` asks for no version of dip.
    .enablePositionalOptions()
    .exitOverride();
  addGlobalOptions(program);
  program.addHelpText('after', EXIT_CODE_HELP);

  /** The last thing said of a command: its implementation. Its own options win over the same before its name. */
  const runs: Runs = (command, load) => {
    addGlobalOptions(command);
    command.action(async () => {
      const said = [program, ...(command.parent === null ? [] : [command.parent]), command].map((level) =>
        level.opts<GlobalFlags>(),
      );
      const flags = { ...Object.assign({}, ...said), color: said.every(({ color }) => color !== false) };
      const run = await load();
      await invoke(flags, (context) => run(context, command.opts(), command.args));
    });
  };
  addFileCommands(program, runs);
  addServerCommands(program, runs);
  addActionCommands(program, runs);
  addSecretCommands(program, runs);
  addAuditCommands(program, runs);
  addContextCommands(program, runs);
  addDoctorCommand(program, runs);
  addCompletionCommands(program, runs);
  // Said between the words of a command, as in `dip audit -o json verify`, they hold too.
  for (const group of program.commands) if (group.commands.length > 0) addGlobalOptions(group, { isHidden: true });
  return program;
}

function addFileCommands(program: Command, runs: Runs): void {
  const init = addCommand(program, 'init', 'Write a commented dipswitch.yaml and .env.example to start from', [
    'dip init',
    'dip init --force',
  ]);
  init.option('--force', 'replace files that are already there');
  runs(init, async () => (await import('../commands/init/run-init.ts')).runInit);

  const validate = addCommand(
    program,
    'validate',
    'Check files offline: no network, no credentials; exit 2 on errors',
    [
      'dip validate',
      'dip validate -f connectors/ --strict',
      'dip validate -f base.yaml -f team.yaml -o json',
      'cat dipswitch.yaml | dip validate -f -',
    ],
  );
  validate.option('--strict', 'warnings exit 2 as errors do');
  withFiles(validate);
  runs(validate, async () => (await import('../commands/validate/run-validate.ts')).runValidate);

  const plan = addCommand(program, 'plan', 'Show what apply would change; exit 2 if there is anything', [
    'dip plan',
    'dip plan -f connectors/ --env prod',
    'dip plan --prune -o json',
    'dip plan --out release.plan',
  ]);
  plan
    .option('--prune', "also delete what carries this project's label and is in no file")
    .option('--draft', DRAFT)
    .option('--out <file>', 'write the plan to a file that apply takes')
    .option('--check-secrets', 'also resolve every reference; exit 1 if one leads to no value');
  withServer(withVault(withFiles(plan)));
  runs(plan, async () => (await import('../commands/plan/run-plan.ts')).runPlan);

  const apply = addCommand(program, 'apply', 'Carry out the plan, after asking; exit 1 if anything failed', [
    'dip apply',
    'dip apply -f connectors/ --yes --wait-healthy 60',
    'dip apply --prune --concurrency 4 --report report.json',
    'dip apply release.plan --yes',
    'dip apply --only-failed',
    'dip apply --draft',
  ]);
  apply
    .argument('[planfile]', 'what `dip plan --out` wrote, in place of files; refused where the server has moved since')
    .option('-y, --yes', 'do not ask; needed where nobody can be asked')
    .option('--prune', "also delete what carries this project's label and is in no file")
    .option('--draft', DRAFT)
    .addOption(
      new Option(
        '--max-delete <n>',
        'refuse to prune more than n, or n%; default 10% of the project or 5, which --yes lifts',
      ).argParser(parseMaxDelete),
    )
    .option('--only-failed', 'just what failed or was in flight when the last run ended')
    .option('--wait-healthy <seconds>', 'then wait until the connectors of the files are healthy', parseSeconds)
    .addOption(new Option('--concurrency <n>', 'changes in flight at once').default(8).argParser(parseWorkers))
    .option('--keep-going', 'go on when more than a tenth of the requests had to be repeated after failures')
    .option('--report <file>', 'write the outcome as JSON, even if interrupted');
  withServer(withFiles(apply)).option('--vault-webhook-url <url>', 'who is told of each change (VAULT_WEBHOOK_URL)');
  runs(apply, async () => (await import('../commands/apply/run-apply.ts')).runApply);
}

function addServerCommands(program: Command, runs: Runs): void {
  const get = addCommand(program, 'get', 'List what the server has, or show one', [
    'dip get',
    'dip get connectors --type postgresql -o json',
    'dip get connectors db-prod-analytics-01 -o yaml',
    'dip get actions',
    'dip get actions customer-by-ani',
  ]);
  get
    .addArgument(new Argument('[kind]', 'what to get').choices(KINDS).default('connectors'))
    .argument('[id]', 'just this one')
    .addOption(new Option('--type <type>', 'only connectors of this database kind').choices(DATABASE_KINDS));
  withServer(get);
  runs(get, async () => (await import('../commands/get/run-get.ts')).runGet);

  const pull = addCommand(
    program,
    'pull',
    'Write what the server has into the project files, comments and order kept',
    [
      'dip pull',
      'dip pull db-prod-analytics-01',
      'dip pull actions',
      'dip pull actions customer-by-ani -f actions.yaml',
    ],
  );
  pull
    .argument(
      '[what...]',
      "connectors or actions, then ids; default: all of the files' project, or of the server if they name none",
    )
    .option('-f, --file <path>', 'file or folder to write to (default: dipswitch.yaml, else the folder dipswitch)');
  withServer(pull);
  runs(pull, async () => (await import('../commands/pull/run-pull.ts')).runPull);

  const remove = addCommand(program, 'delete', 'Delete from the server, after asking', [
    'dip delete connectors db-prod-analytics-01',
    'dip delete connectors old-01 old-02 --yes',
    'dip delete actions customer-by-ani --force',
  ]);
  remove
    .addArgument(new Argument('<kind>', 'what to delete').choices(KINDS))
    .argument('<id...>', 'which')
    .option('--force', 'also delete data actions that are published, which callers may use')
    .option('-y, --yes', 'do not ask; needed where nobody can be asked');
  withServer(remove).option('--vault-webhook-url <url>', 'who is told of each change (VAULT_WEBHOOK_URL)');
  runs(remove, async () => (await import('../commands/apply/run-delete.ts')).runDelete);

  const health = addCommand(program, 'health', 'Show health; exit 1 if a connector is unhealthy', [
    'dip health',
    'dip health db-prod-analytics-01',
    'dip health --watch',
  ]);
  health
    .argument('[id]', 'one connector, with its recent checks')
    .option('-w, --watch', 'go on until Ctrl-C, which then is a normal end (exit 0)')
    .addOption(new Option('--interval <seconds>', 'between two looks of --watch').default(2).argParser(parseSeconds));
  withServer(health);
  runs(health, async () => (await import('../commands/health/run-health.ts')).runHealth);

  const test = addCommand(
    program,
    'test',
    'Have the server open a real connection, nothing stored; exit 1 if it fails',
    [
      'dip test db-prod-analytics-01',
      'dip test db-prod-analytics-01 --env staging',
      'dip test db-prod-analytics-01 --stored',
    ],
  );
  test
    .argument('<id>', 'connector of the files; if they do not have it, of the server')
    .option('--stored', 'as the server has it, whatever the files say');
  withServer(withFiles(test));
  runs(test, async () => (await import('../commands/test/run-test.ts')).runTest);
}

const KINDS = ['connectors', 'actions'];
const DRAFT = 'store new versions of data actions as drafts, publish none';
const EXIT_CODE_HELP = `
Exit codes: 0 done, 1 could not do its job, 2 changes or findings, 64 usage, 130 interrupted.
Settings: flag, then environment, then a file .env here, then a context. \`dip init\` writes a .env.example.`;

/** A command and its operands; that it takes options goes without saying. */
function termOf(command: Command): string {
  const children = command.commands.map((child) => child.name()).filter((name) => name !== 'help');
  const operands = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...(children.length > 0 ? [children.join('|')] : []), ...operands].join(' ');
}
