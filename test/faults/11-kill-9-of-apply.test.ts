import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyAuditFile } from '@dipswitch/client';
import { describe, expect, it } from 'vitest';
import { readJournalText } from '../../packages/client/src/plan/journal-state.ts';
import { expectFigures } from '../support/expect-figures.ts';
import { Provisioning } from '../support/provisioning.ts';
import { createRandom, openFaultSeed, type Random, readFaultIterations } from '../support/random.ts';

const ITERATIONS = readFaultIterations(process.env, 10);
const CONNECTORS = 24;
const WORKERS = 6;
const LONGEST_RUN_MS = 20_000;

/** Lets the server take a while before it carries a PUT out and before it answers; counts what it was sent. */
function slowDown({ engine }: Provisioning, random: Random): { onPut: (arrived: number) => void } {
  const hooks = { onPut: (_arrived: number): void => undefined };
  let arrived = 0;
  engine.fault = async (request, response) => {
    if (request.method !== 'PUT') return false;
    arrived += 1;
    hooks.onPut(arrived);
    await delay(random.between(0, 12));
    const { status, body } = engine.carryOut(request);
    await delay(random.between(0, 12));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { type: 'about:blank', title: 'moved', status, code: 'PRECONDITION_FAILED' }));
    return true;
  };
  return hooks;
}

/** Starts an apply and kills it: a moment after one of its PUTs arrived, or at any time at all. */
async function applyAndKill(run: Provisioning, hooks: ReturnType<typeof slowDown>, random: Random): Promise<void> {
  const before = run.puts;
  const killAt = random.between(0, CONNECTORS);
  const dip = run.start('apply', '--yes', '--quiet', '--concurrency', String(WORKERS));
  const kill = async (afterMs: number): Promise<void> => {
    await delay(afterMs);
    dip.child.kill('SIGKILL');
  };
  hooks.onPut = (arrived) => {
    if (arrived - before === killAt) void kill(random.between(0, 15));
  };
  if (killAt === 0) void kill(random.between(0, 1_000));
  await dip.done;
  hooks.onPut = () => undefined;
}

describe('kill -9 of dip apply at a random point', () => {
  it(
    `converges on the rerun, each of ${ITERATIONS} times`,
    async ({ task }) => {
      const random = createRandom(openFaultSeed(process.env, 'row 11'));
      let kills = 0;
      let mostRepeated = 0;
      let foundInDoubt = 0;
      for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
        await using run = await Provisioning.start(CONNECTORS);
        const hooks = slowDown(run, random);
        const killsNow = random.between(1, 2);
        for (let kill = 0; kill < killsNow; kill += 1) await applyAndKill(run, hooks, random);
        kills += killsNow;
        const torn = await readFile(run.journalFile, 'utf8').catch(() => '');
        const left = readJournalText(torn);
        expect(left.damagedLines).toBe(0);
        foundInDoubt += [...(left.state.get(run.engine.url)?.values() ?? [])].filter((entry) => entry.inDoubt).length;

        const rerun = await run.run('apply', '--yes', '--concurrency', String(WORKERS));
        expect(rerun.exitCode, rerun.err).toBe(0);
        // Nothing is lost, and nothing is carried out twice.
        expect(run.engine.stored.size).toBe(CONNECTORS);
        expect(run.engine.changes).toHaveLength(CONNECTORS);
        expect(new Set([...run.engine.stored.values()].map(({ revision }) => revision))).toEqual(new Set([1]));
        const repeated = run.puts - CONNECTORS;
        mostRepeated = Math.max(mostRepeated, repeated);
        expect(repeated).toBeLessThanOrEqual(killsNow);

        const reading = readJournalText(await readFile(run.journalFile, 'utf8'));
        expect(reading.damagedLines).toBe(0);
        const entries = [...(reading.state.get(run.engine.url)?.values() ?? [])];
        expect(entries).toHaveLength(CONNECTORS);
        for (const entry of entries) {
          expect(entry).toMatchObject({ inDoubt: null, failure: null, applied: { revision: 1 } });
        }
        const audit = await verifyAuditFile(run.auditFile);
        expect(audit).toMatchObject({ ok: true });
        expect(await auditedConnectors(run)).toBe(CONNECTORS);
      }
      expectFigures(task, [
        { what: 'kills', measured: kills, unit: '' },
        { what: 'writes found in doubt', measured: foundInDoubt, unit: '' },
        // One for each kill of a run, of which there are two at most.
        { what: 'PUTs repeated in a run', measured: mostRepeated, unit: '', atMost: 2 },
      ]);
      process.stderr.write(
        `row 11: ${kills} kills, ${foundInDoubt} writes in doubt, at most ${mostRepeated} PUT repeated in a run\n`,
      );
    },
    60_000 + ITERATIONS * LONGEST_RUN_MS,
  );
});

/** Every change is in the audit file, also those that the killed run had no time to record. */
async function auditedConnectors({ auditFile }: Provisioning): Promise<number> {
  const lines = (await readFile(auditFile, 'utf8')).trimEnd().split('\n');
  const created = lines
    .map((line): { eventType: string; status: string; connectorId?: string } => JSON.parse(line))
    .filter(({ eventType, status }) => eventType === 'CONNECTOR_CREATED' && status === 'SUCCESS');
  return new Set(created.map(({ connectorId }) => connectorId)).size;
}
