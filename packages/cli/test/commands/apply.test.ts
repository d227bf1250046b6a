import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { renderPlanFile } from '@dipswitch/client';
import { describe, expect, it } from 'vitest';
import { type ApplyFlags, runApply } from '../../src/commands/apply/run-apply.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aChange, aFailure, aPlan, createFakeClient, type FakeClient, summarize } from '../support/fake-client.ts';
import type { FakeTerminalOptions } from '../support/fake-terminal.ts';
import { createTestContext, type TestContext, VALID_FILE, withFolder } from '../support/test-context.ts';

const TWO = aPlan(aChange('create', 'new-01'), aChange('update', 'old-02'));

interface Run {
  readonly exitCode: number;
  readonly context: TestContext;
  readonly report: string | null;
}

async function apply(client: FakeClient, flags: Partial<ApplyFlags>, terminal: FakeTerminalOptions = {}): Promise<Run> {
  return await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
    const context = createTestContext({ cwd, client, terminal });
    const exitCode = await runApply(context, { concurrency: 8, ...flags }, []);
    const report = flags.report === undefined ? null : await readFile(path.join(cwd, flags.report), 'utf8');
    return { exitCode, context, report };
  });
}

describe('dip apply', () => {
  it('shows the plan, carries it out and sums up', async () => {
    const client = createFakeClient({ plan: TWO });
    const { exitCode, context } = await apply(client, { yes: true, concurrency: 3, waitHealthy: 60 });
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(context.terminal.err()).toContain('+ create new-01');
    expect(context.terminal.err()).toContain('new-01 created');
    expect(context.terminal.out()).toBe(
      'done: 1 created, 1 updated, 0 deleted, 0 unchanged, 0 failed in 1.2 s\n' +
        '12 requests: p50 8.2 ms, p95 31 ms, p99 44 ms; 1 retry, 2 rate-limited\n',
    );
    expect(client.applied[0]?.options).toMatchObject({ concurrency: 3, waitHealthyMs: 60_000 });
    expect(client.isClosed()).toBe(true);
  });

  it('refuses with 64 where nobody can be asked, before it opens a client', async () => {
    const client = createFakeClient({ plan: TWO });
    await expect(apply(client, {})).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      hint: expect.stringContaining('--yes'),
    });
    expect(client.calls).toEqual([]);
  });

  it.each([
    ['yes\n', EXIT_CODES.done, ['plan', 'apply']],
    ['YES\n', EXIT_CODES.done, ['plan', 'apply']],
    ['y\n', EXIT_CODES.failed, ['plan']],
    ['\n', EXIT_CODES.failed, ['plan']],
    ['', EXIT_CODES.failed, ['plan']],
  ])('takes the answer %j for what it is', async (input, exitCode, calls) => {
    const client = createFakeClient({ plan: TWO });
    const run = await apply(client, {}, { isTerminal: true, input, env: { NO_COLOR: '1', TERM: 'dumb' } });
    expect(run.exitCode).toBe(exitCode);
    expect(client.calls).toEqual(calls);
  });

  it('does not ask when there is nothing to change', async () => {
    const client = createFakeClient({ plan: aPlan(aChange('no-op', 'same')) });
    const { exitCode, context } = await apply(client, {}, { isTerminal: true, env: { TERM: 'dumb' } });
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(context.terminal.err()).not.toContain('Type');
    expect(context.terminal.out()).toContain('1 unchanged');
  });

  it('exits 1 when a change fails, with its code, request id and hint', async () => {
    const client = createFakeClient({
      plan: TWO,
      outcomeOf: ({ id }) => (id === 'new-01' ? { status: 'failed', failure: aFailure() } : {}),
    });
    const { exitCode, context } = await apply(client, { yes: true });
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(context.terminal.err()).toContain('new-01 The id belongs to another tenant [ID_TAKEN]');
    expect(context.terminal.err()).toContain('request id req-7');
    expect(context.terminal.err()).toContain('hint: Choose another connector id.');
    expect(context.terminal.out()).toContain('not done: 0 created, 1 updated, 0 deleted, 0 unchanged, 1 failed');
  });

  it.each([
    [{}, false],
    [{ keepGoing: true }, true],
  ])('opens a client that bounds its repeats, unless told to keep going (%j)', async (flags, keepGoing) => {
    const client = createFakeClient({ plan: TWO });
    const { context } = await apply(client, { yes: true, ...flags });
    expect(context.clientOptions).toMatchObject([{ keepGoing }]);
  });

  it('tells failures even when quiet', async () => {
    const client = createFakeClient({ plan: TWO, outcomeOf: () => ({ status: 'failed', failure: aFailure() }) });
    const { context } = await apply(client, { yes: true }, { quiet: true });
    expect(context.terminal.err()).toContain('[ID_TAKEN]');
    expect(context.terminal.err()).not.toContain('+ create');
  });

  it('gives the report as JSON on stdout and writes the same to --report', async () => {
    const client = createFakeClient({ plan: TWO });
    const { context, report } = await apply(client, { yes: true, report: 'out/report.json' }, { format: 'json' });
    const printed: unknown = JSON.parse(context.terminal.out());
    expect(printed).toMatchObject({
      ok: true,
      interrupted: false,
      summary: { created: 1, updated: 1, failed: 0 },
      requests: { latency: { p95Ms: 31 } },
      changes: [
        { id: 'new-01', action: 'create', status: 'applied', revision: 4, source: 'dipswitch.yaml:4' },
        { id: 'old-02', action: 'update', status: 'applied' },
      ],
    });
    expect(JSON.parse(report ?? '')).toEqual(printed);
  });

  it('always leaves the last report next to the audit file', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const context = createTestContext({ cwd, client: createFakeClient({ plan: TWO }) });
      await runApply(context, { concurrency: 8, yes: true }, []);
      const text = await readFile(path.join(cwd, '.dipswitch', 'last-apply.json'), 'utf8');
      expect(JSON.parse(text)).toMatchObject({ ok: true, summary: { created: 1, updated: 1 } });
    });
  });

  it('changes nothing when the report could not be written', async () => {
    const client = createFakeClient({ plan: TWO });
    await expect(apply(client, { yes: true, report: 'dipswitch.yaml/report.json' })).rejects.toMatchObject({
      message: expect.stringContaining('Nothing was changed'),
    });
    expect(client.calls).toEqual([]);
  });

  it('says what stopped the run early', async () => {
    const stoppedBy = aFailure({ code: 'AUTH_REJECTED', message: 'The client secret was refused', hint: 'Check it.' });
    const client = createFakeClient({
      plan: TWO,
      apply: async (plan) =>
        summarize(
          plan.changes.map((change) => ({
            change,
            status: 'skipped',
            revision: null,
            version: null,
            publishedVersion: null,
            latencyMs: 0,
            failure: null,
            vaultNotice: null,
          })),
          { ok: false, stoppedBy },
        ),
    });
    const { exitCode, context } = await apply(client, { yes: true });
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(context.terminal.err()).toContain('stopped: The client secret was refused [AUTH_REJECTED]');
    expect(context.terminal.out()).toContain('2 not started');
  });

  it('tells when the vault was not told, and stays a success', async () => {
    const client = createFakeClient({
      plan: aPlan(aChange('create', 'new-01')),
      outcomeOf: () => ({
        vaultNotice: {
          delivered: false,
          signed: true,
          id: 'msg_1',
          attempts: 3,
          status: 500,
          code: 'SERVER_ERROR',
          latencyMs: 4,
        },
      }),
    });
    const { exitCode, context } = await apply(client, { yes: true });
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(context.terminal.err()).toContain('the vault was not told [SERVER_ERROR]');
  });

  it('counts who turned healthy and exits 1 when one did not', async () => {
    const client = createFakeClient({
      plan: TWO,
      apply: async (plan, { onProgress }) => {
        const health = plan.changes.map(({ id }, index) => ({
          connectorId: id,
          reached: index === 0,
          status: index === 0 ? ('HEALTHY' as const) : ('UNHEALTHY' as const),
          errorClass: index === 0 ? null : ('UNREACHABLE' as const),
          message: index === 0 ? null : 'the database cannot be reached',
          waitedMs: 1500,
        }));
        for (const [index, result] of health.entries())
          onProgress?.({ type: 'health-finished', result, waiting: 1 - index });
        return summarize([], { health, ok: false });
      },
    });
    const { exitCode, context } = await apply(client, { yes: true, waitHealthy: 30 });
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(context.terminal.out()).toContain('1 of 2 connectors healthy');
    expect(context.terminal.err()).toContain('old-02 UNHEALTHY (1.5 s) UNREACHABLE: the database cannot be reached');
  });
});

