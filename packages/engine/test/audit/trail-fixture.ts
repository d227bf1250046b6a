import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogFile, openLogFile, sha256Hex } from '@dipswitch/audit-log';
import { type AuditEvent, type AuditRecord, createAuditVerifier } from '@dipswitch/contract';
import { afterEach } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { type AuditTrail, openAuditTrail } from '../../src/audit/audit-trail.ts';
import { createSealer } from '../../src/seal/sealer.ts';
import type { Logger } from '../../src/util/logger.ts';

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

/** Fails the numbered sync or append of the audit file itself, the checkpoints left alone. */
export interface FileFaults {
  failSyncAt?: number;
  failAppendAt?: number;
  syncs: number;
  appends: number;
}

export class TrailFixture {
  readonly clock = new FakeClock();
  readonly sealer = createSealer(randomBytes(32));
  readonly logged: LoggedLine[] = [];
  readonly dataDir: string;
  readonly faults: FileFaults = { syncs: 0, appends: 0 };
  readonly #trails: AuditTrail[] = [];

  constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  get path(): string {
    return join(this.dataDir, 'audit', 'audit.jsonl');
  }

  get logger(): Logger {
    const logged = this.logged;
    const at = (level: string) => (fields: object, message: string) => void logged.push({ level, message, fields });
    const logger: Logger = {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: () => logger,
    };
    return logger;
  }

  async open(): Promise<AuditTrail> {
    const trail = await openAuditTrail({
      dataDir: this.dataDir,
      sealer: this.sealer,
      clock: this.clock,
      logger: this.logger,
      openFile: async (path) => {
        const file = await openLogFile(path);
        return path === this.path ? withFaults(file, this.faults) : file;
      },
    });
    this.#trails.push(trail);
    return trail;
  }

  /** Opens a trail, appends `count` records and closes it. */
  async write(count: number): Promise<void> {
    const trail = await this.open();
    for (let index = 0; index < count; index += 1) await trail.append(createEvent(index));
    await trail.close();
  }

  readText(): Promise<string> {
    return readFile(this.path, 'utf8');
  }

  async readRecords(): Promise<AuditRecord[]> {
    const text = await this.readText();
    return text.split('\n').flatMap((line): AuditRecord[] => (line === '' ? [] : [JSON.parse(line)]));
  }

  async verify() {
    const verifier = createAuditVerifier(sha256Hex);
    for (const line of (await readFile(this.path, 'utf8')).split('\n').slice(0, -1)) verifier.push(line);
    return verifier.finish();
  }

  async close(): Promise<void> {
    for (const trail of this.#trails) await trail.close();
    await rm(this.dataDir, { recursive: true });
  }
}

function withFaults(file: LogFile, faults: FileFaults): LogFile {
  const fail = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
  return {
    sizeBytes: () => file.sizeBytes(),
    read: (offset, length) => file.read(offset, length),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    append: (bytes) => {
      faults.appends += 1;
      return faults.appends === faults.failAppendAt ? fail('ENOSPC') : file.append(bytes);
    },
    sync: () => {
      faults.syncs += 1;
      return faults.syncs === faults.failSyncAt ? fail('EIO') : file.sync();
    },
  };
}

export function createEvent(index: number, changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    timestamp: '2026-01-15T12:00:00.000Z',
    eventType: 'CONFIG_UPDATED',
    connectorId: `db-${index}`,
    status: 'SUCCESS',
    latencyMs: 1,
    details: { auditId: `id-${index}`, index },
    actor: 'client-1',
    tenant: 'default',
    requestId: `request-${index}`,
    ...changes,
  };
}

/** Makes fixtures in temporary folders, which are closed and removed after each test. */
export function useTrails(): { create(): Promise<TrailFixture> } {
  const fixtures: TrailFixture[] = [];
  afterEach(async () => {
    for (const fixture of fixtures.splice(0)) await fixture.close();
  });
  return {
    async create() {
      const fixture = new TrailFixture(await mkdtemp(join(tmpdir(), 'dip-audit-')));
      fixtures.push(fixture);
      return fixture;
    },
  };
}
