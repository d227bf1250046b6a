/**
 * G13 and G14: what durable audit costs, and verifying it, in the engine and as `dip audit verify` does. Each round runs every writer at every concurrency, one after the other, so
 * that a slow minute of the disk hits all of them; figures are medians of per-round ratios.
 *
 *   node bench/audit-append.ts [--rounds 7] [--records 6000]
 */
import { randomBytes } from 'node:crypto';
import { fdatasync, write } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openLogFile } from '../packages/audit-log/src/log-file.ts';
import { verifyRange } from '../packages/audit-log/src/recover-chain.ts';
import { verifyAuditFile } from '../packages/client/src/audit/verify-audit-file.ts';
import type { AuditEvent } from '../packages/contract/src/index.ts';
import { openAuditTrail } from '../packages/engine/src/audit/audit-trail.ts';
import { createSealer } from '../packages/engine/src/seal/sealer.ts';
import { systemClock } from '../packages/engine/src/util/clock.ts';
import { silentLogger } from '../packages/engine/src/util/logger.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, records: { type: 'string', default: '6000' } },
});
const rounds = Number(values.rounds);
const recordsMax = Number(values.records);
const CONCURRENCIES = [1, 8, 32, 128];
const VERIFY_RECORDS = 100_000;

const event: AuditEvent = {
  timestamp: '2026-01-01T00:00:00.000Z',
  eventType: 'CONFIG_UPDATED',
  connectorId: 'db-prod-analytics-01',
  status: 'SUCCESS',
  latencyMs: 12.5,
  details: { auditId: '0b9d7c5e-6f5f-4a59-9a55-0a5b6b7c8d9e', method: 'PUT', revision: 17 },
  actor: 'client-3f2a9c',
  tenant: 'default',
  requestId: '7d1c2b3a-1111-2222-3333-444455556666',
};
/** What the bare writers write: a line as long as a chained one, already made. */
const bareLine = `${JSON.stringify({ ...event, sequence: 123_456, previousHash: 'a'.repeat(64), hash: 'b'.repeat(64) })}\n`;

interface Writer {
  append(): Promise<unknown>;
  close(): Promise<void>;
}

type WriterName = 'audit trail' | 'bare group commit' | 'fdatasync per record';

const WRITERS: Record<WriterName, (folder: string) => Promise<Writer>> = {
  async 'audit trail'(folder) {
    const sealer = createSealer(randomBytes(32));
    const trail = await openAuditTrail({ dataDir: folder, sealer, clock: systemClock, logger: silentLogger });
    return { append: () => trail.append(event), close: () => trail.close() };
  },
  async 'bare group commit'(folder) {
    const { descriptor, close } = await openBare(folder);
    let waiting: Array<() => void> = [];
    let text = '';
    let isFlushing = false;
    const flush = async (): Promise<void> => {
      isFlushing = true;
      while (waiting.length > 0) {
        const done = waiting;
        const bytes = Buffer.from(text);
        waiting = [];
        text = '';
        await writeAndSync(descriptor, bytes);
        for (const resolve of done) resolve();
        await undefined;
      }
      isFlushing = false;
    };
    const append = (): Promise<void> =>
      new Promise((resolve) => {
        text += bareLine;
        waiting.push(resolve);
        if (!isFlushing && waiting.length === 1) queueMicrotask(() => void flush());
      });
    return { append, close };
  },
  async 'fdatasync per record'(folder) {
    const { descriptor, close } = await openBare(folder);
    const bytes = Buffer.from(bareLine);
    let last: Promise<void> = Promise.resolve();
    const append = (): Promise<void> => {
      last = last.then(() => writeAndSync(descriptor, bytes));
      return last;
    };
    return { append, close };
  },
};

async function openBare(folder: string): Promise<{ descriptor: number; close(): Promise<void> }> {
  await mkdir(folder, { recursive: true });
  const handle = await open(join(folder, 'bare.jsonl'), 'a');
  return { descriptor: handle.fd, close: () => handle.close() };
}

function writeAndSync(descriptor: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, null, (error) => {
      if (error) reject(error);
      else fdatasync(descriptor, (failure) => (failure ? reject(failure) : resolve()));
    });
  });
}

interface Sample {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuMicroseconds: number;
}

async function measure(writer: Writer, concurrency: number, records: number): Promise<Sample> {
  const latencies: number[] = [];
  let left = records;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const appendedAt = performance.now();
      await writer.append();
      latencies.push(performance.now() - appendedAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  latencies.sort((a, b) => a - b);
  return {
    perSecond: (records / elapsedMs) * 1000,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    cpuMicroseconds: (user + system) / records,
  };
}

/** Enough to be told apart from noise, and few enough for one sync each to end in a second or two. */
function recordsFor(name: WriterName, concurrency: number): number {
  if (name === 'fdatasync per record') return Math.min(recordsMax, 2_000);
  return Math.min(recordsMax * 8, Math.max(1_000, concurrency * 1_000));
}

async function runWriter(root: string, name: WriterName, concurrency: number): Promise<Sample> {
  const folder = await mkdtemp(join(root, 'w-'));
  const writer = await WRITERS[name](folder);
  try {
    return await measure(writer, concurrency, recordsFor(name, concurrency));
  } finally {
    await writer.close();
    await rm(folder, { recursive: true });
  }
}

interface VerifyRates {
  /** Records a second of the wall clock. */
  readonly engine: readonly number[];
  readonly client: readonly number[];
  /** Records a second of processor time, the figure that a busy machine leaves alone. */
  readonly clientCpu: readonly number[];
}

async function measureVerify(root: string): Promise<VerifyRates> {
  const folder = await mkdtemp(join(root, 'v-'));
  const sealer = createSealer(randomBytes(32));
  const trail = await openAuditTrail({ dataDir: folder, sealer, clock: systemClock, logger: silentLogger });
  for (let written = 0; written < VERIFY_RECORDS; written += 1_000) {
    await Promise.all(Array.from({ length: 1_000 }, () => trail.append(event)));
  }
  await trail.close();
  const file = await openLogFile(join(folder, 'audit', 'audit.jsonl'));
  const size = await file.sizeBytes();
  const engine: number[] = [];
  const client: number[] = [];
  const clientCpu: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const { records, defect } = await verifyRange(file, 0, size, null);
    if (defect !== null || records !== VERIFY_RECORDS) throw new Error('the chain does not verify');
    engine.push((records / (performance.now() - startedAt)) * 1000);
    const cpuBefore = process.cpuUsage();
    const clientStartedAt = performance.now();
    const verification = await verifyAuditFile(join(folder, 'audit', 'audit.jsonl'));
    client.push((verification.records / (performance.now() - clientStartedAt)) * 1000);
    const { user, system } = process.cpuUsage(cpuBefore);
    clientCpu.push((verification.records / (user + system)) * 1_000_000);
    if (!verification.ok || verification.records !== VERIFY_RECORDS) throw new Error('the chain does not verify');
  }
  await file.close();
  return { engine, client, clientCpu };
}

