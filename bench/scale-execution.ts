/**
 * G11: what an execution costs among 10 000 registered connectors and data actions, against 10. Two engines of their own,
 * the same PostgreSQL, the same look-up, open-loop load in turns; each request runs another of 10 published actions.
 *
 *   node bench/scale-execution.ts [--connectors 10000] [--rounds 7] [--seconds 4] [--per-second 1500]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ConnectorResource, connectorResourceSchema } from '@dipswitch/contract';
import type { Contestant } from './actions/contestant.ts';
import { startCustomers } from './actions/customers.ts';
import { type DipswitchContestant, LOOK_UP_ACTION, startDipswitch } from './actions/dipswitch.ts';
import { OpenLoop } from './load/open-loop.ts';
import { spread } from './load/spread.ts';

const { values } = parseArgs({
  options: {
    connectors: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '4' },
    'per-second': { type: 'string', default: '1500' },
  },
});
const many = Number(values.connectors);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const perSecond = Number(values['per-second']);
const USED = 10;

const postgres = await startCustomers();
const few = await startDipswitch(postgres, 8, ['--rate-limit', '100000/s']);
const full = await startDipswitch(postgres, 8, ['--rate-limit', '100000/s']);
try {
  const requests = { few: await register(few, USED), full: await register(full, many) };
  await measure(few, requests.few);
  await measure(full, requests.full);
  const p99 = { few: [] as number[], full: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    p99.few.push(await measure(few, requests.few));
    p99.full.push(await measure(full, requests.full));
  }
  report(p99);
} finally {
  await few.close();
  await full.close();
  await postgres.close();
}

/** Registers so many connectors, each with one published action; answers the requests of those that are used. */
async function register(engine: DipswitchContestant, count: number): Promise<Contestant['request'][]> {
  const requests: Contestant['request'][] = [];
  for (let index = 0; index < USED; index += 1) {
    requests.push(await engine.addAction({ ...LOOK_UP_ACTION, actionId: `used-${index}` }));
  }
  const like = connectorResourceSchema.parse(await engine.call('GET', '/api/v1/integrations/connectors/customers'));
  let next = USED;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await registerOne(engine, like, index);
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return requests;
}

async function registerOne(engine: DipswitchContestant, like: ConnectorResource, index: number): Promise<void> {
  const connectorId = `filler-${index}`;
  const { connectorType, configuration } = like;
  const healthCheck = { enabled: false, intervalSeconds: 60, timeoutSeconds: 5 };
  const connector = { connectorId, connectorName: connectorId, connectorType, configuration, healthCheck };
  await engine.call('PUT', `/api/v1/integrations/connectors/${connectorId}`, connector);
  const action = { ...LOOK_UP_ACTION, actionId: connectorId, connectorId };
  await engine.call('PUT', `/api/v1/dataactions/${connectorId}`, action);
  await engine.call('POST', `/api/v1/dataactions/${connectorId}/publish`, {});
}

async function measure({ port }: Contestant, requests: readonly Contestant['request'][]): Promise<number> {
  const [first] = requests;
  if (first === undefined) throw new Error('no action is registered');
  const requestOf = (index: number) => ({ kind: 'look-up', request: requests[index % requests.length] ?? first });
  const options = { port, perSecond, seconds, connections: 100, requestOf, random: Math.random };
  const figures = (await new OpenLoop(options).run()).get('look-up');
  if (figures === undefined || figures.outcomes.FOUND?.count !== figures.count) {
    throw new Error(`not every look-up found its row: ${JSON.stringify(figures)}`);
  }
  return figures.p99Ms;
}

function report(p99: { few: number[]; full: number[] }): void {
  const ratios = p99.full.map((one, index) => one / (p99.few[index] ?? Number.NaN));
  const rows = {
    [`p99 among ${USED}, ms`]: spread(p99.few),
    [`p99 among ${many}, ms`]: spread(p99.full),
    'G11 ratio (floor 1.10, goal 1.03)': spread(ratios),
  };
  console.table(rows);
  const machine = { node: process.version, cores: availableParallelism() };
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(
    join(import.meta.dirname, 'results', 'scale-execution.json'),
    `${JSON.stringify({ machine, settings: { many, rounds, seconds, perSecond }, summary: rows, p99 }, null, 2)}\n`,
  );
}
