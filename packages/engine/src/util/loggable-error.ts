/**
 * What a log may hold of an unexpected error: names, codes and places in the code, down the causes. Messages are left
 * out, because those of databases and parsers quote values.
 */
export function toLoggableError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    at: frames.slice(0, 12).map((line) => line.trim().slice('at '.length)),
    ...(error.cause === undefined ? {} : { cause: toLoggableError(error.cause) }),
  };
}
