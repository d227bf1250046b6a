import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import oracledb from 'oracledb';
import type {
  OracleAttributes,
  OracleBind,
  OracleModule,
  OracleResult,
  OracleSession,
} from '../../../src/drivers/oracle/oracle-module.ts';
import { startTnsListener } from './oracle-server/tns-listener.ts';

/** What a statement gets; `value` is what oracledb would read before the fetch type handler. */
export type OracleAnswer =
  | { readonly dbType: oracledb.DbType; readonly value: unknown }
  | { readonly error: string }
  | { readonly changed: number }
  | 'never';

export interface OracleDoubleOptions {
  readonly username: string;
  readonly password: string;
  readonly service: string;
  readonly answer: (statement: string, binds: readonly OracleBind[]) => OracleAnswer | undefined;
  readonly certificate?: { readonly certificate: string; readonly privateKey: string };
}

export interface OracleDouble {
  /** Stands in for the vendor module. */
  readonly module: OracleModule;
  readonly port: number;
  readonly running: readonly string[];
  kill(applicationName: string): void;
  close(): Promise<void>;
  restart(): Promise<void>;
}

/**
 * A double of oracledb's module interface with a listener of its own. Its sessions live on a real socket through the
 * driver's relay, so that what breaks a socket breaks a session; what they say there is one letter a message.
 */
export async function startOracleDouble(options: OracleDoubleOptions): Promise<OracleDouble> {
  const sessions = new Set<DoubleSession>();
  const listener = await startTnsListener({
    reply: (connectData) =>
      new RegExp(`\\(SERVICE_NAME=${options.service}\\)`, 'i').test(connectData) ? { accept: true } : { refuse: 12514 },
    // The server's side of a session: every byte comes back once it is read.
    onSession: (stream: Duplex) => stream.on('data', (bytes) => stream.write(bytes)),
    ...(options.certificate ? { certificate: options.certificate } : {}),
  });
  const module: OracleModule = {
    versionString: '0.0.0',
    OUT_FORMAT_ARRAY: oracledb.OUT_FORMAT_ARRAY,
    STRING: oracledb.STRING,
    BUFFER: oracledb.BUFFER,
    DB_TYPE_NUMBER: oracledb.DB_TYPE_NUMBER,
    DB_TYPE_DATE: oracledb.DB_TYPE_DATE,
    DB_TYPE_TIMESTAMP: oracledb.DB_TYPE_TIMESTAMP,
    DB_TYPE_TIMESTAMP_TZ: oracledb.DB_TYPE_TIMESTAMP_TZ,
    DB_TYPE_TIMESTAMP_LTZ: oracledb.DB_TYPE_TIMESTAMP_LTZ,
    DB_TYPE_CLOB: oracledb.DB_TYPE_CLOB,
    DB_TYPE_NCLOB: oracledb.DB_TYPE_NCLOB,
    DB_TYPE_BLOB: oracledb.DB_TYPE_BLOB,
    async getConnection(attributes) {
      const socket = await openSocket(attributes);
      if (attributes.user !== options.username || attributes.password !== options.password) {
        socket.destroy();
        throw oracleError('ORA-01017');
      }
      const session = new DoubleSession(socket, options.answer);
      sessions.add(session);
      socket.once('close', () => sessions.delete(session));
      return session;
    },
  };
  return {
    module,
    port: listener.port,
    get running() {
      return [...sessions].flatMap((session) => session.running ?? []);
    },
    kill(applicationName) {
      for (const session of sessions) if (session.module === applicationName) session.destroy();
    },
    close: () => listener.close(),
    restart: () => listener.restart(),
  };
}

async function openSocket(attributes: OracleAttributes): Promise<Socket> {
  const port = Number(/\(PORT=(\d+)\)/.exec(attributes.connectString)?.[1]);
  const data = Buffer.from(attributes.connectString, 'ascii');
  const packet = Buffer.alloc(58 + data.length);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(1, 4);
  packet.writeUInt16BE(data.length, 24);
  packet.writeUInt16BE(58, 26);
  data.copy(packet, 58);
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve, reject) => {
    socket.on('error', () => {});
    socket.once('close', () => reject(oracleError('NJS-500')));
    socket.once('connect', () => socket.write(packet));
    socket.once('data', (answer) => {
      if (answer.readUInt8(4) === 2) resolve(socket);
      else reject(oracleError('NJS-518'));
    });
  });
}

class DoubleSession implements OracleSession {
  readonly oracleServerVersionString = '19.18.0.0.0';
  module = '';
  running: string | undefined;
  readonly #socket: Socket;
  readonly #answer: OracleDoubleOptions['answer'];
  #break: (() => void) | undefined;

  constructor(socket: Socket, answer: OracleDoubleOptions['answer']) {
    this.#socket = socket;
    this.#answer = answer;
  }

  async execute(statement: string, binds: OracleBind[], options: oracledb.ExecuteOptions): Promise<OracleResult> {
    await this.#roundTrip();
    const answer = this.#answer(statement, binds) ?? { error: 'ORA-00942' };
    if (answer === 'never') return this.#wait(statement);
    if ('error' in answer) throw oracleError(answer.error);
    if ('changed' in answer) return { rowsAffected: answer.changed };
    const { dbType, value } = answer;
    const fetchType = options.fetchTypeHandler?.({ name: 'VALUE', dbType } as oracledb.Metadata<unknown>);
    return { metaData: [{ name: 'VALUE' }], rows: [[fetchType?.converter ? fetchType.converter(value) : value]] };
  }

  rollback(): Promise<void> {
    return this.#roundTrip();
  }

  async break(): Promise<void> {
    this.#break?.();
  }

  async close(): Promise<void> {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #wait(statement: string): Promise<never> {
    this.running = statement;
    return new Promise<never>((_resolve, reject) => {
      const settle = (code: string) => {
        this.running = undefined;
        this.#break = undefined;
        reject(oracleError(code));
      };
      this.#break = () => settle('ORA-01013');
      this.#socket.once('close', () => settle('NJS-500'));
    });
  }

  #roundTrip(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) reject(oracleError('NJS-500'));
      const onClose = () => reject(oracleError('NJS-500'));
      this.#socket.once('close', onClose);
      this.#socket.once('data', () => {
        this.#socket.off('close', onClose);
        resolve();
      });
      this.#socket.write('?');
    });
  }
}

function oracleError(code: string): Error {
  return Object.assign(new Error(`${code}: the double says so`), { code });
}
