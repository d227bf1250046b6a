/** How the system names a failure, such as `EACCES`: for the brackets of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
