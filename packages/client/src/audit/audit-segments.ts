import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** A file that was rotated away: `audit.0001.jsonl` is the oldest of `audit.jsonl`. */
export interface AuditSegment {
  readonly file: string;
  readonly number: number;
}

const NUMBER_DIGITS = 4;

/** The rotated files of an audit file, oldest first. None when the folder is not there. */
export async function listAuditSegments(file: string): Promise<readonly AuditSegment[]> {
  const { stem, extension } = partsOf(file);
  const names = await readdir(dirname(file)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(`${stem}.`) && name.endsWith(extension))
    .map((name) => ({ name, digits: name.slice(stem.length + 1, name.length - extension.length) }))
    .filter(({ digits }) => /^\d{4,9}$/.test(digits))
    .map(({ name, digits }) => ({ file: join(dirname(file), name), number: Number(digits) }))
    .sort((one, other) => one.number - other.number);
}

/** The name under which an audit file is put away. */
export function nextSegmentFile(file: string, segments: readonly AuditSegment[]): string {
  const { stem, extension } = partsOf(file);
  const number = String((segments.at(-1)?.number ?? 0) + 1).padStart(NUMBER_DIGITS, '0');
  return join(dirname(file), `${stem}.${number}${extension}`);
}

/** The rotated file before this one, when this is itself a rotated file; null when it is not, or is the first. */
export async function segmentBefore(
  file: string,
): Promise<{ readonly isSegment: boolean; readonly before: string | null }> {
  const { stem, extension } = partsOf(file);
  const match = /^(.+)\.(\d{4,9})$/.exec(stem);
  if (match === null) return { isSegment: false, before: null };
  const [, current = '', digits = ''] = match;
  const segments = await listAuditSegments(join(dirname(file), `${current}${extension}`));
  const before = segments.findLast(({ number }) => number < Number(digits));
  return { isSegment: true, before: before?.file ?? null };
}

/** The files of one chain, oldest first, each open for reading; the caller closes them. */
export interface AuditChainFiles {
  readonly files: readonly { readonly file: string; open(): Promise<FileHandle> }[];
  close(): Promise<void>;
}

/**
 * Finds every file of a chain as it is at one moment. The current file is opened before the others are listed: were it
 * rotated in between, it would be missed, or read twice.
 * @throws the system's error when there is neither the file nor a rotated one
 */
export async function openAuditChain(file: string): Promise<AuditChainFiles> {
  let current: FileHandle | undefined;
  let missing: unknown;
  try {
    current = await open(file, 'r');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    missing = error;
  }
  const handle = current;
  try {
    const segments = [...(await listAuditSegments(file))];
    if (handle === undefined && segments.length === 0) throw missing;
    const newest = segments.at(-1);
    if (handle !== undefined && newest !== undefined && (await isSameFile(handle, newest.file))) segments.pop();
    return {
      files: [
        ...segments.map((segment) => ({ file: segment.file, open: () => open(segment.file, 'r') })),
        ...(handle === undefined ? [] : [{ file, open: async () => handle }]),
      ],
      close: async () => handle?.close(),
    };
  } catch (error) {
    await handle?.close();
    throw error;
  }
}

async function isSameFile(handle: FileHandle, file: string): Promise<boolean> {
  const mine = await handle.stat({ bigint: true });
  await using other = await open(file, 'r');
  const { dev, ino } = await other.stat({ bigint: true });
  return mine.ino === ino && mine.dev === dev;
}

function partsOf(file: string): { readonly stem: string; readonly extension: string } {
  const extension = extname(file);
  return { stem: basename(file, extension), extension };
}
