import type { Duplex } from 'node:stream';
import { Authentication, type VerifierRounds } from './authentication.ts';
import { NEGOTIATION, skipFastNegotiation, writeDataTypes, writeProtocol } from './negotiation.ts';
import type { AnswerStatement, OracleCall } from './oracle-answer.ts';
import type { OracleRelease } from './oracle-release.ts';
import { OracleStatements, type Outcome } from './oracle-statements.ts';
import { type OraclePiggyback, type OracleRequest, readRequest } from './requests.ts';
import { writeCallEnd, writeEndOfResponse, writeFields, writeStatus } from './responses.ts';
import {
  DATA_FLAG,
  FRAME,
  type Frame,
  FrameReader,
  MARKER,
  markerOf,
  writeDataFrames,
  writeMarker,
} from './tns-frames.ts';
import { TtcReader } from './ttc-reader.ts';

/** Field version of a login that comes in one message with the negotiations. */
const FAST_LOGIN_FIELDS = 13;
const SDU_BYTES = 8192;

export interface OracleSessionOptions {
  readonly release: OracleRelease;
  readonly username: string;
  readonly password: string;
  readonly service: string;
  readonly rounds: VerifierRounds;
  readonly answer: AnswerStatement;
  /** An ORA number that a login with the right password gets all the same: a locked account, too many sessions. */
  readonly loginError: number | undefined;
  readonly ignoresBreak: boolean;
  readonly onCall: (call: OracleCall) => void;
}

/**
 * One session of the double, from the negotiation on. States: negotiating, logging in, idle, running (a statement that
 * answers `never`), broken (between BREAK and RESET), ended. It parses no SQL: a script answers for that.
 */
export class OracleSession {
  module = '';
  running: string | undefined;
  readonly #stream: Duplex;
  readonly #options: OracleSessionOptions;
  readonly #frames = new FrameReader();
  readonly #statements: OracleStatements;
  readonly #authentication: Authentication;
  #request: Buffer[] = [];

