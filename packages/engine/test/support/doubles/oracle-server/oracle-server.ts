import type { Duplex } from 'node:stream';
import { USUAL_ROUNDS, type VerifierRounds } from './authentication.ts';
import type { AnswerStatement, OracleCall } from './oracle-answer.ts';
import { ORACLE_RELEASES, type OracleReleaseName } from './oracle-release.ts';
import { OracleSession } from './oracle-session.ts';
import { startTnsListener, type TnsReply } from './tns-listener.ts';

export interface OracleServerOptions {
  readonly username: string;
  readonly password: string;
  readonly service: string;
  readonly answer: AnswerStatement;
  /** Default `19c`. */
  readonly release?: OracleReleaseName;
  /** With it the listener speaks TLS only. */
  readonly certificate?: { readonly certificate: string; readonly privateKey: string };
  /** What the listener says to a known service, where it is not to accept. */
  readonly reply?: (attempt: number) => TnsReply | undefined;
  readonly rounds?: VerifierRounds;
  readonly loginError?: number;
  /** Reads BREAK and goes on. */
  readonly ignoresBreak?: boolean;
}

export interface OracleServer {
  readonly port: number;
  /** Statements that are being run now. */
  readonly running: readonly string[];
  /** What all sessions were asked for, in order. */
  readonly calls: readonly OracleCall[];
  readonly sessions: number;
  readonly openCursors: number;
  /** CONNECT packets read. */
  readonly connects: number;
  forgetCalls(): void;
  /** Sends bytes to every session that were not asked for. */
  babble(bytes: Buffer): void;
  kill(applicationName: string): void;
  close(): Promise<void>;
  /** Drops every session and listens again on the same port. */
  restart(): Promise<void>;
}

/**
 * A double of an Oracle server on loopback, at the level of the wire: Oracle Net and TTC as far as the Thin mode of
 * oracledb asks. It connects, negotiates, authenticates by the 12c verifier, parses, executes with binds, describes,
 * fetches, commits, rolls back, breaks and refuses. It is no database: a script answers statements, and what a real
 * server does with a statement beyond that is not known from it.
 */
export async function startOracleServer(options: OracleServerOptions): Promise<OracleServer> {
  const release = ORACLE_RELEASES[options.release ?? '19c'];
  const sessions = new Set<OracleSession>();
  const calls: OracleCall[] = [];
  const listener = await startTnsListener({
    ...(options.certificate ? { certificate: options.certificate } : {}),
    release,
    reply(connectData, attempt) {
      const isKnown = new RegExp(`\\(SERVICE_NAME=${options.service}\\)`, 'i').test(connectData);
      return isKnown ? (options.reply?.(attempt) ?? { accept: true }) : { refuse: 12514 };
    },
    onSession(stream: Duplex) {
      const session = new OracleSession(stream, {
        release,
        username: options.username,
        password: options.password,
        service: options.service,
        rounds: options.rounds ?? USUAL_ROUNDS,
        answer: options.answer,
        loginError: options.loginError,
        ignoresBreak: options.ignoresBreak ?? false,
        onCall: (call) => calls.push(call),
      });
      sessions.add(session);
      stream.once('close', () => sessions.delete(session));
    },
  });
  return {
    port: listener.port,
    get running() {
      return [...sessions].flatMap((session) => session.running ?? []);
    },
    calls,
    get sessions() {
      return sessions.size;
    },
    get openCursors() {
      return [...sessions].reduce((sum, session) => sum + session.openCursors, 0);
    },
    get connects() {
      return listener.connects;
    },
    forgetCalls() {
      calls.length = 0;
    },
    babble(bytes) {
      for (const session of sessions) session.babble(bytes);
    },
    kill(applicationName) {
      for (const session of sessions) if (session.module === applicationName) session.end();
    },
    close: () => listener.close(),
    restart: () => listener.restart(),
  };
}
