import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ENCRYPTION, readLogin7, readPreloginEncryption, writePrelogin } from './tds-login.ts';
import { MessageReader, PACKET, type TdsMessage, writeMessage } from './tds-packets.ts';
import { readRpc, readSqlBatch, type TdsRequest } from './tds-requests.ts';
import { type TdsEvent, TdsSession } from './tds-session.ts';
import { startWrappedTls } from './tds-tls.ts';
import { DONE, type TdsAnswer, writeDone, writeError, writeLoginAccepted, writeRouting } from './tds-tokens.ts';

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
  /** In place of the tokens that accept a login: for a server that lies. */
  readonly acceptance?: Buffer;
  /** A server that does not stop what it runs. */
  readonly ignoresAttention?: boolean;
  /** Where a transaction that an attention rolled back is told; default `answer`. */
  readonly rollsBackIn?: 'answer' | 'confirmation';
}

export interface TdsDouble {
  readonly port: number;
  /** Statements that are being run now. */
  readonly running: readonly string[];
  /** What happened in all sessions, in order. */
  readonly events: readonly TdsEvent[];
  /** Logins seen, to prove that no password was sent before the server was verified. */
  readonly logins: number;
  /** Requests since the login of each session: batches and calls of sp_executesql. */
  readonly requests: readonly TdsRequest[];
  kill(applicationName: string): void;
  close(): Promise<void>;
  /** Drops every session and listens again on the same port. */
  restart(): Promise<void>;
}

interface Client {
  readonly socket: Socket;
  applicationName: string;
  session: TdsSession | undefined;
}

/**
 * A SQL Server double on loopback that speaks TDS 7.4 as far as tedious and FreeTDS ask. It is no SQL Server: it
 * executes nothing, knows the statements of its script only, and of T-SQL just the framing of transactions.
 */
export async function startTdsDouble(options: TdsDoubleOptions): Promise<TdsDouble> {
  const clients = new Set<Client>();
  const events: TdsEvent[] = [];
  const requests: TdsRequest[] = [];
  let logins = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const client: Client = { socket, applicationName: '', session: undefined };
    clients.add(client);
    socket.on('error', () => {});
    socket.on('close', () => clients.delete(client));
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
          login(stream, message.payload, send);
          break;
        case PACKET.sqlBatch:
          execute(readSqlBatch(message.payload), false);
          break;
        case PACKET.rpc:
          execute(readRpc(message.payload), true);
          break;
        case PACKET.attention:
          client.session?.attention();
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

    function login(stream: Duplex, payload: Buffer, send: (payload: Buffer) => void): void {
      logins += 1;
      const asked = readLogin7(payload);
      client.applicationName = asked.applicationName;
      if (asked.username !== options.username || asked.password !== options.password) {
        refuse(18456, 'Login failed for user.', send);
        return;
      }
      if (asked.database !== options.database && asked.database !== '') {
        refuse(4060, 'Cannot open database requested by the login.', send);
        return;
      }
      const { answer, ignoresAttention = false, rollsBackIn = 'answer' } = options;
      const onEvent = (event: TdsEvent) => events.push(event);
      client.session = new TdsSession(stream, { answer, ignoresAttention, rollsBackIn, onEvent });
      send(options.acceptance ?? accept());
    }

    function accept(): Buffer {
      const accepted = writeLoginAccepted(options.database);
      if (!options.routeTo) return accepted;
      const { host, port } = options.routeTo;
      // Before the closing DONE of 13 bytes.
      return Buffer.concat([accepted.subarray(0, -13), writeRouting(host, port), accepted.subarray(-13)]);
    }

    function refuse(number: number, message: string, send: (payload: Buffer) => void): void {
      send(Buffer.concat([writeError(number, message), writeDone(DONE.error, 0)]));
      socket.end();
    }

    function execute(request: TdsRequest, isProcedure: boolean): void {
      if (!client.session) throw new Error('a request before the login');
      requests.push(request);
      client.session.execute(request, isProcedure).catch(() => socket.destroy());
    }
  });

  const dropAll = () => {
    for (const { socket } of clients) socket.destroy();
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
    events,
    requests,
    get running() {
      return [...clients].flatMap(({ session }) => session?.running ?? []);
    },
    get logins() {
      return logins;
    },
    kill(applicationName) {
      for (const client of clients) if (client.applicationName === applicationName) client.socket.destroy();
    },
    close: stop,
    async restart() {
      await stop();
      await listen(address.port);
    },
  };
}