  constructor(stream: Duplex, options: OracleSessionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#statements = new OracleStatements(options.answer, options.release.fieldVersion, (call, statement) =>
      this.#log(call, statement),
    );
    this.#authentication = new Authentication(options.password, options.rounds);
    stream.on('data', (bytes: Buffer) => {
      try {
        this.#frames.push(bytes, (frame) => this.#receive(frame));
      } catch (error) {
        // What the double can't read is a mistake of the double; a test must see it as such.
        process.stderr.write(`oracle double: ${String(error)}\n`);
        stream.destroy();
      }
    });
  }

  get openCursors(): number {
    return this.#statements.openCursors;
  }

  babble(bytes: Buffer): void {
    this.#stream.write(bytes);
  }

  end(): void {
    this.running = undefined;
    this.#stream.destroy();
  }

  #receive(frame: Frame): void {
    if (frame.type === FRAME.marker) {
      this.#receiveMarker(markerOf(frame));
      return;
    }
    if (frame.type !== FRAME.data) throw new Error(`packet type ${frame.type}`);
    if ((frame.dataFlags & DATA_FLAG.endOfFile) !== 0) {
      this.#stream.end();
      return;
    }
    this.#request.push(frame.payload);
    if ((frame.dataFlags & DATA_FLAG.endOfRequest) === 0) return;
    const request = Buffer.concat(this.#request);
    this.#request = [];
    this.#answerRequest(request);
  }

  #receiveMarker(kind: number): void {
    if (kind === MARKER.reset) {
      this.#log('reset');
      this.#stream.write(writeMarker(MARKER.reset));
      const message = 'user requested cancel of current operation';
      this.#refuse(1013, message);
      return;
    }
    this.#log('break', this.running);
    if (this.#options.ignoresBreak) return;
    this.running = undefined;
    this.#stream.write(writeMarker(MARKER.break));
  }

  #answerRequest(bytes: Buffer): void {
    const { release } = this.#options;
    const reader = new TtcReader(bytes);
    switch (bytes[0]) {
      case NEGOTIATION.protocol:
        this.#write(writeProtocol(release), 0);
        return;
      case NEGOTIATION.dataTypes:
        this.#write(writeDataTypes(), 0);
        return;
      case NEGOTIATION.fastAuthentication:
        reader.skip(1);
        skipFastNegotiation(reader);
        this.#handle(
          readRequest(reader, FAST_LOGIN_FIELDS, () => {}),
          [writeProtocol(release), writeDataTypes()],
        );
        return;
      default:
        this.#handle(readRequest(reader, release.fieldVersion, (piggyback) => this.#take(piggyback)));
    }
  }

  #take(piggyback: OraclePiggyback): void {
    if (piggyback.kind === 'module') this.module = piggyback.name;
    else if (piggyback.kind === 'close') this.#statements.close(piggyback.cursorIds);
  }

  #handle(request: OracleRequest, before: readonly Buffer[] = []): void {
    switch (request.kind) {
      case 'login':
        this.#login(request, before);
        return;
      case 'execute':
        this.#carryOut(this.#statements.execute(request));
        return;
      case 'fetch':
        this.#carryOut(this.#statements.fetch(request.cursorId, request.rows));
        return;
      case 'commit':
      case 'rollback':
        this.#log(request.kind);
        this.#statements[request.kind]();
        break;
      case 'ping':
      case 'logoff':
        this.#log(request.kind);
    }
    this.#send(writeStatus(this.#statements.inTransaction));
  }

  #login(request: Extract<OracleRequest, { kind: 'login' }>, before: readonly Buffer[]): void {
    const { username, release, service, loginError } = this.#options;
    if (request.phase === 1) {
      this.#send(...before, writeFields(this.#authentication.challenge()), writeStatus(false));
      return;
    }
    this.#log('login');
    const isKnown = this.#authentication.accepts(request.fields) && request.username === username;
    const error = isKnown ? loginError : 1017;
    if (error !== undefined) {
      this.#refuse(error);
      return;
    }
    const said = [
      ['AUTH_VERSION_NO', String(release.versionNumber), 0],
      ['AUTH_SC_SERVICE_NAME', service, 0],
      ['AUTH_SC_DBUNIQUE_NAME', 'DOUBLE', 0],
      ['AUTH_DBNAME', 'DOUBLE', 0],
      ['AUTH_INSTANCENAME', 'double', 0],
      ['AUTH_MAX_OPEN_CURSORS', '300', 0],
      ['AUTH_SESSION_ID', '1', 0],
      ['AUTH_SERIAL_NUM', '1', 0],
      this.#authentication.proof(),
    ] as const;
    this.#send(writeFields(said), writeStatus(false));
  }

  #carryOut(outcome: Outcome): void {
    if (outcome === 'hang-up') this.#stream.destroy();
    else if ('running' in outcome) this.running = outcome.running;
    else if ('packets' in outcome) this.#flood(outcome.packets[Symbol.iterator]());
    else this.#send(outcome.response);
  }

  #flood(packets: Iterator<Buffer>): void {
    for (;;) {
      const next = packets.next();
      if (next.done === true || this.#stream.destroyed) return;
      if (!this.#stream.write(next.value)) {
        this.#stream.once('drain', () => this.#flood(packets));
        return;
      }
    }
  }

  #refuse(error: number, message?: string): void {
    const end = { inTransaction: this.#statements.inTransaction, error, ...(message === undefined ? {} : { message }) };
    this.#send(writeCallEnd(end, this.#options.release.fieldVersion));
  }

  #send(...parts: readonly Buffer[]): void {
    const { endsResponses } = this.#options.release;
    const end = endsResponses ? [writeEndOfResponse()] : [];
    this.#write(Buffer.concat([...parts, ...end]), endsResponses ? DATA_FLAG.endOfResponse : 0);
  }

  #write(payload: Buffer, lastFlags: number): void {
    this.#stream.write(writeDataFrames(payload, SDU_BYTES, lastFlags));
  }

  #log(call: OracleCall['call'], statement = ''): void {
    this.#options.onCall({ call, statement });
  }
}
