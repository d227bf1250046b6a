import {
  type ConnectorBody,
  type ConnectorHealth,
  type ConnectorResource,
  type ConnectorTestResult,
  connectorHealthSchema,
  connectorTestResultSchema,
  type ValidationResult,
  validationResultSchema,
} from '@dipswitch/contract';
import { isSameConnector } from '../util/connector-comparison.ts';
import type { CallAnswer, Sender, WireRequest } from '../wire.ts';
import { expectDone, readAnswer, readAnswerOrNull } from './answer.ts';
import type {
  CallOptions,
  Connectors,
  DeleteConnectorOptions,
  ListConnectorsOptions,
  PutConnectorOptions,
} from './connectors-types.ts';
import { assertPageSize, itemsOfPages, memberPath, preconditionHeaders } from './resource-calls.ts';
import { tolerantConnectorPageSchema, tolerantConnectorSchema } from './tolerant-schemas.ts';

const COLLECTION = '/api/v1/integrations/connectors';
const DEFAULT_PAGE_SIZE = 200;

/** The connectors over HTTP. Every POST here either reads or sets a state, so repeating one does no harm. */
export class HttpConnectors implements Connectors {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  list(options: ListConnectorsOptions = {}): AsyncIterable<ConnectorResource> {
    const { pageSize = DEFAULT_PAGE_SIZE, type } = options;
    assertPageSize(pageSize);
    const query = { limit: String(pageSize), ...(type === undefined ? {} : { type }) };
    return itemsOfPages(query, tolerantConnectorPageSchema, (asked) =>
      this.#call('GET', `${COLLECTION}?${asked}`, options),
    );
  }

  async get(connectorId: string, options: CallOptions = {}): Promise<ConnectorResource> {
    return readAnswer(await this.#call('GET', pathOf(connectorId), options), tolerantConnectorSchema);
  }

  async put(body: ConnectorBody, options: PutConnectorOptions = {}): Promise<ConnectorResource> {
    const answer = await this.#call(
      'PUT',
      pathOf(body.connectorId),
      options,
      body,
      preconditionHeaders(options.onlyIf),
    );
    if (answer.status === 412 && answer.maybeCarriedOut) {
      // Our own lost attempt may be what moved the revision; the stored body tells.
      const stored = await this.#getOrNull(body.connectorId, options);
      if (stored !== null && isSameConnector(stored, body)) return stored;
    }
    return readAnswer(answer, tolerantConnectorSchema);
  }

  async delete(connectorId: string, options: DeleteConnectorOptions = {}): Promise<void> {
    const path = pathOf(connectorId);
    const answer = await this.#call('DELETE', path, options, undefined, preconditionHeaders(options.onlyIf));
    if (answer.maybeCarriedOut && answer.status === 404) return;
    if (answer.maybeCarriedOut && answer.status === 412) {
      if ((await this.#getOrNull(connectorId, options)) === null) return;
    }
    expectDone(answer);
  }

  async validate(body: ConnectorBody, options: CallOptions = {}): Promise<ValidationResult> {
    const answer = await this.#call('POST', `${pathOf(body.connectorId)}/validate`, options, body);
    return readAnswer(answer, validationResultSchema);
  }

  async test(body: ConnectorBody, options: CallOptions = {}): Promise<ConnectorTestResult> {
    const answer = await this.#call('POST', `${pathOf(body.connectorId)}/test`, options, body);
    return readAnswer(answer, connectorTestResultSchema);
  }

  async health(connectorId: string, options: CallOptions = {}): Promise<ConnectorHealth> {
    return readAnswer(await this.#call('GET', `${pathOf(connectorId)}/health`, options), connectorHealthSchema);
  }

  async checkHealth(connectorId: string, options: CallOptions = {}): Promise<ConnectorHealth> {
    const answer = await this.#call('POST', `${pathOf(connectorId)}/health-checks`, options);
    return readAnswer(answer, connectorHealthSchema);
  }

  async pause(connectorId: string, options: CallOptions = {}): Promise<ConnectorResource> {
    return readAnswer(await this.#call('POST', `${pathOf(connectorId)}/pause`, options), tolerantConnectorSchema);
  }

  async resume(connectorId: string, options: CallOptions = {}): Promise<ConnectorResource> {
    return readAnswer(await this.#call('POST', `${pathOf(connectorId)}/resume`, options), tolerantConnectorSchema);
  }

  async #getOrNull(connectorId: string, options: CallOptions): Promise<ConnectorResource | null> {
    return readAnswerOrNull(await this.#call('GET', pathOf(connectorId), options), tolerantConnectorSchema);
  }

  #call(
    method: WireRequest['method'],
    path: string,
    options: CallOptions,
    body?: ConnectorBody,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<CallAnswer> {
    return this.#sender.send({
      method,
      path,
      headers,
      repeatable: true,
      signal: options.signal,
      deadlineMs: options.deadlineMs,
      requestId: options.requestId,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' }),
    });
  }
}

function pathOf(connectorId: string): string {
  return memberPath(COLLECTION, 'connectorId', connectorId);
}
