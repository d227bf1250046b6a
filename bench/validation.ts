/**
 * G6 and G7: what the validation of a connector costs compared with JSON.parse of it and ajv on its structure alone. Each
 * round runs every subject once, one after the other; figures are medians over the rounds of CPU time per call.
 *
 *   node bench/validation.ts [--rounds 9] [--calls 60000]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import {
  connectorBodyJsonSchema,
  connectorBodySchema,
  readProjectFile,
  toConnectorBody,
  validateConnector,
} from '@dipswitch/contract';
import { HOSTILE_CONNECTION_STRINGS, wireExchange } from '@dipswitch/contract/fixtures';
import { Ajv } from 'ajv';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, calls: { type: 'string', default: '60000' } },
});
const rounds = Math.max(7, Number(values.rounds));
const calls = Number(values.calls);

// Different documents in turn, so that no subject lives on one cached string.
const VARIANTS = 256;
const FILE_ENTRIES = 10_000;
const body = connectorBodySchema.parse(wireExchange('connector-created').request.body);
const validTexts = Array.from({ length: VARIANTS }, (_, index) =>
  JSON.stringify(body).replaceAll('analytics-01', `analytics-${index}`).replace('db.internal', `db-${index}.internal`),
);
const validBodies = validTexts.map((text): unknown => JSON.parse(text));
const refusedText = JSON.stringify(wireExchange('connector-refused').request.body);
const refusedBodies = validTexts.map((_, index): unknown =>
  JSON.parse(refusedText.replace('socketFactory', `socketFactory${index}`)),
);
const oneErrorBodies = validTexts.map((text): unknown =>
  JSON.parse(text.replace('"minPoolSize":2', '"minPoolSize":16')),
);
const structureErrorBodies = validTexts.map((text): unknown =>
  JSON.parse(text.replace('"connectorName"', '"connectorNam"')),
);
const hostileBodies = HOSTILE_CONNECTION_STRINGS.map(({ text }): unknown => ({
  ...body,
  configuration: { ...body.configuration, connectionString: text },
}));

const ajvCheck = new Ajv().compile(connectorBodyJsonSchema());

interface Subject {
  readonly name: string;
  readonly run: (index: number) => boolean;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'JSON.parse', run: (index) => JSON.parse(validTexts[index % VARIANTS] ?? '') !== null },
  { name: 'ajv, structure only', run: (index) => ajvCheck(validBodies[index % VARIANTS]) },
  { name: 'zod, structure only', run: (index) => connectorBodySchema.safeParse(validBodies[index % VARIANTS]).success },
  { name: 'valid', run: (index) => validateConnector(validBodies[index % VARIANTS]).valid },
  { name: 'invalid, one rule', run: (index) => !validateConnector(oneErrorBodies[index % VARIANTS]).valid },
  { name: 'invalid, structure', run: (index) => !validateConnector(structureErrorBodies[index % VARIANTS]).valid },
  { name: 'invalid, six problems', run: (index) => !validateConnector(refusedBodies[index % VARIANTS]).valid },
  {
    name: 'invalid, hostile strings',
    run: (index) => !validateConnector(hostileBodies[index % hostileBodies.length]).valid,
  },
];

/** Microseconds of CPU per call. */
function measure({ name, run }: Subject): number {
  const started = process.cpuUsage();
  let right = 0;
  for (let index = 0; index < calls; index += 1) if (run(index)) right += 1;
  const { user, system } = process.cpuUsage(started);
  if (right !== calls) throw new Error(`${name}: ${calls - right} of ${calls} answers are wrong`);
  return (user + system) / calls;
}

const file = {
  connectors: Array.from({ length: FILE_ENTRIES }, (_, index) => ({
    id: `db-${index}`,
    type: 'postgresql',
    host: `db-${index}.internal.net`,
    database: 'analytics_dw',
    driverVersion: '42.6.0',
    credentials: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
    pool: { min: 2, max: 15, connectionTimeoutSeconds: 25 },
  })),
};

