import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDipswitchClient, type DipswitchClient } from '@dipswitch/client';
import { type EngineOptions, type EngineProcess, type OauthClient, startEngine } from './engine-process.ts';
import { createFreshDatabase } from './fresh-database.ts';
import { DIP, type ProgramOptions, type ProgramOutcome, runProgram } from './product-programs.ts';
import { findFreePort } from './server-process.ts';

export const ALL_SCOPES =
  'integrations:read integrations:write dataactions:read dataactions:write dataactions:execute audit:read';

export interface ProductOptions {
  /** A superuser's PostgreSQL in which the engine gets a state database of its own; without it, embedded state. */
  readonly statePostgresUrl?: string | null;
  /** Of the login that owns that state database; default: a random one. */
  readonly statePassword?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object when there is none. */
  readonly json: Record<string, unknown>;
}

export interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A real engine, an OAuth client of it with all scopes, and a working folder for `dip`. Dispose of it after use. */
export class Product implements AsyncDisposable {
  readonly folder: string;
  readonly client: OauthClient;
  readonly engineOptions: EngineOptions;
  engine: EngineProcess;
  readonly #resources: AsyncDisposableStack;
  readonly #tokens = new Map<string, string>();

  private constructor(
    engine: EngineProcess,
    facts: { folder: string; client: OauthClient; engineOptions: EngineOptions; resources: AsyncDisposableStack },
  ) {
    this.engine = engine;
    this.folder = facts.folder;
    this.client = facts.client;
    this.engineOptions = facts.engineOptions;
    this.#resources = facts.resources;
  }

  static async start(options: ProductOptions = {}): Promise<Product> {
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'dip-e2e-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    let databaseUrl: string | undefined;
    if (options.statePostgresUrl) {
      const database = await createFreshDatabase(options.statePostgresUrl, options.statePassword);
      resources.defer(() => database.drop());
      databaseUrl = database.url;
    }
    const engineOptions: EngineOptions = {
      dataFolder: join(folder, 'engine'),
      // The address is the issuer of the tokens: they, and anyone who holds one, outlive a restart.
      port: await findFreePort(),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(options.args === undefined ? {} : { args: options.args }),
      ...(options.env === undefined ? {} : { env: options.env }),
    };
    const engine = await startEngine(engineOptions);
    resources.defer(async () => {
      await engine.stop();
    });
    const client = await engine.createClient(ALL_SCOPES);
    return new Product(engine, { folder, client, engineOptions, resources: resources.move() });
  }

  /** Ends the engine by `signal` and starts it again on the same state. */
  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<EngineProcess> {
    await this.engine.stop(signal);
    const engine = await startEngine(this.engineOptions);
    this.#resources.defer(async () => {
      await engine.stop();
    });
    this.engine = engine;
    return engine;
  }

  /** Runs `dip` in the working folder with this engine's address and client. */
  dip(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramOutcome> {
    const env = {
      CXONE_BASE_URL: this.engine.url,
      CXONE_CLIENT_ID: this.client.clientId,
      CXONE_CLIENT_SECRET: this.client.clientSecret,
      ...options.env,
    };
    return runProgram(DIP, args, { cwd: this.folder, ...options, env });
  }

  async write(name: string, text: string): Promise<string> {
    const file = join(this.folder, name);
    await writeFile(file, text);
    return file;
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  /** The library against this engine; the caller closes it. */
  createClient(client: OauthClient = this.client): DipswitchClient {
    return createDipswitchClient({ baseUrl: this.engine.url, ...client });
  }

  async requestToken(client: OauthClient = this.client, scope?: string): Promise<ApiAnswer> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
      ...(scope === undefined ? {} : { scope }),
    });
    return toAnswer(await fetch(`${this.engine.url}/oauth/token`, { method: 'POST', body: form }));
  }

  async token(client: OauthClient = this.client): Promise<string> {
    const known = this.#tokens.get(client.clientId);
    if (known !== undefined) return known;
    const { json, text } = await this.requestToken(client);
    if (typeof json.access_token !== 'string') throw new Error(`no token: ${text}`);
    this.#tokens.set(client.clientId, json.access_token);
    return json.access_token;
  }

  /** One bare request to the API, as any HTTP client would make it; without `token` with this product's own. */
  async api(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const token = request.token === undefined ? await this.token() : request.token;
    const headers: Record<string, string> = { ...request.headers };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    const init: RequestInit = { method: request.method ?? 'GET', headers };
    if (request.body !== undefined) {
      headers['content-type'] ??= 'application/json';
      init.body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
    }
    return toAnswer(await fetch(`${this.engine.url}${path}`, init));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

async function toAnswer(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : {},
  };
}
