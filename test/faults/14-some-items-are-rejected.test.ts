import { describe, expect, it } from 'vitest';
import { problem } from '../../packages/client/test/support/scripted-server.ts';
import { Provisioning } from '../support/provisioning.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CONNECTORS = 100;
const REJECTED = 3;

describe('3 % of the items are rejected', () => {
  it('applies the rest, lists the rejected for machines, and reruns just those', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 14'));
    await using run = await Provisioning.start(CONNECTORS);
    const rejected = new Set<string>();
    while (rejected.size < REJECTED) rejected.add(`c${random.between(0, CONNECTORS - 1)}`);
    run.engine.fault = (request, response) => {
      if (request.method !== 'PUT' || !rejected.has(request.path.split('/').at(-1) ?? '')) return false;
      problem(response, 400, 'VALIDATION_FAILED');
      return true;
    };
    const first = await run.run('apply', '--yes', '--quiet');
    expect(first.exitCode).toBe(1);
    expect(run.engine.stored.size).toBe(CONNECTORS - REJECTED);
    const report = await run.readLastApply();
    expect(report).toMatchObject({ ok: false, summary: { created: CONNECTORS - REJECTED, failed: REJECTED } });
    const listed = report.changes.filter(({ status }) => status === 'failed');
    expect(listed.map(({ id }) => id).sort()).toEqual([...rejected].sort());
    expect(new Set(listed.map(({ failure }) => failure?.code))).toEqual(new Set(['VALIDATION_FAILED']));

    run.engine.fault = () => false;
    const before = run.puts;
    const second = await run.run('apply', '--yes', '--only-failed');
    expect(second.exitCode, second.err).toBe(0);
    expect(run.puts - before).toBe(REJECTED);
    expect(run.engine.stored.size).toBe(CONNECTORS);

    const third = await run.run('apply', '--yes', '--only-failed');
    expect(third.exitCode).toBe(0);
    expect(run.puts - before).toBe(REJECTED);
  });
});
