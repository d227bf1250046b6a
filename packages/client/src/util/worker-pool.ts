/**
 * Runs `work` over the items, at most `concurrency` at once, in their order. `mayStart` is asked before each; once it
 * says no, nothing new is started. Rejects with the first rejection after those under way have ended.
 */
export async function forEachBounded<Item>(
  items: readonly Item[],
  concurrency: number,
  mayStart: () => boolean,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !hasFailed && mayStart()) {
      const item = items[next];
      next += 1;
      if (item === undefined) continue;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
