import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../../src/util/bounded-map.ts';

describe('bounded map', () => {
  const keysOf = (map: BoundedMap<string>) => ['a', 'b', 'c', 'd'].filter((key) => map.get(key) !== undefined);

  it('drops what was set longest ago when there are too many entries', () => {
    const map = new BoundedMap<string>({ maxEntries: 2, maxBytes: 1_000 });
    for (const key of ['a', 'b', 'a', 'c']) map.set(key, key, 1);
    expect(keysOf(map)).toEqual(['a', 'c']);
  });

  it('keeps what was used longer than what was only set', () => {
    const map = new BoundedMap<string>({ maxEntries: 2, maxBytes: 1_000 });
    map.set('a', 'a', 1);
    map.set('b', 'b', 2);
    expect([map.use('a'), map.use('none'), map.size, map.sizeBytes]).toEqual(['a', undefined, 2, 3]);
    map.set('c', 'c', 1);
    expect(keysOf(map)).toEqual(['a', 'c']);
  });

  it('counts entries alone when it is given no size', () => {
    const map = new BoundedMap<string>({ maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) map.set(key, key);
    expect(keysOf(map)).toEqual(['b', 'c']);
  });

  it('drops as many as it takes when they are too large together', () => {
    const map = new BoundedMap<string>({ maxEntries: 10, maxBytes: 100 });
    for (const [key, size] of [
      ['a', 40],
      ['b', 40],
      ['c', 20],
      ['d', 70],
    ] as const)
      map.set(key, key, size);
    expect(keysOf(map)).toEqual(['c', 'd']);
    map.delete('d');
    map.set('b', 'b', 80);
    expect(keysOf(map)).toEqual(['b', 'c']);
  });

  it('counts a value that is replaced or deleted once', () => {
    const map = new BoundedMap<string>({ maxEntries: 10, maxBytes: 100 });
    for (let round = 0; round < 5; round += 1) map.set('a', 'a', 60);
    map.delete('none');
    map.set('b', 'b', 40);
    expect(keysOf(map)).toEqual(['a', 'b']);
  });

  it('keeps nothing that is larger than all of it', () => {
    const map = new BoundedMap<string>({ maxEntries: 10, maxBytes: 100 });
    map.set('a', 'a', 10);
    map.set('b', 'b', 101);
    expect(keysOf(map)).toEqual(['a']);
    map.set('a', 'a', 101);
    expect(keysOf(map)).toEqual([]);
  });
});
