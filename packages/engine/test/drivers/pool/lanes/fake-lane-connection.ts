import {
  type DatabaseValue,
  DriverError,
  type DriverErrorKind,
  type Statement,
} from '../../../../src/drivers/driver.ts';
import type { OpenContext } from '../../../../src/drivers/pool/driver-connection.ts';
import type {
  LaneAnswer,
  LaneConnection,
  Leavings,
  Trial,
} from '../../../../src/drivers/pool/lanes/lane-connection.ts';

interface Sent {
  readonly statement: Statement;
  readonly parameters: readonly DatabaseValue[];
  readonly answer: LaneAnswer;
}

interface Alone {
  readonly how: 'run' | 'trial';
  readonly parameters: readonly DatabaseValue[];
  readonly succeed: (trial?: { readonly serverMs?: number; readonly leaves?: Leavings }) => void;
  readonly fail: (kind: DriverErrorKind) => void;
}

/** A connection whose server answers when the test says so: the parameters come back as the one row. */
export class FakeLaneConnection implements LaneConnection {
  readonly context: OpenContext;
  canPipeline = true;
  reusable = true;
  laneLimitMs: number | undefined;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  cancels = 0;
  readonly onLane: Sent[] = [];
  readonly alone: Alone[] = [];

  constructor(context: OpenContext) {
    this.context = context;
  }

  run(_statement: Statement, parameters: readonly DatabaseValue[]) {
    return this.#runAlone('run', parameters).then((trial) => trial.result);
  }

  tryOut(_statement: Statement, parameters: readonly DatabaseValue[]): Promise<Trial> {
    return this.#runAlone('trial', parameters);
  }

  #runAlone(how: 'run' | 'trial', parameters: readonly DatabaseValue[]): Promise<Trial> {
    return new Promise((resolve, reject) => {
      this.alone.push({
        how,
        parameters,
        succeed: ({ serverMs = 0.1, leaves = 'nothing' } = {}) =>
          resolve({ result: toResult(parameters), serverMs, leaves }),
        fail: (kind) => reject(new DriverError(kind, 'no')),
      });
    });
  }

  async enterLane(limitMs: number): Promise<void> {
    this.laneLimitMs = limitMs;
  }

  async leaveLane(): Promise<void> {
    this.laneLimitMs = undefined;
  }

  send(statement: Statement, parameters: readonly DatabaseValue[], answer: LaneAnswer): void {
    this.onLane.push({ statement, parameters, answer });
  }

  /** The server answers the one that is at the front. */
  answerNext(): void {
    const sent = this.onLane.shift();
    sent?.answer.succeed(toResult(sent.parameters));
  }

  failNext(kind: DriverErrorKind): void {
    this.onLane.shift()?.answer.fail(new DriverError(kind, 'no'));
  }

  /** The session dies with all that is under way on it. */
  break(): void {
    this.context.onBroken();
    for (const sent of this.onLane.splice(0)) sent.answer.fail(new DriverError('connection-lost', 'no'));
    for (const call of this.alone.splice(0)) call.fail('connection-lost');
  }

  async describe() {
    return { columns: [], writes: false, plan: null };
  }

  async probe() {
    return { serverVersion: '1.0', readOnly: false };
  }

  async ping(): Promise<void> {}

  isReusable(): boolean {
    return this.reusable;
  }

  async cancel(): Promise<boolean> {
    this.cancels += 1;
    return true;
  }

  end(): void {
    this.state = 'ended';
  }

  destroy(): void {
    this.state = 'destroyed';
  }
}

function toResult(parameters: readonly DatabaseValue[]) {
  return { columns: ['value'], rows: [[...parameters]], affectedRows: 0, truncated: false };
}
