import type { ResolvedCredentials } from '../options/credentials.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { Sender, WireCounters } from '../wire.ts';
import type { OpenSender } from './authorization-server.ts';
import { createClientCredentialsRequest } from './client-credentials.ts';
import { createCxoneAccessKeyRequest } from './cxone-access-key.ts';
import { CachedTokenSource } from './token-source.ts';

export interface TokenSourceOptions {
  readonly credentials: ResolvedCredentials;
  readonly baseUrl: string;
  readonly allowPlaintext: boolean;
  /** To the engine, without a token source of its own. */
  readonly engine: Sender;
  readonly openSender: OpenSender;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: WireCounters;
}

/** A token source for the way of authentication that the options chose. */
export function createTokenSource(options: TokenSourceOptions): CachedTokenSource {
  const { credentials, openSender, clock, logger, counters } = options;
  const request =
    credentials.method === 'cxone-access-key'
      ? createCxoneAccessKeyRequest(credentials, openSender)
      : createClientCredentialsRequest(credentials, options);
  return new CachedTokenSource({ request, clock, logger, counters });
}
