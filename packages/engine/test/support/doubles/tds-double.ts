import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ENCRYPTION, readLogin7, readPreloginEncryption, writePrelogin } from './tds-login.ts';
import { MessageReader, PACKET, type TdsMessage, writeMessage } from './tds-packets.ts';
import { readRpc, readSqlBatch, type TdsRequest } from './tds-requests.ts';
import { startWrappedTls } from './tds-tls.ts';
import {
  type TdsAnswer,
  writeAborted,
  writeAnswer,
  writeAttentionAcknowledged,
  writeDone,
  writeError,
  writeLoginAccepted,
  writeRouting,
} from './tds-tokens.ts';

export interface TdsDoubleOptions {
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Answers by statement and parameters; undefined is error 208, invalid object name. */
  readonly answer: (request: TdsRequest) => TdsAnswer | undefined;
  /** With it TLS is offered and required. */
  readonly certificate?: { readonly certificate: string; readonly privateKey: string };
  /** After login every client is sent there. */
  readonly routeTo?: { readonly host: string; readonly port: number };
}

export interface TdsDouble {
  readonly port: number;
  /** Statements that are being run now. */
  readonly running: readonly string[];
  /** Passwords seen, to prove that none was sent before the server was verified. */
  readonly logins: number;
  kill(applicationName: string): void;
  close(): Promise<void>;
  /** Drops every session and listens again on the same port. */
  restart(): Promise<void>;
}

interface Session {
  readonly socket: Socket;
  applicationName: string;
  running: string | undefined;
}

/** A SQL Server double on loopback that speaks TDS 7.4 as far as tedious and FreeTDS ask. */
export async function startTdsDouble(options: TdsDoubleOptions): Promise<TdsDouble> {
  const sessions = new Set<Session>();
  let logins = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const session: Session = { socket, applicationName: '', running: undefined };
    sessions.add(session);
    socket.on('error', () => {});
    socket.on('close', () => sessions.delete(session));
    attach(socket);

    function attach(stream: Duplex): void {
      const reader = new MessageReader();
      stream.on('error', () => socket.destroy());
      stream.on('data', (bytes: Buffer) => {
        try {
          reader.push(bytes, (message) => handle(stream, message));
        } catch {
          socket.destroy();
        }
      });
    }

    function handle(stream: Duplex, message: TdsMessage): void {
      const send = (payload: Buffer) => stream.write(writeMessage(PACKET.tabularResult, payload));
      switch (message.type) {
        case PACKET.prelogin:
          prelogin(stream, message.payload, send);
          break;
        case PACKET.login7:
          login(message.payload, send);
          break;
        case PACKET.sqlBatch:
          execute(readSqlBatch(message.payload), false, send);
          break;
        case PACKET.rpc:
          execute(readRpc(message.payload), true, send);
          break;
        case PACKET.attention:
          if (session.running !== undefined) send(writeAborted());
          session.running = undefined;
          send(writeAttentionAcknowledged());
          break;
        default:
          throw new Error(`packet type ${message.type}`);
      }
    }

    function prelogin(stream: Duplex, payload: Buffer, send: (payload: Buffer) => void): void {
      const { certificate } = options;
      if (!certificate) {
        send(writePrelogin(ENCRYPTION.notSupported));
        return;
      }
      const isAsked = readPreloginEncryption(payload) !== ENCRYPTION.notSupported;
      send(writePrelogin(isAsked ? ENCRYPTION.on : ENCRYPTION.required));
      stream.removeAllListeners('data');
      attach(startWrappedTls(socket, certificate));
    }

    function login(payload: Buffer, send: (payload: Buffer) => void): void {
      logins += 1;
      const asked = readLogin7(payload);
      session.applicationName = asked.applicationName;
      if (asked.username !== options.username || asked.password !== options.password) {
        refuse(18456, 'Login failed for user.', send);
      } else if (asked.database !== options.database && asked.database !== '') {
        refuse(4060, 'Cannot open database requested by the login.', send);
      } else if (options.routeTo) {
        const { host, port } = options.routeTo;
        const accepted = writeLoginAccepted(options.database);
        // Before the closing DONE of 13 bytes.
        send(Buffer.concat([accepted.subarray(0, -13), writeRouting(host, port), accepted.subarray(-13)]));
      } else {
        send(writeLoginAccepted(options.database));
      }
    }

    function refuse(number: number, message: string, send: (payload: Buffer) => void): void {
      send(Buffer.concat([writeError(number, message), writeDone(2, 0)]));
      socket.end();
    }

    function execute(request: TdsRequest, asProcedure: boolean, send: (payload: Buffer) => void): void {
      const answer = options.answer(request) ?? { error: 208, message: 'Invalid object name.' };
      if (answer === 'never') session.running = request.statement;
      else send(writeAnswer(answer, asProcedure));
    }
  });

  const dropAll = () => {
    for (const { socket } of sessions) socket.destroy();
  };
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    dropAll();
    await closed;
  };
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the double has no port');
  return {
    port: address.port,
    get running() {
      return [...sessions].flatMap((session) => session.running ?? []);
    },
    get logins() {
      return logins;
    },
    kill(applicationName) {
      for (const session of sessions) if (session.applicationName === applicationName) session.socket.destroy();
    },
    close: stop,
    async restart() {
      await stop();
      await listen(address.port);
    },
  };
}
