import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournalText } from '../../src/plan/journal-state.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { createTestClient, dataActionBody, desiredState } from '../support/bodies.ts';
import { FakeEngine } from '../support/fake-engine.ts';

const OLD = dataActionBody('find', { statement: 'select 0' });
const FILES = desiredState([], [], [dataActionBody('find')]);

/** What a run wrote, line by line, and the plan that it carried out. */
interface Recorded {
  readonly journal: readonly string[];
  readonly plan: Plan;
}

/** Starts from nothing, or from a published version that the files replace. */
async function startEngine(isUpdate: boolean): Promise<FakeEngine> {
  const engine = await FakeEngine.start();
  if (isUpdate) {
    await using client = createTestClient(engine.url);
    await client.dataActions.put(OLD);
    await client.dataActions.publish('find');
    engine.dataActions.changes.length = 0;
  }
  return engine;
}

describe.each([false, true])('a run of an update (%s) that was killed', (isUpdate) => {
  const newest = isUpdate ? 2 : 1;
  let recorded: Recorded;
  const folders: string[] = [];

  const makeFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'dip-kill-'));
    folders.push(folder);
    await mkdir(join(folder, '.dipswitch'));
    return folder;
  };
  beforeAll(async () => {
    const folder = await makeFolder();
    const journalFile = join(folder, '.dipswitch', 'apply-journal.jsonl');
    await using engine = await startEngine(isUpdate);
    await using client = createTestClient(engine.url, { journalFile });
    const plan = await client.plan(FILES);
    await client.apply(plan);
    const text = await readFile(journalFile, 'utf8');
    const journal = text.replaceAll(engine.url, 'http://server').trimEnd().split('\n');
    expect(journal.map((line) => JSON.parse(line).type)).toEqual(['run', 'begin', 'end', 'begin', 'end', 'finished']);
    recorded = { journal, plan };
  });
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  /** How many records are on the disk, and how many of the two writes the server has carried out by then. */
  const KILLS: readonly (readonly [string, number, number])[] = [
    ['before it began anything', 1, 0],
    ['with the version about to be sent', 2, 0],
    ['with the version stored and not answered', 2, 1],
    ['between the two steps', 3, 1],
    ['with the publication about to be sent', 4, 1],
    ['with the version published and not answered', 4, 2],
    ['after both, before it noted its end', 5, 2],
  ];

  describe.each(KILLS)('%s', (_name, records, writes) => {
    async function rerun(asPlanFile: boolean) {
      const folder = await makeFolder();
      const journalFile = join(folder, '.dipswitch', 'apply-journal.jsonl');
      const auditFile = join(folder, '.dipswitch', 'audit.jsonl');
      const engine = await startEngine(isUpdate);
      const client = createTestClient(engine.url, { journalFile, auditFile });
      if (writes > 0) await client.dataActions.put(dataActionBody('find'));
      if (writes > 1) await client.dataActions.publish('find');
      const journal = recorded.journal.slice(0, records).join('\n');
      await writeFile(journalFile, `${journal.replaceAll('http://server', engine.url)}\n`);
      const plan = asPlanFile ? { ...recorded.plan, server: engine.url } : await client.plan(FILES);
      const result = await client.apply(plan, { refuseStale: asPlanFile });
      const left = readJournalText(await readFile(journalFile, 'utf8'))
        .state.get(engine.url)
        ?.get('data-action/find');
      const audit = (await readFile(auditFile, 'utf8').catch(() => '')).trimEnd().split('\n');
      const told = audit.filter((line) => line !== '').map((line) => JSON.parse(line));
      await client.close();
      await engine[Symbol.asyncDispose]();
      return { result, left, told, engine };
    }

    it.each([
      ['by a new plan', false],
      ['by the same plan', true],
    ])('is brought to its end %s, and nothing is done twice', async (_how, asPlanFile) => {
      const { result, left, engine } = await rerun(asPlanFile);
      expect(result).toMatchObject({ ok: true, stoppedBy: null });
      expect(engine.dataActions.changes).toEqual([`store find ${newest}`, `publish find ${newest}`]);
      expect(engine.dataActions.stored.get('find')).toMatchObject({ published: newest });
      expect(left).toMatchObject({ inDoubt: null, failure: null });
    });

    it('has in the audit file what the killed run may not have come to, once', async () => {
      const { told } = await rerun(false);
      const wasInDoubt = records === 2 || records === 4;
      const found = wasInDoubt && writes === records / 2 ? 1 : 0;
      expect(told.filter(({ details }) => details.foundAfterInterruption === true)).toHaveLength(found);
      // What had its end in the journal had its record before that.
      const recordedBefore = Math.floor((records - 1) / 2);
      expect(told.map(({ eventType }) => eventType)).toEqual(
        [isUpdate ? 'ACTION_UPDATED' : 'ACTION_CREATED', 'ACTION_PUBLISHED'].slice(recordedBefore),
      );
    });
  });
});
