import { DipswitchError, invalidArgument, outOfRange } from '../errors.ts';
import type { CallAnswer } from '../wire.ts';
import { type AnswerReader, readAnswer } from './answer.ts';

const MAX_PAGE_SIZE = 1000;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** The address of one member of a collection. `name` is what the caller's argument is called. */
export function memberPath(collection: string, name: string, id: string): string {
  if (typeof id !== 'string' || id === '') {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must be a text that is not empty`);
  }
  // Encoding leaves dots alone, and a path of dots would climb.
  const encoded = /^\.+$/.test(id) ? id.replaceAll('.', '%2E') : encodeURIComponent(id);
  return `${collection}/${encoded}`;
}

/** Headers that tie a write to one revision, or to there being none. */
export function preconditionHeaders(onlyIf: number | 'absent' | undefined): Readonly<Record<string, string>> {
  if (onlyIf === undefined) return {};
  return onlyIf === 'absent' ? { 'if-none-match': '*' } : { 'if-match': `"${onlyIf}"` };
}

export function assertPageSize(pageSize: number): void {
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
    throw outOfRange(`pageSize must be a whole number from 1 to ${MAX_PAGE_SIZE}`);
  }
}

/** The items of every page in turn, each page asked for when the one before is consumed. */
export async function* itemsOfPages<Item>(
  query: Readonly<Record<string, string>>,
  schema: AnswerReader<Page<Item>>,
  ask: (query: URLSearchParams) => Promise<CallAnswer>,
): AsyncGenerator<Item> {
  let cursor: string | null = null;
  do {
    const asked: URLSearchParams = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
    const page: Page<Item> = readAnswer(await ask(asked), schema);
    yield* page.items;
    if (page.nextCursor !== null && page.nextCursor === cursor) {
      throw new DipswitchError('RESPONSE_MALFORMED', 'the server names the same page as the next one');
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}
