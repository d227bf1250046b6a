import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Identity, RememberingAuthenticator } from '../../features/oauth/authenticator.ts';
import { identify } from '../authentication.ts';

interface KnownCaller {
  readonly authorization: string | undefined;
  readonly apiKey: string | string[] | undefined;
  readonly identity: Identity;
}

/**
 * Who last called over each connection. Callers send the same credential again and again over connections that they
 * keep, and comparing two texts takes a tenth of the time of taking one apart and hashing it. A credential is kept no
 * longer than its connection, and each time the authenticator says whether what it said of it still holds.
 */
export class KnownCallers {
  readonly #authenticator: RememberingAuthenticator;
  readonly #bySocket = new WeakMap<Socket, KnownCaller>();

  constructor(authenticator: RememberingAuthenticator) {
    this.#authenticator = authenticator;
  }

  /** @throws ProblemError `UNAUTHENTICATED` with a challenge; by the promise when there is one */
  identify({ headers, socket }: IncomingMessage): Identity | Promise<Identity> {
    const { authorization } = headers;
    const apiKey = headers['x-api-key'];
    const known = this.#bySocket.get(socket);
    if (
      known !== undefined &&
      known.authorization === authorization &&
      known.apiKey === apiKey &&
      this.#authenticator.stillHolds(known.identity)
    ) {
      return known.identity;
    }
    const remember = (identity: Identity): Identity => {
      this.#bySocket.set(socket, { authorization, apiKey, identity });
      return identity;
    };
    const identity = identify(headers, this.#authenticator);
    return identity instanceof Promise ? identity.then(remember) : remember(identity);
  }
}
