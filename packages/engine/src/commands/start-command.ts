import { type EngineConfig, loadConfig } from '../settings/config.ts';
import { START_OPTIONS } from '../settings/config-options.ts';
import type { Environment } from '../settings/read-options.ts';
import type { Logger } from '../util/logger.ts';
import type { Command } from './command.ts';

/** An engine that was put together, as `start` handles it. */
export interface StartableEngine {
  readonly state: { readonly dialect: string };
  listen(): Promise<string>;
  close(): Promise<void>;
}

export interface StartableEngineOptions extends EngineConfig {
  readonly version: string;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** What `start` needs of the process beyond what every command does. */
export interface StartContext {
  readonly version: string;
  readonly openEngine: (options: StartableEngineOptions) => Promise<StartableEngine>;
  readonly createLogger: (level: string) => Logger;
  /** Resolves with the name of the signal that asks the engine to stop. */
  readonly stopRequested: (logger: Logger) => Promise<string>;
}

export function createStartCommand({ version, openEngine, createLogger, stopRequested }: StartContext): Command {
  return {
    name: 'start',
    argumentsText: '',
    summary: 'Runs the engine until SIGTERM or SIGINT, which let requests in flight finish.',
    options: START_OPTIONS,
    examples: [
      'dip-engine start',
      'dip-engine start --port 9090 --data-dir /var/lib/dipswitch --rate-limit 100/s',
      'DIP_DATABASE_URL=postgres://dip@db.internal/dip DIP_MASTER_KEY=... dip-engine start --host 0.0.0.0 --public-url https://dip.internal',
    ],
    async run(argv, context) {
      const { environment } = context;
      const config = await loadConfig(argv, environment);
      const logger = createLogger(config.logLevel);
      const app = await openEngine({ ...config, version, environment, logger });
      try {
        const url = await app.listen();
        const { dialect } = app.state;
        logger.info({ version, url, dialect, listensOnLoopback: config.listensOnLoopback }, 'engine started');
        context.print(`dip-engine listening on ${url}\n`);
        const signal = await stopRequested(logger);
        logger.info({ signal }, 'engine stops: requests in flight may finish');
      } finally {
        await app.close();
      }
      logger.info({}, 'engine stopped');
    },
  };
}
