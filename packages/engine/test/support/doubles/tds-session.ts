import type { Duplex } from 'node:stream';
import { type TdsStep, toSteps } from './tds-batch.ts';
import { describeAnswer } from './tds-description.ts';
import { MessageWriter, PACKET, writeMessage } from './tds-packets.ts';
import type { TdsRequest } from './tds-requests.ts';
import {
  DONE,
  DONE_TOKEN,
  type TdsAnswer,
  type TdsRows,
  writeColumns,
  writeDone,
  writeError,
  writeReturnStatus,
  writeRow,
  writeTransactionChange,
} from './tds-tokens.ts';

/** What a session did, in order; the proof that nothing runs on after it was cancelled. */
export interface TdsEvent {
  readonly what:
    | 'started'
    | 'finished'
    | 'failed'
    | 'attention'
    | 'stopped'
    | 'confirmed'
    | 'began'
    | 'rolled back'
    | 'committed';
  readonly statement: string;
}

export interface TdsSessionOptions {
  readonly answer: (request: TdsRequest) => TdsAnswer | undefined;
  /** A server that never stops what it runs, and confirms nothing. */
  readonly ignoresAttention: boolean;
  /** Where it says that an attention rolled a transaction back: at the end of the answer, or with the confirmation. */
  readonly rollsBackIn: 'answer' | 'confirmation';
  readonly onEvent: (event: TdsEvent) => void;
}

const ROWS_AT_ONCE = 100;
const UNKNOWN_OBJECT = { error: 208, message: 'Invalid object name.' } as const;

/** One logged-in session: what runs in it, and whether a transaction is open. One request at a time, and attentions. */
export class TdsSession {
  readonly #stream: Duplex;
  readonly #options: TdsSessionOptions;
  #running: string | undefined;
  #isStopped = false;
  #onStop = () => {};
  #xactAbort = false;
  #depth = 0;
  /** How to undo what the open transaction, or else the running statement, has done. */
  #undo: (() => void)[] = [];

  constructor(stream: Duplex, options: TdsSessionOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.once('close', () => {
      this.#stop();
      this.#takeBack();
    });
  }

  get running(): string | undefined {
    return this.#running;
  }