describe('dip apply --prune', () => {
  const pruning = (count: number) => ({
    ...aPlan(...Array.from({ length: count }, (_, index) => aChange('delete', `left-${index}`))),
    owned: 40,
  });

  it.each<[string, number, Partial<ApplyFlags>, boolean]>([
    ['as many as the default allows', 5, { yes: true }, true],
    ['more than the default, which --yes lifts', 6, { yes: true }, true],
    ['as many as --max-delete allows', 6, { yes: true, maxDelete: { count: 6 } }, true],
    ['more than --max-delete allows, --yes or not', 7, { yes: true, maxDelete: { count: 6 } }, false],
    ['more than a share', 11, { yes: true, maxDelete: { share: 0.25 } }, false],
  ])('deletes, or not: %s', async (_case, count, flags, isDone) => {
    const client = createFakeClient({ plan: pruning(count) });
    const attempt = apply(client, { prune: true, ...flags });
    if (isDone) expect((await attempt).exitCode).toBe(EXIT_CODES.done);
    else await expect(attempt).rejects.toMatchObject({ message: expect.stringContaining('Nothing was changed') });
    expect(client.applied).toHaveLength(isDone ? 1 : 0);
  });

  it('does not ask about more than the default allows, but refuses', async () => {
    const client = createFakeClient({ plan: pruning(6) });
    const terminal = { isTerminal: true, input: 'yes\n', env: { NO_COLOR: '1', TERM: 'dumb' } };
    await expect(apply(client, { prune: true }, terminal)).rejects.toMatchObject({
      exitCode: EXIT_CODES.failed,
      hint: expect.stringContaining('--max-delete 6'),
    });
    expect(client.applied).toEqual([]);
  });
});

