/** A seeded source of chance (mulberry32): the same seed gives the same run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
  };
}

/** `DIP_FAULT_SEED`, or a new one; says which, so that the run can be repeated. */
export function openFaultSeed(environment: NodeJS.ProcessEnv, test: string): number {
  const given = Number(environment.DIP_FAULT_SEED);
  const seed = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;
  process.stderr.write(`${test}: DIP_FAULT_SEED=${seed}\n`);
  return seed;
}

/** `DIP_FAULT_ITERATIONS`, or a number that suits a run of all tests. */
export function readFaultIterations(environment: NodeJS.ProcessEnv, quick: number): number {
  const given = Number(environment.DIP_FAULT_ITERATIONS);
  return Number.isInteger(given) && given > 0 ? given : quick;
}