/** Milliseconds to read, turn into bodies and validate a file of 10 000 connectors that YAML has parsed already. */
function measureFile(): number {
  const started = performance.now();
  const reading = readProjectFile(file);
  if (!reading.valid) throw new Error('the file was refused');
  for (const entry of reading.file.connectors ?? []) {
    if (!validateConnector(toConnectorBody(entry)).valid) throw new Error('an entry was refused');
  }
  return performance.now() - started;
}

const samples = new Map(SUBJECTS.map(({ name }) => [name, [] as number[]]));
const fileSamples: number[] = [];
for (const subject of SUBJECTS) measure(subject);
measureFile();
for (let round = 0; round < rounds; round += 1) {
  for (const subject of SUBJECTS) samples.get(subject.name)?.push(measure(subject));
  fileSamples.push(measureFile());
}

function summarise(numbers: readonly number[]) {
  const sorted = numbers.toSorted((left, right) => left - right);
  const at = (index: number) => Number((sorted[index] ?? Number.NaN).toFixed(3));
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

/** Median over the rounds of the ratio of two subjects in the same round. */
function ratio(name: string, to: string): number {
  const base = samples.get(to) ?? [];
  return summarise((samples.get(name) ?? []).map((value, index) => value / (base[index] ?? Number.NaN))).median;
}

const results = Object.fromEntries(SUBJECTS.map(({ name }) => [name, summarise(samples.get(name) ?? [])]));
const fileResult = summarise(fileSamples);
const median = (name: string) => results[name]?.median ?? Number.NaN;
const invalidNames = SUBJECTS.map(({ name }) => name).filter((name) => name.startsWith('invalid'));
const worstInvalid = Math.max(...invalidNames.map((name) => ratio(name, 'valid')));

const floors = [
  {
    goal: 'G6',
    floor: 'a valid connector costs at most 6 us (goal 3)',
    value: median('valid'),
    holds: median('valid') <= 6,
  },
  {
    goal: 'G6',
    floor: 'at most 2.5 x JSON.parse of it',
    value: ratio('valid', 'JSON.parse'),
    holds: ratio('valid', 'JSON.parse') <= 2.5,
  },
  {
    goal: 'G6',
    floor: 'at least 150 000/s per core',
    value: Math.round(1e6 / median('valid')),
    holds: 1e6 / median('valid') >= 150_000,
  },
  {
    goal: 'G6',
    floor: 'at most 8 x ajv on the structure alone',
    value: ratio('valid', 'ajv, structure only'),
    holds: ratio('valid', 'ajv, structure only') <= 8,
  },
  {
    goal: 'G7',
    floor: 'an invalid one at most 10 x a valid one (worst case)',
    value: worstInvalid,
    holds: worstInvalid <= 10,
  },
  {
    goal: 'G7',
    floor: '10 000 connectors of a file at most 600 ms, YAML apart',
    value: fileResult.median,
    holds: fileResult.median <= 600,
  },
];

console.log(
  `validation of a connector of ${validTexts[0]?.length} bytes; ${rounds} rounds of ${calls} calls, CPU us per call\n`,
);
console.log('subject                     median      min      max   x JSON.parse');
for (const { name } of SUBJECTS) {
  const { median: middle, min, max } = summarise(samples.get(name) ?? []);
  const cells = [middle, min, max].map((value) => value.toFixed(2).padStart(8));
  console.log(`${name.padEnd(26)} ${cells.join(' ')} ${ratio(name, 'JSON.parse').toFixed(2).padStart(14)}`);
}
console.log(
  `\nfile of ${FILE_ENTRIES} connectors: ${fileResult.median.toFixed(0)} ms (${fileResult.min.toFixed(0)} to ${fileResult.max.toFixed(0)})\n`,
);
for (const { goal, floor, value, holds } of floors) {
  console.log(
    `${holds ? 'holds' : 'FAILS'}  ${goal}  ${floor}: ${value.toLocaleString('en', { maximumFractionDigits: 2 })}`,
  );
}

const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() };
const document = {
  benchmark: 'validation',
  machine,
  rounds,
  calls,
  unit: 'CPU us per call',
  results,
  fileMs: fileResult,
  floors,
};
writeFileSync(new URL('validation.json', folder), `${JSON.stringify(document, null, 2)}\n`);
process.exitCode = floors.every(({ holds }) => holds) ? 0 : 1;