  attention(): void {
    this.#event('attention', this.#running ?? '');
    if (this.#options.ignoresAttention) return;
    // Nothing runs: only the confirmation. Else the answer is ended first, in its own message.
    if (this.#running === undefined) this.#confirm('');
    else this.#stop();
  }

  async execute(request: TdsRequest, isProcedure: boolean): Promise<void> {
    const writer = new MessageWriter(PACKET.tabularResult, (packet) => this.#stream.write(packet));
    this.#isStopped = false;
    this.#running = request.statement;
    const isWhole = await this.#runSteps(toSteps(request), isProcedure, writer);
    const ran = this.#running;
    this.#running = undefined;
    if (this.#stream.destroyed) return;
    if (this.#isStopped) {
      const rolledBack = this.#depth > 0 && this.#xactAbort ? this.#rollback() : Buffer.alloc(0);
      const isEarly = this.#options.rollsBackIn === 'answer';
      if (isEarly) writer.write(rolledBack);
      writer.write(writeDone(DONE.error, 0, isProcedure ? DONE_TOKEN.procedure : DONE_TOKEN.batch));
      writer.end();
      this.#event('stopped', ran);
      this.#confirm(ran, isEarly ? undefined : rolledBack);
      return;
    }
    if (!isWhole) return;
    writer.end();
  }

  /** False when raw bytes took the place of an answer. */
  async #runSteps(steps: readonly TdsStep[], isProcedure: boolean, writer: MessageWriter): Promise<boolean> {
    const token = isProcedure ? DONE_TOKEN.inProcedure : DONE_TOKEN.batch;
    let isFailed = false;
    for (const [index, step] of steps.entries()) {
      const isLast = !isProcedure && index === steps.length - 1;
      const outcome = await this.#runStep(step, token, isLast ? DONE.final : DONE.more, writer);
      if (outcome === 'raw') return false;
      if (outcome === 'stopped') return true;
      isFailed = outcome === 'failed';
      if (isFailed && this.#xactAbort) break;
    }
    if (isFailed && this.#xactAbort && this.#depth > 0) writer.write(this.#rollback());
    if (isProcedure) {
      if (!isFailed) writer.write(writeReturnStatus());
      writer.write(writeDone(isFailed ? DONE.error : DONE.final, 0, DONE_TOKEN.procedure));
    }
    return true;
  }

  async #runStep(
    step: TdsStep,
    token: number,
    more: number,
    writer: MessageWriter,
  ): Promise<'done' | 'failed' | 'stopped' | 'raw'> {
    switch (step.does) {
      case 'run':
        return this.#runStatement(step.request, token, more, writer);
      case 'describe':
        return this.#runAnswer(describeAnswer(this.#answer(step.request)), token, more, writer);
      default:
        writer.write(this.#control(step));
        writer.write(writeDone(more, 0, token));
        return 'done';
    }
  }

  #control(step: Exclude<TdsStep, { does: 'run' | 'describe' }>): Buffer {
    switch (step.does) {
      case 'nothing':
        return Buffer.alloc(0);
      case 'xactAbort':
        this.#xactAbort = step.isOn;
        return Buffer.alloc(0);
      case 'begin':
        this.#depth += 1;
        this.#event('began', this.#running ?? '');
        return writeTransactionChange('begin');
      case 'commit':
        this.#depth -= 1;
        if (this.#depth > 0) return Buffer.alloc(0);
        this.#undo = [];
        this.#event('committed', this.#running ?? '');
        return writeTransactionChange('commit');
      case 'rollback':
        return this.#rollback();
      case 'rollbackIfOpen':
        return this.#depth > 0 ? this.#rollback() : Buffer.alloc(0);
    }
  }

  #rollback(): Buffer {
    this.#depth = 0;
    this.#takeBack();
    this.#event('rolled back', this.#running ?? '');
    return writeTransactionChange('rollback');
  }

  async #runStatement(request: TdsRequest, token: number, more: number, writer: MessageWriter) {
    this.#running = request.statement;
    this.#event('started', request.statement);
    const answer = this.#answer(request);
    if ('undo' in answer && answer.undo) this.#undo.push(answer.undo);
    const outcome = await this.#runAnswer(answer, token, more, writer);
    const isFinished = outcome === 'done';
    // Without a transaction a statement is one: committed when it is done, undone when it is not.
    if (this.#depth === 0 && isFinished) this.#undo = [];
    if (this.#depth === 0 && !isFinished) this.#takeBack();
    if (outcome === 'done' || outcome === 'failed') this.#event(isFinished ? 'finished' : 'failed', request.statement);
    return outcome;
  }

  async #runAnswer(answer: TdsAnswer, token: number, more: number, writer: MessageWriter) {
    if ('raw' in answer) {
      await this.#sendRaw(answer.raw);
      return 'raw';
    }
    if ('waits' in answer) {
      await this.#untilStopped();
      return 'stopped';
    }
    if ('error' in answer) {
      for (const { error, message } of [...(answer.earlier ?? []), answer]) writer.write(writeError(error, message));
      writer.write(writeDone(DONE.error | more, 0, token));
      return 'failed';
    }
    const count = 'changed' in answer ? answer.changed : await this.#sendRows(answer, writer);
    if (this.#isStopped) return 'stopped';
    writer.write(writeDone(DONE.count | more, count, token));
    return 'done';
  }

  async #sendRows({ columns, rows }: TdsRows, writer: MessageWriter): Promise<number> {
    writer.write(writeColumns(columns));
    let count = 0;
    for (const row of rows) {
      if (this.#isStopped) return count;
      writer.write(writeRow(columns, row));
      count += 1;
      if (count % ROWS_AT_ONCE === 0) await this.#untilTaken();
    }
    return count;
  }

  async #sendRaw(chunks: Iterable<Buffer>): Promise<void> {
    for (const chunk of chunks) {
      if (this.#stream.destroyed) return;
      this.#stream.write(chunk);
      await this.#untilTaken();
    }
  }

  #answer(request: TdsRequest): TdsAnswer {
    return this.#options.answer(request) ?? UNKNOWN_OBJECT;
  }

  /** Waits until the client has taken what was sent, or wants no more of it; lets an attention in, in any case. */
  async #untilTaken(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isStopped || this.#stream.destroyed || !this.#stream.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      this.#onStop = resolve;
      this.#stream.once('drain', resolve);
    });
  }

  #untilStopped(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) resolve();
      else this.#onStop = resolve;
    });
  }

  #stop(): void {
    this.#isStopped = true;
    this.#onStop();
  }

  #confirm(statement: string, before: Buffer = Buffer.alloc(0)): void {
    this.#event('confirmed', statement);
    const confirmation = Buffer.concat([before, writeDone(DONE.attention, 0)]);
    this.#stream.write(writeMessage(PACKET.tabularResult, confirmation));
  }

  #takeBack(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  #event(what: TdsEvent['what'], statement: string): void {
    this.#options.onEvent({ what, statement });
  }
}
