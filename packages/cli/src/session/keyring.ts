import { spawn } from 'node:child_process';
import { Secret } from '@dipswitch/contract';
import type { Environment } from './environment.ts';

/** The operating system's store for passwords, reached by the program that comes with it. */
export interface Keyring {
  /** Program that is called. */
  readonly program: string;
  /** Null when it holds none, is locked, or does not answer. */
  get(account: string, signal: AbortSignal): Promise<Secret | null>;
  /** Whether the secret is in the keyring now: it is read back. */
  set(account: string, secret: Secret, signal: AbortSignal): Promise<boolean>;
  delete(account: string, signal: AbortSignal): Promise<void>;
}

const SERVICE = 'dipswitch';
/** A keyring may first have to ask its owner to unlock it. */
const TIMEOUT_MS = 60_000;
const OUTPUT_MAX_BYTES = 64 * 1024;

/** Null on a system that has none we know. Whether its program is installed shows when it is called. */
export function createKeyring(env: Environment, platform: NodeJS.Platform = process.platform): Keyring | null {
  if (platform === 'linux') return createSecretService(env);
  return platform === 'darwin' ? createKeychain(env) : null;
}

/** `secret-tool` of libsecret (GNOME Keyring, KWallet). The secret goes in by stdin. */
function createSecretService(env: Environment): Keyring {
  const program = 'secret-tool';
  const attributes = (account: string): string[] => ['service', SERVICE, 'account', account];
  return createKeyringOf(program, env, {
    get: (account) => ({ args: ['lookup', ...attributes(account)], input: '' }),
    set: (account, secret) => ({
      args: ['store', `--label=dipswitch ${account}`, ...attributes(account)],
      input: secret.expose(),
    }),
    delete: (account) => ({ args: ['clear', ...attributes(account)], input: '' }),
  });
}

/** `security` of macOS. As an option the secret would stand in the list of processes; its `-i` reads commands by stdin. */
function createKeychain(env: Environment): Keyring {
  const toHex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
  return createKeyringOf('/usr/bin/security', env, {
    get: (account) => ({ args: ['find-generic-password', '-s', SERVICE, '-a', account, '-w'], input: '' }),
    set: (account, secret) => ({
      args: ['-i'],
      input: `add-generic-password -U -s ${SERVICE} -a "${account}" -X ${toHex(secret.expose())}\n`,
    }),
    delete: (account) => ({ args: ['delete-generic-password', '-s', SERVICE, '-a', account], input: '' }),
  });
}

interface Call {
  readonly args: readonly string[];
  readonly input: string;
}

interface KeyringCalls {
  get(account: string): Call;
  set(account: string, secret: Secret): Call;
  delete(account: string): Call;
}

function createKeyringOf(program: string, env: Environment, calls: KeyringCalls): Keyring {
  const run = (call: Call, signal: AbortSignal): Promise<string | null> => runProgram(program, call, env, signal);
  const get = async (account: string, signal: AbortSignal): Promise<Secret | null> => {
    const text = (await run(calls.get(account), signal))?.replace(/\n$/, '') ?? '';
    return text === '' ? null : new Secret(text);
  };
  return {
    program,
    get,
    set: async (account, secret, signal) => {
      await run(calls.set(account, secret), signal);
      return (await get(account, signal))?.expose() === secret.expose();
    },
    delete: async (account, signal) => {
      await run(calls.delete(account), signal);
    },
  };
}

/** What a child needs to find the session's keyring; nothing else of the environment is handed on. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'DISPLAY',
  'WAYLAND_DISPLAY',
];

/** Its stdout; null when it is not there, fails, or takes too long. Its messages are not ours to show. */
function runProgram(
  program: string,
  { args, input }: Call,
  env: Environment,
  signal: AbortSignal,
): Promise<string | null> {
  const passed = Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: passed,
      stdio: ['pipe', 'pipe', 'ignore'],
      signal,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.on('error', () => resolve(null));
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < OUTPUT_MAX_BYTES) output += text;
    });
    child.on('close', (code) => resolve(code === 0 ? output : null));
    child.stdin.end(input);
  });
}
