import { readFileSync } from 'node:fs';
import { answer, type Script } from './scripted-server.ts';

export interface Fixture {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

/** One of the contract's request and response pairs, which the engine's suite produces too. */
export function loadFixture(name: string): Fixture {
  const file = new URL(`../../../contract/fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Serves the token, then each fixture's response in turn. */
export function serveFixtures(...names: readonly string[]): Script {
  const queue = [loadFixture('token-issued'), ...names.map(loadFixture)];
  return (_request, response) => {
    const next = queue.shift();
    if (next === undefined) throw new Error('the script has ended');
    const body = next.response.body ?? undefined;
    answer(response, next.response.status, body, next.response.headers);
  };
}
