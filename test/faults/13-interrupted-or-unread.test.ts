import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Provisioning } from '../support/provisioning.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { waitFor } from '../support/wait-for.ts';

const CONNECTORS = 40;
const WORKERS = 4;
const ARGS = ['apply', '--yes', '--concurrency', String(WORKERS)];
const random = createRandom(openFaultSeed(process.env, 'row 13'));

describe('SIGINT, and a stdout that nobody reads', () => {
  it('once: what is in flight is finished, the rest is left, and the report says so', async () => {
    await using run = await Provisioning.start(CONNECTORS);
    const stopAfter = random.between(3, 20);
    let arrived = 0;
    const dip = run.start(...ARGS);
    run.engine.fault = async (request) => {
      if (request.method !== 'PUT') return false;
      arrived += 1;
      if (arrived === stopAfter) dip.child.kill('SIGINT');
      // Long enough for the signal to be there before the answer.
      await delay(60);
      return false;
    };
    const { exitCode, out } = await dip.done;
    expect(exitCode).toBe(130);
    const applied = run.engine.changes.length;
    expect(applied).toBe(run.puts);
    expect(applied).toBeLessThanOrEqual(stopAfter + 2 * WORKERS);
    expect(out).toContain(`not done: ${applied} created`);
    expect(await run.readLastApply()).toMatchObject({
      interrupted: true,
      ok: false,
      summary: { created: applied, failed: 0, skipped: CONNECTORS - applied },
    });
    run.engine.fault = () => false;
    expect((await run.run('apply', '--yes', '--quiet')).exitCode).toBe(0);
    expect(run.engine.changes).toHaveLength(CONNECTORS);
    expect(run.puts).toBe(CONNECTORS);
  });

  it('twice: what is in flight is dropped, and the rerun finds out what became of it', async () => {
    await using run = await Provisioning.start(CONNECTORS);
    let held = 0;
    const dip = run.start(...ARGS);
    run.engine.fault = (request) => {
      if (request.method !== 'PUT') return false;
      held += 1;
      // The server does it and never answers.
      run.engine.carryOut(request);
      return true;
    };
    await waitFor('all workers to wait for an answer', () => held === WORKERS);
    dip.child.kill('SIGINT');
    await delay(300);
    dip.child.kill('SIGINT');
    const { exitCode, out } = await dip.done;
    expect(exitCode).toBe(130);
    expect(out).toContain(`${WORKERS} failed`);
    const report = await run.readLastApply();
    expect(report).toMatchObject({ interrupted: true, summary: { failed: WORKERS, skipped: CONNECTORS - WORKERS } });
    run.engine.fault = () => false;
    const rerun = await run.run('apply', '--yes', '--quiet');
    expect(rerun.exitCode, rerun.err).toBe(0);
    expect(run.engine.changes).toHaveLength(CONNECTORS);
    expect(run.puts).toBe(CONNECTORS);
  });

  it('a closed stdout stops nothing: the changes are made and the report is written', async () => {
    await using run = await Provisioning.start(CONNECTORS);
    const dip = run.start(...ARGS, '-o', 'json');
    dip.child.stdout.destroy();
    const { exitCode } = await dip.done;
    expect(exitCode).toBe(0);
    expect(run.engine.changes).toHaveLength(CONNECTORS);
    expect(await run.readLastApply()).toMatchObject({ ok: true, summary: { created: CONNECTORS } });
  });
});
