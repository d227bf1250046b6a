import { createConnectorBody } from './connector-bodies.ts';
import type { Random } from './random.ts';

const CONNECTORS = '/api/v1/integrations/connectors';

/** What a server may rightly hold for one connector. The text is its description, null that it does not exist. */
interface KnownConnector {
  acknowledged: string | null;
  /** Writes after the last acknowledged one whose answer never came. */
  inDoubt: Array<string | null>;
}

export interface LoadTarget {
  readonly url: string;
  readonly token: string;
}

export interface LoadPlan {
  readonly random: Random;
  readonly workers: number;
  readonly connectorsPerWorker: number;
  readonly webhookUrl: string;
  /** Port of a database for the connectors of the first worker; the others point at nothing. */
  readonly databasePort: number;
}

/** How the requests of one run ended. `broken` had no whole answer, `refused` one above 399. */
export interface LoadCounts {
  acknowledged: number;
  refused: number;
  broken: number;
}

/**
 * Reads and writes connectors without pause and remembers what the engine promised. Each connector belongs to one
 * worker, so that the order of its writes is known.
 */
export class MixedLoad {
  readonly #plan: LoadPlan;
  readonly #known = new Map<string, KnownConnector>();
  #writes = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    for (let worker = 0; worker < plan.workers; worker += 1) {
      for (const id of this.#idsOf(worker)) this.#known.set(id, { acknowledged: null, inDoubt: [] });
    }
  }

  get connectorIds(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** Runs until `signal`; resolves when the last request has ended one way or the other. */
  async run(target: LoadTarget, signal: AbortSignal): Promise<LoadCounts> {
    const counts: LoadCounts = { acknowledged: 0, refused: 0, broken: 0 };
    const workers = Array.from({ length: this.#plan.workers }, async (_, worker) => {
      while (!signal.aborted) {
        const before = counts.broken;
        await this.#act(target, worker, counts);
        // The engine is gone: hammering a closed port would only take the processor from the next start.
        if (counts.broken > before) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await Promise.all(workers);
    return counts;
  }

  /** Compares what the server has with what it promised; each deviation is a sentence. Then takes its word as known. */
  async findBrokenPromises(target: LoadTarget): Promise<string[]> {
    const broken: string[] = [];
    for (const [id, known] of this.#known) {
      const response = await request(target, 'GET', `${CONNECTORS}/${id}`);
      const actual = response.status === 404 ? null : String(response.body.description);
      if (![known.acknowledged, ...known.inDoubt].includes(actual)) {
        broken.push(`${id}: the server has ${actual}, it promised ${known.acknowledged} (in doubt: ${known.inDoubt})`);
      }
      known.acknowledged = actual;
      known.inDoubt = [];
    }
    return broken;
  }

  #idsOf(worker: number): string[] {
    return Array.from({ length: this.#plan.connectorsPerWorker }, (_, index) => `load-${worker}-${index}`);
  }

  async #act(target: LoadTarget, worker: number, counts: LoadCounts): Promise<void> {
    const { random } = this.#plan;
    const id = `load-${worker}-${random.between(0, this.#plan.connectorsPerWorker - 1)}`;
    const chance = random.next();
    this.#writes += 1;
    if (chance < 0.6) await this.#write(target, id, worker, `write ${this.#writes}`, counts);
    else if (chance < 0.7) await this.#write(target, id, worker, null, counts);
    else await this.#read(target, chance < 0.9 ? `${CONNECTORS}/${id}` : `${CONNECTORS}?limit=50`, counts);
  }

  async #write(
    target: LoadTarget,
    id: string,
    worker: number,
    description: string | null,
    counts: LoadCounts,
  ): Promise<void> {
    const known = this.#known.get(id);
    if (known === undefined) throw new Error(`${id} is not of this load`);
    try {
      const response =
        description === null
          ? await request(target, 'DELETE', `${CONNECTORS}/${id}`)
          : await request(target, 'PUT', `${CONNECTORS}/${id}`, this.#createBody(id, worker, description));
      const absent = description === null && response.status === 404;
      if (response.status < 300 || absent) {
        counts.acknowledged += 1;
        known.acknowledged = description;
        known.inDoubt = [];
      } else {
        counts.refused += 1;
      }
    } catch {
      counts.broken += 1;
      known.inDoubt.push(description);
    }
  }

  async #read(target: LoadTarget, path: string, counts: LoadCounts): Promise<void> {
    try {
      const { status } = await request(target, 'GET', path);
      if (status < 400 || status === 404) counts.acknowledged += 1;
      else counts.refused += 1;
    } catch {
      counts.broken += 1;
    }
  }

  #createBody(id: string, worker: number, description: string) {
    const port = worker === 0 ? this.#plan.databasePort : 1;
    const body = createConnectorBody(
      { kind: 'postgresql', host: '127.0.0.1', port, database: 'postgres' },
      {
        id,
        username: 'LOAD_USER',
        password: 'LOAD_PASSWORD',
        eventSubscriptions: [
          { eventType: 'CONFIG_UPDATED', webhookUrl: this.#plan.webhookUrl },
          { eventType: 'CONNECTOR_DELETED', webhookUrl: this.#plan.webhookUrl },
        ],
      },
    );
    return { ...body, description };
  }
}

async function request(
  target: LoadTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${target.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
}
