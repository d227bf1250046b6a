/**
 * What a program that a test starts with an environment of its own needs to share the compile cache of the run, which
 * halves the CPU time of a start from the sources. Empty unless the run has one: `npm test` does.
 */
export function compileCacheEnvironment(): Record<string, string> {
  const folder = process.env.NODE_COMPILE_CACHE;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}
