import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyProgress } from '../../src/apply/apply-types.ts';
import { verifyAuditFile } from '../../src/audit/verify-audit-file.ts';
import type { DipswitchClient } from '../../src/client.ts';
import type { ClientSettings } from '../../src/options/client-options.ts';
import { hasChanges } from '../../src/plan/plan.ts';
import { connectorBody, createTestClient, desiredState } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { problem, startScriptedServer } from '../support/scripted-server.ts';

describe('apply', () => {
  let engine: FakeEngine;
  let client: DipswitchClient;
  let folder: string;
  let auditFile: string;

  const reopen = async (options: Partial<ClientSettings> = {}) => {
    await client?.close();
    client = createTestClient(engine.url, { clock: createFastClock(), auditFile, ...options });
  };
  beforeEach(async () => {
    engine = await FakeEngine.start();
    folder = await mkdtemp(join(tmpdir(), 'dip-apply-'));
    auditFile = join(folder, '.dipswitch', 'audit.jsonl');
    await reopen();
  });
  afterEach(async () => {
    await client.close();
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const readAudit = async (): Promise<AuditRecord[]> => {
    const text = await readFile(auditFile, 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const many = (count: number, project?: string) =>
    desiredState(
      Array.from({ length: count }, (_, index) => connectorBody(`c${String(index).padStart(3, '0')}`, {}, project)),
      project === undefined ? [] : [project],
    );

  it('creates, updates and deletes, and the next plan is empty', async () => {
    const theirs = connectorBody('theirs', {}, 'billing');
    for (const body of [connectorBody('old', {}, 'crm'), connectorBody('c001', { pool: { max: 3 } }, 'crm'), theirs]) {
      await client.connectors.put(body);
    }
    engine.changes.length = 0;
    const plan = await client.plan(many(3, 'crm'), { prune: true });
    expect(plan.summary).toEqual({ create: 2, update: 1, publish: 0, delete: 1, noOp: 0 });
    const result = await client.apply(plan, { concurrency: 2 });
    expect(result).toMatchObject({ ok: true, stoppedBy: null, health: null });
    expect(result.summary).toMatchObject({ created: 2, updated: 1, deleted: 1, failed: 0 });
    expect(engine.changes.at(-1)).toBe('delete old');
    expect([...engine.stored.keys()].sort()).toEqual(['c000', 'c001', 'c002', 'theirs']);
    expect(hasChanges(await client.plan(many(3, 'crm'), { prune: true }))).toBe(false);
  });

  it('reads every page before it compares', async () => {
    engine.pageSize = 7;
    await client.apply(await client.plan(many(30)));
    expect((await client.plan(many(30))).summary).toEqual({ create: 0, update: 0, publish: 0, delete: 0, noOp: 30 });
  });

  it('records each attempt in a chain that verifies', async () => {
    engine.fault = (request, response) => {
      if (request.method !== 'PUT' || !request.path.endsWith('c001')) return false;
      problem(response, 403, 'ID_TAKEN');
      return true;
    };
    await client.apply(await client.plan(many(3)));
    const records = await readAudit();
    expect(records.map(({ eventType, connectorId, status }) => [eventType, connectorId, status]).sort()).toEqual([
      ['CONNECTOR_CREATED', 'c000', 'SUCCESS'],
      ['CONNECTOR_CREATED', 'c001', 'FAILED'],
      ['CONNECTOR_CREATED', 'c002', 'SUCCESS'],
    ]);
    const failed = records.find(({ status }) => status === 'FAILED');
    expect(failed).toMatchObject({ actor: 'dipc_test', details: { code: 'ID_TAKEN', httpStatus: 403 } });
    expect(failed?.latencyMs).toBeGreaterThan(0);
    const sent = engine.received.find(({ method, path }) => method === 'PUT' && path.endsWith('c000'));
    expect(records.find(({ connectorId }) => connectorId === 'c000')?.requestId).toBe(sent?.headers['x-request-id']);
    expect(await verifyAuditFile(auditFile)).toMatchObject({ ok: true, records: 3 });
  });

  it('puts a full audit file away and goes on in the next one', async () => {
    await reopen({ auditFileMaxBytes: 1024 });
    await client.apply(await client.plan(many(8)), { concurrency: 1 });
    const names = await readdir(join(folder, '.dipswitch'));
    expect(names.sort()).toEqual(['audit.0001.jsonl', 'audit.0002.jsonl', 'audit.jsonl']);
    expect(await verifyAuditFile(auditFile)).toMatchObject({ ok: true, records: 8 });
  });

  it('goes on after a failed change and says what it was', async () => {
    engine.fault = (request, response) => {
      if (request.method !== 'PUT' || !request.path.endsWith('c003')) return false;
      problem(response, 400, 'VALIDATION_FAILED');
      return true;
    };
    const result = await client.apply(await client.plan(many(6)), { concurrency: 2 });
    expect(result.ok).toBe(false);
    expect(result.summary).toMatchObject({ created: 5, failed: 1, skipped: 0 });
    expect(result.results[3]).toMatchObject({ status: 'failed', failure: { code: 'VALIDATION_FAILED', status: 400 } });
  });

  it('keeps to the number of changes at once', async () => {
    let open = 0;
    let most = 0;
    engine.fault = async (request) => {
      if (request.method !== 'PUT') return false;
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return false;
    };
    await client.apply(await client.plan(many(20)), { concurrency: 3 });
    expect(most).toBeLessThanOrEqual(3);
    expect(most).toBeGreaterThan(1);
  });

  it('leaves a connector alone that somebody changed after the plan', async () => {
    await client.apply(await client.plan(many(2)));
    const desired = desiredState([
      connectorBody('c000', { pool: { max: 7 } }),
      connectorBody('c001', { pool: { max: 7 } }),
    ]);
    const plan = await client.plan(desired);
    await client.connectors.put(connectorBody('c000', { name: 'Theirs' }));
    const result = await client.apply(plan);
    expect(result.summary).toMatchObject({ updated: 1, conflicts: 1 });
    expect(result.results[0]).toMatchObject({ status: 'conflict', failure: { code: 'PRECONDITION_FAILED' } });
    expect(result.results[0]?.failure?.hint).toContain('plan');
    expect(engine.stored.get('c000')?.body.connectorName).toBe('Theirs');
  });

  it('lets two applies at once end with one winner for each connector', async () => {
    const [ours, theirs] = ['Ours', 'Theirs'].map((name) =>
      desiredState(Array.from({ length: 10 }, (_, index) => connectorBody(`c${index}`, { name }))),
    );
    if (ours === undefined || theirs === undefined) throw new Error('two were made');
    const plans = await Promise.all([client.plan(ours), client.plan(theirs)]);
    await using unaudited = createTestClient(engine.url);
    const results = await Promise.all(plans.map((plan) => unaudited.apply(plan, { concurrency: 4 })));
    expect(results.map(({ summary }) => summary.created + summary.conflicts)).toEqual([10, 10]);
    expect(results.reduce((sum, { summary }) => sum + summary.created, 0)).toBe(10);
    expect(engine.changes).toHaveLength(10);
  });

  it('stops when the token is refused for good, and records nothing that was not tried', async () => {
    const plan = await client.plan(many(20));
    await reopen();
    engine.fault = (request, response) => {
      if (request.path !== '/oauth/token') return false;
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
      return true;
    };
    const result = await client.apply(plan, { concurrency: 2 });
    expect(result.stoppedBy).toMatchObject({ code: 'AUTH_REJECTED' });
    expect(result.summary).toMatchObject({ failed: 2, skipped: 18 });
    expect(await readAudit()).toHaveLength(2);
  });

  it('finishes what is under way when it is told to stop', async () => {
    const stop = new AbortController();
    const progress: ApplyProgress[] = [];
    const result = await client.apply(await client.plan(many(20)), {
      concurrency: 2,
      stopSignal: stop.signal,
      onProgress: (step) => {
        progress.push(step);
        if (step.type === 'change-finished' && step.done === 5) stop.abort();
      },
    });
    expect(result.summary.created).toBeGreaterThanOrEqual(5);
    expect(result.summary.created).toBeLessThanOrEqual(7);
    expect(result.summary.created + result.summary.skipped).toBe(20);
    expect(result).toMatchObject({ ok: false, stoppedBy: { code: 'ABORTED' } });
    expect(progress.filter(({ type }) => type === 'change-started')).toHaveLength(engine.changes.length);
  });

  it('aborts what is under way and says that it may have been carried out', async () => {
    const controller = new AbortController();
    engine.fault = (request) => {
      if (request.method !== 'PUT') return false;
      controller.abort();
      return true;
    };
    const result = await client.apply(await client.plan(many(3)), { concurrency: 1, signal: controller.signal });
    expect(result.results[0]?.failure).toMatchObject({ code: 'ABORTED' });
    expect(result.results[0]?.failure?.message).toContain('may have carried it out');
    expect(result.summary).toMatchObject({ failed: 1, skipped: 2 });
    expect(await readAudit()).toMatchObject([{ status: 'FAILED', details: { code: 'ABORTED' } }]);
  });

  it('counts progress up to the total', async () => {
    const progress: ApplyProgress[] = [];
    await client.apply(await client.plan(many(4)), { onProgress: (step) => void progress.push(step) });
    expect(progress[0]).toEqual({ type: 'started', total: 4 });
    const done = progress.flatMap((step) => (step.type === 'change-finished' ? [step.done] : []));
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('refuses a plan for another server, and an unknown option, before anything happens', async () => {
    const plan = await client.plan(many(1));
    await expect(client.apply({ ...plan, server: 'https://other' })).rejects.toMatchObject({
      code: 'PLAN_FILE_INVALID',
    });
    const misspelt = { concurency: 2 } as object;
    await expect(client.apply(plan, misspelt)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_UNKNOWN' });
    await expect(client.apply(plan, { concurrency: 0 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_RANGE' });
    expect(engine.changes).toEqual([]);
  });

  it('deletes by name through a plan of its own', async () => {
    await client.apply(await client.plan(many(2)));
    const result = await client.apply(await client.planDeletion(['c001', 'c001']));
    expect(result.summary.deleted).toBe(1);
    expect([...engine.stored.keys()]).toEqual(['c000']);
    await expect(client.planDeletion(['gone'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  describe('waiting for health', () => {
    it('ends when all are healthy', async () => {
      engine.healthStatus = 'PENDING';
      let asked = 0;
      engine.fault = (request) => {
        asked += Number(request.path.endsWith('/health'));
        if (asked === 8) for (const stored of engine.stored.values()) stored.status = 'HEALTHY';
        return false;
      };
      const result = await client.apply(await client.plan(many(3)), { waitHealthyMs: 60_000 });
      expect(result.ok).toBe(true);
      expect(result.health?.map(({ reached, status }) => [reached, status])).toEqual([
        [true, 'HEALTHY'],
        [true, 'HEALTHY'],
        [true, 'HEALTHY'],
      ]);
    });

    it('names the dead one with its reason, and the others in time', async () => {
      engine.fault = () => {
        const dead = engine.stored.get('c000');
        if (dead !== undefined) dead.status = 'UNHEALTHY';
        return false;
      };
      const settled: string[] = [];
      const result = await client.apply(await client.plan(many(4)), {
        waitHealthyMs: 10_000,
        concurrency: 1,
        onProgress: (step) => {
          if (step.type === 'health-finished') settled.push(step.result.connectorId);
        },
      });
      expect(result.ok).toBe(false);
      expect(settled).toEqual(['c001', 'c002', 'c003', 'c000']);
      expect(result.health?.[0]).toMatchObject({
        reached: false,
        status: 'UNHEALTHY',
        errorClass: 'UNREACHABLE',
        message: 'the database cannot be reached',
      });
      expect(result.summary.created).toBe(4);
    });

    it('takes a paused connector as it is, and asks also for what did not change', async () => {
      await client.apply(await client.plan(many(1)));
      const stored = engine.stored.get('c000');
      if (stored !== undefined) stored.status = 'DISABLED';
      const result = await client.apply(await client.plan(many(1)), { waitHealthyMs: 5_000 });
      expect(result.health).toMatchObject([{ reached: true, status: 'DISABLED' }]);
    });

    it('is cut short by the signal', async () => {
      engine.healthStatus = 'PENDING';
      const stop = new AbortController();
      const result = await client.apply(await client.plan(many(1)), {
        waitHealthyMs: 3_600_000,
        stopSignal: stop.signal,
        onProgress: (step) => {
          if (step.type === 'health') stop.abort();
        },
      });
      expect(result).toMatchObject({ ok: false, health: null, stoppedBy: { code: 'ABORTED' } });
    });
  });

  describe('with a vault to tell', () => {
    it('tells it of each registration, and records that', async () => {
      await using vault = await startScriptedServer((_, response) => void response.writeHead(204).end());
      await reopen({ vaultWebhookUrl: `${vault.url}/hook`, clock: createFastClock(5) });
      const result = await client.apply(await client.plan(many(2)));
      expect(result.results.map(({ vaultNotice }) => vaultNotice?.delivered)).toEqual([true, true]);
      expect(vault.received).toHaveLength(2);
      const types = (await readAudit()).map(({ eventType }) => eventType).sort();
      expect(types).toEqual(['CONNECTOR_CREATED', 'CONNECTOR_CREATED', 'VAULT_NOTICE', 'VAULT_NOTICE']);
      await client.apply(await client.plan(many(2)));
      await client.apply(await client.planDeletion(['c000']));
      expect(vault.received).toHaveLength(2);
    });

    it('does not call a registration failed because the vault is deaf', async () => {
      await using vault = await startScriptedServer((_, response) => void response.writeHead(500).end());
      await reopen({ vaultWebhookUrl: vault.url, clock: createFastClock(5) });
      const result = await client.apply(await client.plan(many(1)));
      expect(result).toMatchObject({ ok: true, summary: { created: 1 } });
      expect(result.results[0]?.vaultNotice).toMatchObject({ delivered: false, status: 500, attempts: 3 });
      expect((await readAudit()).at(-1)).toMatchObject({ eventType: 'VAULT_NOTICE', status: 'FAILED' });
    });
  });
});
