import {
  collectionSchema,
  type Secret,
  type SecretResource,
  secretCheckSchema,
  secretResourceSchema,
} from '@dipswitch/contract';
import { DipswitchError, invalidArgument } from '../errors.ts';
import type { EngineSecrets, PutEngineSecretOptions } from '../secrets/engine-vault.ts';
import type { ReferenceCheck, VaultCallOptions } from '../secrets/secret-vault.ts';
import type { CallAnswer, Sender, WireRequest } from '../wire.ts';
import { expectDone, readAnswer } from './answer.ts';
import { itemsOfPages, preconditionHeaders } from './resource-calls.ts';

const COLLECTION = '/api/v1/secrets';
const PAGE_SIZE = 200;
const pageSchema = collectionSchema(secretResourceSchema);

/** The engine's own store over HTTP. A PUT of the same value changes nothing, so repeating one does no harm. */
export class HttpEngineSecrets implements EngineSecrets {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async put(name: string, value: Secret, options: PutEngineSecretOptions = {}): Promise<SecretResource> {
    const body = JSON.stringify({ value: value.expose() });
    const headers = preconditionHeaders(options.onlyIf);
    const answer = await this.#call('PUT', pathOf(name), options, { body, contentType: 'application/json', headers });
    return readAnswer({ ...answer, json: withoutValue(answer.json, value.expose()) }, secretResourceSchema);
  }

  list(options: VaultCallOptions = {}): AsyncGenerator<SecretResource> {
    return itemsOfPages({ limit: String(PAGE_SIZE) }, pageSchema, (asked) =>
      this.#call('GET', `${COLLECTION}?${asked}`, options),
    );
  }

  async delete(name: string, options: VaultCallOptions = {}): Promise<void> {
    const answer = await this.#call('DELETE', pathOf(name), options);
    if (answer.maybeCarriedOut && answer.status === 404) return;
    expectDone(answer);
  }

  async check(references: readonly string[], options: VaultCallOptions = {}): Promise<readonly ReferenceCheck[]> {
    const body = JSON.stringify({ references });
    const answer = await this.#call('POST', `${COLLECTION}/check`, options, { body, contentType: 'application/json' });
    const { items } = readAnswer(answer, secretCheckSchema);
    if (items.length !== references.length) {
      throw new DipswitchError('RESPONSE_MALFORMED', 'the server did not answer each reference once');
    }
    return references.map((reference, index) => {
      const { resolves = false, message = null } = items[index] ?? {};
      return { reference, resolves, message };
    });
  }

  #call(
    method: WireRequest['method'],
    path: string,
    { signal }: VaultCallOptions,
    rest: Partial<WireRequest> = {},
  ): Promise<CallAnswer> {
    return this.#sender.send({ method, path, repeatable: true, signal, ...rest });
  }
}

/** What stands between us and the engine may send back what it was sent, and its words end up in an error. */
function withoutValue(json: unknown, value: string): unknown {
  if (typeof json === 'string') return json.replaceAll(value, '[redacted]');
  if (Array.isArray(json)) return json.map((item) => withoutValue(item, value));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, withoutValue(member, value)]));
}

function pathOf(name: string): string {
  if (typeof name !== 'string' || name === '' || /^\.+$/.test(name)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', 'name must be the name of a secret');
  }
  return `${COLLECTION}/${encodeURIComponent(name)}`;
}
