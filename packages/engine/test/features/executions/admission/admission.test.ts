import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bulkhead, type Entrant } from '../../../../src/features/executions/admission/bulkhead.ts';
import { WeakRegistry } from '../../../../src/features/executions/call/action-runner.ts';
import { AnswerCache } from '../../../../src/features/executions/output/answer-cache.ts';

describe('a bulkhead', () => {
  class FakeEntrant implements Entrant {
    granted = 0;
    readonly #isWanted: boolean;

    constructor(isWanted = true) {
      this.#isWanted = isWanted;
    }

    grant(): boolean {
      this.granted += 1;
      return this.#isWanted;
    }
  }
  const fill = (bulkhead: Bulkhead, count: number) =>
    Array.from({ length: count }, () => {
      const entrant = new FakeEntrant();
      return { entrant, entry: bulkhead.enter(entrant, 1000) };
    });

  it('lets as many in as it has places, as many again wait, and turns the rest away', () => {
    const entries = fill(new Bulkhead(2), 5).map(({ entry }) => entry);
    expect(entries).toEqual(['entered', 'entered', 'waiting', 'waiting', 'full']);
  });

  it('gives a free place to who came first and still wants it', () => {
    const bulkhead = new Bulkhead(3);
    fill(bulkhead, 3);
    const gone = new FakeEntrant(false);
    const [first, second] = [new FakeEntrant(), new FakeEntrant()];
    for (const entrant of [gone, first, second]) bulkhead.enter(entrant, 1000);
    bulkhead.leave(10);
    expect([gone.granted, first.granted, second.granted]).toEqual([1, 1, 0]);
    expect([bulkhead.inside, bulkhead.waiting]).toEqual([3, 1]);
  });

  it('forgets who is withdrawn', () => {
    const bulkhead = new Bulkhead(1);
    const [, waiting] = fill(bulkhead, 2);
    if (waiting !== undefined) bulkhead.withdraw(waiting.entrant);
    bulkhead.leave(10);
    expect([waiting?.entrant.granted, bulkhead.inside, bulkhead.waiting]).toEqual([0, 0, 0]);
  });

  it('turns away at once who would have to wait for longer than it has time', () => {
    const bulkhead = new Bulkhead(2);
    fill(bulkhead, 2);
    bulkhead.leave(1000);
    fill(bulkhead, 1);
    expect(bulkhead.expectedWaitMs).toBe(500);
    expect(bulkhead.enter(new FakeEntrant(), 499)).toBe('too-slow');
    expect(bulkhead.enter(new FakeEntrant(), 501)).toBe('waiting');
  });

  it('lets more in when it is widened', () => {
    const bulkhead = new Bulkhead(1);
    const entrants = fill(bulkhead, 2);
    bulkhead.setLimit(2);
    expect([entrants[1]?.entrant.granted, bulkhead.inside]).toEqual([1, 2]);
  });
});

describe('the cache of answers', () => {
  const answer = (members: string, staleUntilMs = 1000) => ({
    output: { outcome: 'FOUND', rowCount: 1, truncated: false, members } as const,
    storedAtMs: 0,
    freshUntilMs: 500,
    staleUntilMs,
  });

  it('drops what was used least when it has too many', () => {
    const cache = new AnswerCache({ maxEntries: 2, maxBytes: 1e6 });
    cache.put('a', answer('1'));
    cache.put('b', answer('2'));
    expect(cache.fresh('a', 0)).toBeDefined();
    cache.put('c', answer('3'));
    expect(
      [cache.fresh('a', 0), cache.fresh('b', 0), cache.fresh('c', 0)].map((found) => found?.output.members),
    ).toEqual(['1', undefined, '3']);
  });

  it('never weighs more than it may, and nothing when it is empty', () => {
    const puts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ maxLength: 2000 })));
    fc.assert(
      fc.property(puts, (puts) => {
        const cache = new AnswerCache({ maxEntries: 3, maxBytes: 4000 });
        for (const [key, members] of puts) {
          cache.put(key, answer(members));
          expect(cache.bytes).toBeLessThanOrEqual(4000);
          expect(cache.size).toBeLessThanOrEqual(3);
        }
        for (const key of ['a', 'b', 'c', 'd']) cache.stale(key, 1000);
        expect([cache.size, cache.bytes]).toEqual([0, 0]);
      }),
    );
  });

  it('tells fresh from stale, and drops what is neither', () => {
    const cache = new AnswerCache({ maxEntries: 2, maxBytes: 1e6 });
    cache.put('a', answer('1'));
    expect([cache.fresh('a', 499), cache.fresh('a', 500)].map((found) => found !== undefined)).toEqual([true, false]);
    expect(cache.stale('a', 999)).toBeDefined();
    expect(cache.stale('a', 1000)).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});

describe('a weak registry', () => {
  it('gives the same object for the same key while somebody holds it', () => {
    const registry = new WeakRegistry<{ made: number }>();
    let made = 0;
    const create = () => {
      made += 1;
      return { made };
    };
    const held = registry.of('a', create);
    expect(registry.of('a', create)).toBe(held);
    expect(registry.of('b', create)).not.toBe(held);
    expect(made).toBe(2);
  });
});
