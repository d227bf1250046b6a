import { randomUUID } from 'node:crypto';
import {
  type ConfigUpdatedBody,
  type ConnectorBody,
  EVENT_SOURCE,
  type Secret,
  signWebhook,
} from '@dipswitch/contract';
import { isDipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import type { Sender } from '../wire.ts';
import type { VaultNoticeResult } from './vault-notice-types.ts';

export interface VaultNotifierOptions {
  /** Made for the origin of the webhook, without a token source. */
  readonly sender: Sender;
  /** Path and query of the webhook. */
  readonly path: string;
  /** `whsec_...`; null sends unsigned, and each result says so. */
  readonly secret: Secret | null;
  readonly clock: Clock;
}

/**
 * Tells the vault's webhook that a connector's references were set, as Standard Webhooks with the body of
 * `CONFIG_UPDATED`. Repeated attempts carry the same `webhook-id`, each with its own time and signature.
 */
export class VaultNotifier {
  readonly #options: VaultNotifierOptions;

  constructor(options: VaultNotifierOptions) {
    this.#options = options;
  }

  /** Never rejects: what went wrong is in the result, because it does not undo the registration. */
  async notify(connector: ConnectorBody, signal?: AbortSignal): Promise<VaultNoticeResult> {
    const { sender, clock, path, secret } = this.#options;
    const id = `msg_${randomUUID()}`;
    const body = JSON.stringify(noticeOf(connector, clock.now()));
    const startedAtMs = clock.monotonicMs();
    const result = { id, signed: secret !== null };
    try {
      const answer = await sender.send({
        method: 'POST',
        path,
        body,
        contentType: 'application/json',
        freshHeaders: () => webhookHeaders(id, body, secret, clock),
        repeatable: true,
        ignoresBody: true,
        signal,
      });
      const delivered = answer.status >= 200 && answer.status <= 299;
      return {
        ...result,
        delivered,
        attempts: answer.attempts,
        status: answer.status,
        code: delivered ? null : 'UNEXPECTED_STATUS',
        latencyMs: clock.monotonicMs() - startedAtMs,
      };
    } catch (error) {
      const known = isDipswitchError(error) ? error : null;
      return {
        ...result,
        delivered: false,
        attempts: known?.attempts ?? 0,
        status: null,
        code: known?.code ?? 'ABORTED',
        latencyMs: clock.monotonicMs() - startedAtMs,
      };
    }
  }
}

function noticeOf(connector: ConnectorBody, nowMs: number): ConfigUpdatedBody {
  const { username, password } = connector.configuration.credentialMasking;
  return {
    source: EVENT_SOURCE,
    action: 'CONFIG_UPDATED',
    connectorId: connector.connectorId,
    maskedCredentials: { username, password },
    timestamp: new Date(nowMs).toISOString(),
  };
}

async function webhookHeaders(
  id: string,
  body: string,
  secret: Secret | null,
  clock: Clock,
): Promise<Record<string, string>> {
  const timestampSeconds = Math.floor(clock.now() / 1000);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds) };
  if (secret === null) return headers;
  return {
    ...headers,
    'webhook-signature': await signWebhook({ id, timestampSeconds, body, secrets: [secret.expose()] }),
  };
}