describe('dip apply PLANFILE', () => {
  const planned = (text: string, flags: Partial<ApplyFlags> = {}) =>
    withFolder({ 'release.plan': text }, async (cwd) => {
      const context = createTestContext({ cwd });
      const exitCode = await runApply(context, { concurrency: 8, yes: true, ...flags }, ['release.plan']);
      return { exitCode, client: context.client };
    });

  it('carries out the plan that was written, without reading files or planning again', async () => {
    const { exitCode, client } = await planned(renderPlanFile(TWO));
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(client.calls).toEqual(['apply']);
    expect(client.applied[0]?.plan).toEqual(TWO);
  });

  it.each([
    ['edited', renderPlanFile(TWO).replace('old-02', 'old-03')],
    ['no plan', 'connectors: []'],
  ])('refuses a file that is %s', async (_case, text) => {
    await expect(planned(text)).rejects.toMatchObject({ code: 'PLAN_FILE_INVALID' });
  });

  it.each([{ file: ['a.yaml'] }, { prune: true }, { env: 'prod' }])('refuses %j together with it', async (flags) => {
    await expect(planned(renderPlanFile(TWO), flags)).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
  });

  it('names a plan file that is not there', async () => {
    const context = createTestContext();
    const attempt = runApply(context, { concurrency: 8, yes: true }, ['nope.plan']);
    await expect(attempt).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      message: expect.stringContaining('nope.plan'),
    });
  });
});

describe('dip apply, interrupted', () => {
  it('drains on the first Ctrl-C, drops on the second, and still sums up and writes the report', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const seen: string[] = [];
      const client = createFakeClient({
        plan: TWO,
        apply: async (plan, { stopSignal, signal }) => {
          context.interrupts.press();
          seen.push(`after one: stop ${stopSignal?.aborted}, abort ${signal?.aborted}`);
          context.interrupts.press();
          seen.push(`after two: stop ${stopSignal?.aborted}, abort ${signal?.aborted}`);
          return summarize(
            plan.changes.map((change) => ({
              change,
              status: 'skipped',
              revision: null,
              version: null,
              publishedVersion: null,
              latencyMs: 0,
              failure: null,
              vaultNotice: null,
            })),
          );
        },
      });
      const context = createTestContext({ cwd, client });
      const exitCode = await runApply(context, { concurrency: 8, yes: true, report: 'report.json' }, []);
      expect(seen).toEqual(['after one: stop true, abort false', 'after two: stop true, abort true']);
      expect(exitCode).toBe(EXIT_CODES.interrupted);
      expect(context.terminal.err()).toContain('Ctrl-C again');
      expect(context.terminal.out()).toContain('2 not started');
      expect(JSON.parse(await readFile(path.join(cwd, 'report.json'), 'utf8'))).toMatchObject({
        interrupted: true,
        ok: false,
      });
    });
  });
});
