import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { CLIENT_COMMANDS } from './commands/client-commands.ts';
import type { CommandContext } from './commands/command.ts';
import { KEY_COMMANDS } from './commands/key-commands.ts';
import { MIGRATE_COMMAND } from './commands/migrate-command.ts';
import { EXIT_FAILED, runProgram } from './commands/run-program.ts';
import { SECRET_COMMANDS } from './commands/secret-commands.ts';
import { createStartCommand } from './commands/start-command.ts';
import { WEBHOOK_COMMANDS } from './commands/webhook-commands.ts';
import { createLogger } from './settings/create-logger.ts';
import { toLoggableError } from './util/loggable-error.ts';
import type { Logger } from './util/logger.ts';

const START_COMMAND = createStartCommand({
  version: readVersion(),
  // Loaded when it is needed: help, usage errors and the other commands do without the server.
  openEngine: async (options) => (await import('./app/app.ts')).openApp(options),
  // Written at once: the last lines before a crash are the ones that matter.
  createLogger: (level) => createLogger(level, pino.destination({ dest: 2, sync: true })),
  stopRequested,
});

/** Runs the program `dip-engine` with the command line and environment of this process. */
export async function main(): Promise<void> {
  // oracledb reads DATE and TIMESTAMP in the time zone of the process; an hour that a zone skips would move them.
  process.env.TZ = 'UTC';
  const context: CommandContext = {
    environment: process.env,
    print: (output) => void process.stdout.write(output),
    explain: (output) => void process.stderr.write(output),
    readStandardInput: () => text(process.stdin),
  };
  const commands = [
    START_COMMAND,
    ...CLIENT_COMMANDS,
    ...KEY_COMMANDS,
    ...SECRET_COMMANDS,
    ...WEBHOOK_COMMANDS,
    MIGRATE_COMMAND,
  ];
  try {
    process.exitCode = await runProgram(process.argv.slice(2), commands, context);
  } catch (error) {
    reportUnexpected(error);
    process.exitCode = EXIT_FAILED;
  }
}

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process without waiting. What nobody caught ends it too:
 * after it, nothing the engine believes about itself is certain.
 */
function stopRequested(logger: Logger): Promise<string> {
  const end = (error: unknown): void => {
    logger.error({ err: error }, 'an unhandled error ends the engine');
    process.exit(EXIT_FAILED);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(EXIT_FAILED));
        resolve(signal);
      });
    }
  });
}

function reportUnexpected(error: unknown): void {
  process.stderr.write(`dip-engine: unexpected error ${JSON.stringify(toLoggableError(error))}\n`);
}

function readVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}
