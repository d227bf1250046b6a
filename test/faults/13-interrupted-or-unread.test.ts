import type { Readable } from 'node:stream';
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
    const stopping = waitForText(dip.child.stderr, 'Stopping: finishing what is in flight');
    run.engine.fault = async (request) => {
      if (request.method !== 'PUT') return false;
      arrived += 1;
      if (arrived === stopAfter) dip.child.kill('SIGINT');
      // From the signal on nothing is answered before dip has said that it stops.
      if (arrived >= stopAfter) await stopping;
      return false;
    };
    const { exitCode, out } = await dip.done;
    expect(exitCode).toBe(130);
    const applied = run.engine.changes.length;
    expect(applied).toBe(run.puts);
    // What the signal found in flight, and nothing after it.
    expect(applied).toBeLessThanOrEqual(stopAfter - 1 + WORKERS);
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
    const stopping = waitForText(dip.child.stderr, 'Stopping: finishing what is in flight');
    dip.child.kill('SIGINT');
    await stopping;
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

  it.each<[string, readonly string[], readonly ('stdout' | 'stderr')[]]>([
    ['stdout', ['-o', 'json'], ['stdout']],
    ['stdout of a run that prints text', [], ['stdout']],
    ['stdout and stderr', [], ['stdout', 'stderr']],
  ])('a closed %s stops nothing: the changes are made and the report is written', async (_what, args, closed) => {
    await using run = await Provisioning.start(CONNECTORS);
    const closeAfter = random.between(0, CONNECTORS - 1);
    const dip = run.start(...ARGS, ...args);
    const close = (): void => {
      for (const name of closed) dip.child[name].destroy();
    };
    let arrived = 0;
    run.engine.fault = (request) => {
      if (request.method === 'PUT' && ++arrived === closeAfter) close();
      return false;
    };
    if (closeAfter === 0) close();
    const { exitCode } = await dip.done;
    expect(exitCode).toBe(0);
    expect(run.engine.changes).toHaveLength(CONNECTORS);
    expect(await run.readLastApply()).toMatchObject({ ok: true, summary: { created: CONNECTORS } });
  });

  it('SIGINT with a closed stdout: the report says what was applied', async () => {
    await using run = await Provisioning.start(CONNECTORS);
    const stopAfter = random.between(3, 20);
    const dip = run.start(...ARGS);
    const stopping = waitForText(dip.child.stderr, 'Stopping: finishing what is in flight');
    let arrived = 0;
    run.engine.fault = async (request) => {
      if (request.method !== 'PUT') return false;
      arrived += 1;
      if (arrived === stopAfter) {
        dip.child.stdout.destroy();
        dip.child.kill('SIGINT');
      }
      if (arrived >= stopAfter) await stopping;
      return false;
    };
    const { exitCode } = await dip.done;
    expect(exitCode).toBe(130);
    const applied = run.engine.changes.length;
    expect(await run.readLastApply()).toMatchObject({
      interrupted: true,
      summary: { created: applied, failed: 0, skipped: CONNECTORS - applied },
    });
  });
});

/** Resolves when a stream has said it. */
function waitForText(stream: Readable, text: string): Promise<void> {
  let said = '';
  return new Promise((resolve) => {
    stream.on('data', (chunk: string) => {
      said += chunk;
      if (said.includes(text)) resolve();
    });
  });
}