function spread(numbers: readonly number[]): { median: number; min: number; max: number } {
  const sorted = numbers.toSorted((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

const names = Object.keys(WRITERS) as WriterName[];
const samples = new Map<string, Sample[]>();
const root = await mkdtemp(join(tmpdir(), 'dip-bench-audit-'));
try {
  for (const name of names) await runWriter(root, name, 32);
  for (let round = 0; round < rounds; round += 1) {
    for (const concurrency of CONCURRENCIES) {
      // Alternating who goes first keeps a drift of the machine from always helping the same one.
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const key = `${name} @${concurrency}`;
        samples.set(key, [...(samples.get(key) ?? []), await runWriter(root, name, concurrency)]);
      }
    }
  }
  const rows = CONCURRENCIES.map((inFlight) => {
    const of = (name: WriterName): Sample[] => samples.get(`${name} @${inFlight}`) ?? [];
    const ratios = (other: WriterName): number[] =>
      of('audit trail').map((sample, round) => sample.perSecond / (of(other)[round]?.perSecond ?? Number.NaN));
    const median = (name: WriterName, pick: (sample: Sample) => number): number => spread(of(name).map(pick)).median;
    return {
      inFlight,
      overOneSyncEach: spread(ratios('fdatasync per record')),
      overBareGroupCommit: spread(ratios('bare group commit')),
      cpuMicrosecondsPerRecord: median('audit trail', (sample) => sample.cpuMicroseconds),
      bareCpuMicrosecondsPerRecord: median('bare group commit', (sample) => sample.cpuMicroseconds),
      p99Ms: median('audit trail', (sample) => sample.p99Ms),
      bareP99Ms: median('bare group commit', (sample) => sample.p99Ms),
    };
  });
  const verifyRates = await measureVerify(root);
  const verifyPerSecond = spread(verifyRates.engine);
  const clientVerifyPerSecond = spread(verifyRates.client);
  const clientVerifyPerCpuSecond = spread(verifyRates.clientCpu);
  const round2 = (value: number): number => Math.round(value * 100) / 100;
  console.table(
    rows.map((row) => ({
      'in flight': row.inFlight,
      'x one sync each': round2(row.overOneSyncEach.median),
      'min..max': `${round2(row.overOneSyncEach.min)}..${round2(row.overOneSyncEach.max)}`,
      'x bare group commit': round2(row.overBareGroupCommit.median),
      'min..max ': `${round2(row.overBareGroupCommit.min)}..${round2(row.overBareGroupCommit.max)}`,
      'CPU us': round2(row.cpuMicrosecondsPerRecord),
      'bare CPU us': round2(row.bareCpuMicrosecondsPerRecord),
      'p99 ms': round2(row.p99Ms),
      'bare p99 ms': round2(row.bareP99Ms),
    })),
  );
  console.log(
    `verify: ${Math.round(verifyPerSecond.median)} records/s (${Math.round(verifyPerSecond.min)}..${Math.round(verifyPerSecond.max)})`,
  );
  console.log(
    `dip audit verify: ${Math.round(clientVerifyPerSecond.median)} records/s, ` +
      `${Math.round(clientVerifyPerCpuSecond.median)} of processor time ` +
      `(${Math.round(clientVerifyPerCpuSecond.min)}..${Math.round(clientVerifyPerCpuSecond.max)})`,
  );
  const at32 = rows.find((row) => row.inFlight === 32);
  const goals = {
    'G13 >= 10x one sync per record at 32 in flight': (at32?.overOneSyncEach.median ?? 0) >= 10,
    'G13 >= 0.8x bare group commit at 32 in flight': (at32?.overBareGroupCommit.median ?? 0) >= 0.8,
    'G14 verify >= 150 000 records/s': verifyPerSecond.median >= 150_000,
    'G14 dip audit verify >= 150 000 records/s of processor time': clientVerifyPerCpuSecond.median >= 150_000,
  };
  for (const [goal, isMet] of Object.entries(goals)) console.log(`${isMet ? 'met   ' : 'MISSED'} ${goal}`);
  const results = join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  await writeFile(
    join(results, 'audit-append.json'),
    `${JSON.stringify({ node: process.version, rounds, rows, verifyPerSecond, clientVerifyPerSecond, clientVerifyPerCpuSecond, goals }, null, 2)}\n`,
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
