import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RunReport, RunSettings } from './server-protocol.ts';

/** The token-bucket server in its process. */
export interface ServerHandle extends AsyncDisposable {
  readonly url: string;
  /** Forgets what was, and takes the settings of the next run. */
  begin(settings: RunSettings): Promise<void>;
  report(): Promise<RunReport>;
}

export async function startServer(): Promise<ServerHandle> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'token-bucket-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it listened`)));
    child.stdout.on('data', (chunk) => {
      const address = /listening on (\S+)/.exec(String(chunk))?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const call = async (init: RequestInit): Promise<RunReport> => {
    const report: unknown = await (await fetch(`${url}/run`, init)).json();
    if (!isReport(report)) throw new Error('the server answered something else than its report');
    return report;
  };
  return {
    url,
    begin: async (settings) => void (await call({ method: 'POST', body: JSON.stringify(settings) })),
    report: () => call({}),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function isReport(value: unknown): value is RunReport {
  return typeof value === 'object' && value !== null && 'arrivals' in value && 'carriedOut' in value;
}
