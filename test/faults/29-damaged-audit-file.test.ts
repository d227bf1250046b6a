import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed, type Random, readFaultIterations } from '../support/random.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
const NOWHERE = { kind: 'postgresql', host: '127.0.0.1', port: 1, database: 'none' } as const;
const RECORDS = 12;
const ITERATIONS = readFaultIterations(process.env, 3);
/** Each iteration starts the engine up to twice. */
const TIMEOUT_MS = 30_000 + ITERATIONS * 20_000;

describe('a damaged audit file', () => {
  let random: Random;
  let product: Product;
  let file: string;
  let written = 0;

  const put = () => {
    written += 1;
    const id = `c-${written}`;
    return product.api(`${CONNECTORS}/${id}`, {
      method: 'PUT',
      body: createConnectorBody(NOWHERE, { id, username: 'DB_USER', password: 'DB_PASSWORD' }),
    });
  };
  const readLines = async () => (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  const verify = async () => {
    const outcome = await product.dip(['audit', 'verify', file]);
    return { exitCode: outcome.exitCode, said: outcome.stdout + outcome.stderr };
  };

  beforeAll(async () => {
    random = createRandom(openFaultSeed(process.env, 'row 29'));
    product = await Product.start();
    file = join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl');
    for (let index = 0; index < RECORDS; index += 1) expect((await put()).status).toBe(200);
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
  });

  it(
    `is cut behind the last whole record, ${ITERATIONS} times, and says so in the chain`,
    async () => {
      for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
        expect((await put()).status).toBe(200);
        await product.engine.stop('SIGKILL');
        const lines = await readLines();
        const whole = Buffer.byteLength(`${lines.slice(0, -1).join('\n')}\n`);
        const torn = random.between(1, Buffer.byteLength(lines.at(-1)!) - 1);
        await truncate(file, whole + torn);
        await product.restart();
        const after = (await readLines()).map((line) => JSON.parse(line));
        const recovered = after.find((record) => record.sequence === lines.length);
        expect(recovered).toMatchObject({ eventType: 'AUDIT_RECOVERED', details: { droppedBytes: torn } });
        expect((await put()).status).toBe(200);
        const { exitCode, said } = await verify();
        expect(exitCode, said).toBe(0);
      }
    },
    TIMEOUT_MS,
  );

  it(
    `is refused when a bit has flipped, ${ITERATIONS} times, by the number of the record`,
    async () => {
      for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
        await product.engine.stop('SIGKILL');
        const bytes = await readFile(file);
        const position = random.between(0, bytes.length - 2);
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(bytes.readUInt8(position) ^ (1 << random.between(0, 7)), position);
        await writeFile(file, flipped);
        // Records begin at 1, so a record's number is its line.
        const line = bytes.subarray(0, position).toString('latin1').split('\n').length;
        await expectRefused(line);
        await product.engine.stop('SIGKILL');
        await writeFile(file, bytes);
        await expectMended();
      }
    },
    TIMEOUT_MS,
  );

  it(
    `is refused when records in the middle are gone, ${ITERATIONS} times`,
    async () => {
      for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
        await product.engine.stop('SIGKILL');
        const bytes = await readFile(file);
        const lines = bytes.toString('utf8').split('\n').slice(0, -1);
        const first = random.between(0, lines.length - 2);
        const count = random.between(1, lines.length - first - 1);
        await writeFile(file, `${lines.toSpliced(first, count).join('\n')}\n`);
        await expectRefused(first + count + 1);
        await product.engine.stop('SIGKILL');
        await writeFile(file, bytes);
        await expectMended();
      }
    },
    TIMEOUT_MS,
  );

  /** The engine serves reads and refuses changes; `dip audit verify` names the first bad record or its line. */
  async function expectRefused(number: number): Promise<void> {
    await product.restart();
    const refused = await put();
    expect(refused.status, refused.text).toBe(503);
    expect(refused.json).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect((await product.api(CONNECTORS)).status).toBe(200);
    const { exitCode, said } = await verify();
    expect(exitCode).toBe(1);
    expect(said).toMatch(new RegExp(`\\b${number}\\b`));
  }

  async function expectMended(): Promise<void> {
    await product.restart();
    expect((await put()).status).toBe(200);
    const { exitCode, said } = await verify();
    expect(exitCode, said).toBe(0);
  }
});
