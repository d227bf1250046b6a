/**
 * Milliseconds of processor time of the fastest of three runs: what a busy machine and a cold compiler add is not what
 * is measured.
 */
export function fastestMs(run: () => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const start = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(start);
    fastest = Math.min(fastest, (user + system) / 1000);
  }
  return fastest;
}
