import { TokenBucket } from '../../bench/bulk/token-bucket.ts';
import { FakeEngine, type Fault } from '../../packages/client/test/support/fake-engine.ts';
import { answer, problem } from '../../packages/client/test/support/scripted-server.ts';

/** What the server says about its limit: the quota on every answer, only when to come back, or nothing. */
export type Says = 'quota' | 'retry-after' | 'nothing';

export interface LimitedEngine extends AsyncDisposable {
  readonly engine: FakeEngine;
  readonly bucket: TokenBucket;
  /** Each PUT, by the clock of the limit. */
  readonly puts: { readonly atMs: number; readonly accepted: boolean }[];
}

/**
 * An engine that limits its PUTs by a token bucket.
 *
 * @param then what happens to a PUT that the limit let pass; default: it is carried out
 */
export async function startLimitedEngine(
  says: Says,
  { rate, burst }: { readonly rate: number; readonly burst: number },
  monotonicMs: () => number,
  then: Fault = () => false,
): Promise<LimitedEngine> {
  const engine = await FakeEngine.start();
  const bucket = new TokenBucket(rate, burst, monotonicMs());
  const puts: { atMs: number; accepted: boolean }[] = [];
  engine.fault = async (request, response, self) => {
    if (request.method !== 'PUT') return false;
    const accepted = bucket.take(monotonicMs());
    puts.push({ atMs: monotonicMs(), accepted });
    if (!accepted) {
      const named = says === 'nothing' ? {} : { 'retry-after': String(bucket.nextInSeconds) };
      problem(response, 429, 'RATE_LIMITED', { ...named, ...quotaHeaders(says, bucket) });
      return true;
    }
    if (await then(request, response, self)) return true;
    const { status, body } = self.carryOut(request);
    answer(response, status, body, quotaHeaders(says, bucket));
    return true;
  };
  return { engine, bucket, puts, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

function quotaHeaders(says: Says, bucket: TokenBucket): Record<string, string> {
  if (says !== 'quota') return {};
  return {
    'ratelimit-policy': `"write";q=${bucket.rate};w=1`,
    ratelimit: `"write";r=${bucket.remaining};t=${bucket.fullInSeconds}`,
  };
}
