import type { ServerResponse } from 'node:http';
import { type ReceivedRequest, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

interface Version {
  readonly data: Readonly<Record<string, unknown>>;
  isDeleted: boolean;
}

export interface KvDoubleOptions {
  readonly roleId?: string;
  readonly secretId?: string;
  readonly kubernetesRole?: string;
  readonly namespace?: string;
}

/**
 * The part of Vault's HTTP API that we use, over a map: KV version 2 (data, metadata list, check-and-set, deleted
 * versions), token, AppRole and Kubernetes logins, namespaces, policies that deny. Paths, bodies and status codes are
 * those of the published API documentation; no Vault server was at hand to compare with.
 */
export class KvDouble implements AsyncDisposable {
  readonly token = 'hvs.canary-vault-token';
  /** Versions of each `mount/path`. */
  readonly stored = new Map<string, Version[]>();
  /** Mounts that are KV version 2. */
  readonly mounts = new Set(['secret', 'kv']);
  /** `GET secret/data/x` and the like that the policy denies. */
  readonly denied = new Set<string>();
  /** Answers before anything else; true when it did. */
  fault: (request: ReceivedRequest, response: ServerResponse) => boolean = () => false;
  readonly #options: KvDoubleOptions;
  #server: ScriptedServer | undefined;

  constructor(options: KvDoubleOptions) {
    this.#options = options;
  }

  static async start(options: KvDoubleOptions = {}): Promise<KvDouble> {
    const double = new KvDouble(options);
    double.#server = await startScriptedServer((request, response) => void double.#answer(request, response));
    return double;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  get received(): readonly ReceivedRequest[] {
    return this.#server?.received ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  put(path: string, data: Readonly<Record<string, unknown>>): number {
    const versions = this.stored.get(path) ?? [];
    versions.push({ data, isDeleted: false });
    this.stored.set(path, versions);
    return versions.length;
  }

  delete(path: string): void {
    const latest = this.stored.get(path)?.at(-1);
    if (latest !== undefined) latest.isDeleted = true;
  }

  #answer(request: ReceivedRequest, response: ServerResponse): ServerResponse | undefined {
    if (this.fault(request, response)) return undefined;
    const url = new URL(request.path, 'http://vault');
    const path = decodeURIComponent(url.pathname.slice('/v1/'.length));
    if (path.startsWith('auth/')) return this.#login(path, request, response);
    const { namespace } = this.#options;
    const isKnown = request.headers['x-vault-token'] === this.token;
    const isInPlace = namespace === undefined || request.headers['x-vault-namespace'] === namespace;
    if (!isKnown || !isInPlace || this.denied.has(`${request.method} ${path}`)) {
      return errors(response, 403, ['1 error occurred:\n\t* permission denied\n\n']);
    }
    const [mount = '', kind, ...rest] = path.split('/');
    if (!this.mounts.has(mount)) return errors(response, 404, [`no handler for route "${path}"`]);
    const place = `${mount}/${rest.join('/')}`;
    if (kind === 'metadata') return this.#list(place, response);
    if (request.method === 'POST') return this.#write(place, request, response);
    return this.#read(place, url.searchParams.get('version'), response);
  }

  #login(path: string, request: ReceivedRequest, response: ServerResponse): ServerResponse | undefined {
    const body: Record<string, unknown> = JSON.parse(request.body);
    const { roleId, secretId, kubernetesRole } = this.#options;
    const isAppRole = path === 'auth/approle/login' && body.role_id === roleId && body.secret_id === secretId;
    const isKubernetes = path === 'auth/kubernetes/login' && body.role === kubernetesRole && body.jwt === 'canary-jwt';
    // A real vault does not quote it; anyone who stands before it may.
    if (!isAppRole && !isKubernetes) return errors(response, 400, [`invalid role or secret ID: ${request.body}`]);
    return send(response, 200, { auth: { client_token: this.token, lease_duration: 3600, renewable: true } });
  }

  #read(place: string, wanted: string | null, response: ServerResponse): ServerResponse | undefined {
    const versions = this.stored.get(place) ?? [];
    const number = wanted === null ? versions.length : Number(wanted);
    const version = versions[number - 1];
    if (version === undefined) return errors(response, 404, []);
    const metadata = {
      created_time: '2026-11-23T09:00:00.123456789Z',
      deletion_time: version.isDeleted ? '2026-11-23T10:00:00Z' : '',
      destroyed: false,
      version: number,
    };
    if (version.isDeleted) return send(response, 404, { data: { data: null, metadata } });
    return send(response, 200, { data: { data: version.data, metadata } });
  }

  #write(place: string, request: ReceivedRequest, response: ServerResponse): ServerResponse | undefined {
    const { options, data } = JSON.parse(request.body);
    if (options?.cas !== (this.stored.get(place) ?? []).length) {
      return errors(response, 400, ['check-and-set parameter did not match the current version']);
    }
    const version = this.put(place, data);
    return send(response, 200, {
      data: { version, created_time: '2026-11-23T09:00:00Z', deletion_time: '', destroyed: false },
    });
  }

  #list(folder: string, response: ServerResponse): ServerResponse | undefined {
    const below = [...this.stored.keys()].filter((path) => path.startsWith(`${folder}/`));
    const keys = below.map((path) => path.slice(folder.length + 1).replace(/\/.*/, '/'));
    if (keys.length === 0) return errors(response, 404, []);
    return send(response, 200, { data: { keys: [...new Set(keys)] } });
  }
}

function send(response: ServerResponse, status: number, body: unknown): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function errors(response: ServerResponse, status: number, list: readonly string[]): ServerResponse {
  return send(response, status, { errors: list });
}
