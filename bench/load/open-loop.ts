import { connect, type Socket } from 'node:net';
import { type LookUpRequest, PHONE } from '../actions/contestant.ts';
import { CUSTOMERS, phoneOf } from '../actions/customers.ts';

export interface OpenLoopOptions {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Open connections; a request that finds none free waits, and its wait counts. */
  readonly connections: number;
  /** The request number `index` of the run. */
  readonly requestOf: (index: number) => { readonly kind: string; readonly request: LookUpRequest };
  readonly random: () => number;
}

export interface KindFigures extends LatencyFigures {
  /** Answers that are neither 200, 429 nor 503. */
  readonly failed: number;
  /** By the `outcome` member of the answer; `-` for a 200 without one, else the status. */
  readonly outcomes: Readonly<Record<string, LatencyFigures>>;
}

interface LatencyFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Job {
  readonly dueMs: number;
  readonly kind: string;
  readonly bytes: string;
}

interface Tally {
  readonly outcomes: Map<string, number[]>;
  failed: number;
}

/**
 * Open-loop load: requests leave by the clock, whether earlier ones were answered or not, and each latency counts from
 * the moment when the request was due, so that a server that stalls cannot hide it (coordinated omission).
 */
export class OpenLoop {
  readonly #options: OpenLoopOptions;
  readonly #free: Line[] = [];
  readonly #waiting: Job[] = [];
  readonly #tallies = new Map<string, Tally>();
  #answered = 0;

  constructor(options: OpenLoopOptions) {
    this.#options = options;
  }

  async run(): Promise<ReadonlyMap<string, KindFigures>> {
    const { connections, port } = this.#options;
    const lines = Array.from({ length: connections }, () => new Line(port, (line) => this.#offer(line)));
    await Promise.all(lines.map((line) => line.opened));
    this.#free.push(...lines);
    const sent = await this.#send();
    const endsAt = performance.now() + 10_000;
    while (this.#answered < sent && performance.now() < endsAt) await pause();
    for (const line of lines) line.close();
    return new Map([...this.#tallies].map(([kind, tally]) => [kind, toFigures(tally)]));
  }

  async #send(): Promise<number> {
    const { perSecond, seconds, requestOf, random } = this.#options;
    const total = Math.floor(perSecond * seconds);
    const startedAt = performance.now();
    for (let index = 0; index < total; ) {
      const dueCount = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * perSecond));
      for (; index < dueCount; index += 1) {
        const { kind, request } = requestOf(index);
        const phone = phoneOf(1 + Math.floor(random() * CUSTOMERS));
        this.#start({ dueMs: startedAt + (index / perSecond) * 1000, kind, bytes: toBytes(request, phone) });
      }
      await pause();
    }
    return total;
  }

  #start(job: Job): void {
    const line = this.#free.pop();
    if (line === undefined) this.#waiting.push(job);
    else this.#use(line, job);
  }

  #use(line: Line, job: Job): void {
    line.send(job.bytes, (status, body) => {
      const tally = this.#tallyOf(job.kind);
      if (status !== 200 && status !== 429 && status !== 503) tally.failed += 1;
      const outcome = /"outcome":"([A-Z_]+)"/.exec(body)?.[1] ?? (status === 200 ? '-' : String(status));
      const latencies = tally.outcomes.get(outcome) ?? [];
      latencies.push(performance.now() - job.dueMs);
      tally.outcomes.set(outcome, latencies);
      this.#answered += 1;
    });
  }

  #offer(line: Line): void {
    const job = this.#waiting.shift();
    if (job === undefined) this.#free.push(line);
    else this.#use(line, job);
  }

  #tallyOf(kind: string): Tally {
    let tally = this.#tallies.get(kind);
    if (tally === undefined) {
      tally = { outcomes: new Map(), failed: 0 };
      this.#tallies.set(kind, tally);
    }
    return tally;
  }
}

/** One keep-alive connection with one request at a time. */
class Line {
  readonly opened: Promise<void>;
  readonly #socket: Socket;
  readonly #onFree: (line: Line) => void;
  #onAnswer: ((status: number, body: string) => void) | undefined;
  #received = '';

  constructor(port: number, onFree: (line: Line) => void) {
    this.#onFree = onFree;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
    this.#socket.setEncoding('latin1').on('data', (chunk: string) => this.#read(chunk));
    this.#socket.on('error', () => {});
  }

  send(bytes: string, onAnswer: (status: number, body: string) => void): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(bytes, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + 4 + length) return;
    const body = this.#received.slice(headEnd + 4, headEnd + 4 + length);
    this.#received = this.#received.slice(headEnd + 4 + length);
    this.#onAnswer?.(Number(head.slice(9, 12)), body);
    this.#onFree(this);
  }
}

function toBytes(request: LookUpRequest, phone: string): string {
  const body = request.body.replace(PHONE, phone);
  const path = request.path.replace(PHONE, encodeURIComponent(phone));
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = request.method === 'POST' ? `content-length: ${body.length}\r\n` : '';
  return `${request.method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers.join('')}${length}\r\n${body}`;
}

function toFigures({ outcomes, failed }: Tally): KindFigures {
  return {
    ...toLatencies([...outcomes.values()].flat()),
    failed,
    outcomes: Object.fromEntries([...outcomes].map(([outcome, latencies]) => [outcome, toLatencies(latencies)])),
  };
}

function toLatencies(latencies: readonly number[]): LatencyFigures {
  const sorted = Float64Array.from(latencies).sort();
  const at = (quantile: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? 0;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** A millisecond: what is due within it leaves together, so that the generator does not eat the core that it measures on. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
