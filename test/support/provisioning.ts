import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DipProcess, type DipRun, startDip } from '../../packages/cli/test/support/run-dip.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';

/** What `dip apply` leaves in `.dipswitch/last-apply.json`, as far as tests look at it. */
export interface LastApply {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly summary: Readonly<Record<string, number>>;
  readonly stoppedBy: { readonly code: string } | null;
  readonly changes: readonly {
    readonly id: string;
    readonly status: string;
    readonly failure: { readonly code: string; readonly hint: string } | null;
  }[];
}

/** A server of a few lines in this process, a folder with a project file, and `dip` processes in it. */
export class Provisioning implements AsyncDisposable {
  readonly engine: FakeEngine;
  readonly folder: string;

  private constructor(engine: FakeEngine, folder: string) {
    this.engine = engine;
    this.folder = folder;
  }

  static async start(connectors: number, poolMax = 10): Promise<Provisioning> {
    const provisioning = new Provisioning(await FakeEngine.start(), await mkdtemp(join(tmpdir(), 'dip-faults-')));
    await provisioning.write(connectors, poolMax);
    return provisioning;
  }

  /** Replaces the project file by one with so many connectors: c0, c1, ... */
  async write(connectors: number, poolMax = 10): Promise<void> {
    await writeFile(join(this.folder, 'dipswitch.yaml'), projectFile(connectors, poolMax));
  }

  get journalFile(): string {
    return join(this.folder, '.dipswitch', 'apply-journal.jsonl');
  }

  get auditFile(): string {
    return join(this.folder, '.dipswitch', 'audit.jsonl');
  }

  get puts(): number {
    return this.engine.received.filter(({ method }) => method === 'PUT').length;
  }

  start(...args: readonly string[]): DipProcess {
    return startDip(args, { cwd: this.folder, env: this.environment, input: '' });
  }

  run(...args: readonly string[]): Promise<DipRun> {
    return this.start(...args).done;
  }

  get environment(): Record<string, string> {
    return {
      CXONE_BASE_URL: this.engine.url,
      CXONE_CLIENT_ID: 'dipc_test',
      CXONE_CLIENT_SECRET: 'canary-client-secret-5up3r',
      NO_COLOR: '1',
    };
  }

  async readLastApply(): Promise<LastApply> {
    return JSON.parse(await readFile(join(this.folder, '.dipswitch', 'last-apply.json'), 'utf8'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function projectFile(connectors: number, poolMax: number): string {
  const entries = Array.from(
    { length: connectors },
    (_, index) => `  - id: c${index}
    type: postgresql
    host: db.internal.net
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
    pool: {max: ${poolMax}}
`,
  );
  return `connectors:\n${entries.join('')}`;
}
