import { type FileHandle, open, readdir, rename } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type LogFile, openLogFile } from './log-file.ts';
import { type OpenLogReader, openLogReader, toLogReader } from './log-reader.ts';

/** A file that was rotated away: `audit.0001.jsonl` is the oldest of `audit.jsonl`. */
export interface LogSegment {
  readonly file: string;
  readonly number: number;
}

const NUMBER_DIGITS = 4;

/** The rotated files of a log file, oldest first. None when the folder is not there. */
export async function listSegments(file: string): Promise<readonly LogSegment[]> {
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

/**
 * Puts a full file away and opens the one that goes on under its name. A crash between the two names leaves no current
 * file: the next to open it goes on from the newest one put away.
 */
export async function rotateLogFile(file: string, current: LogFile): Promise<LogFile> {
  await current.close();
  await rename(file, nextSegmentFile(file, await listSegments(file)));
  return openLogFile(file, { isNew: true });
}

/** The name under which a log file is put away. */
function nextSegmentFile(file: string, segments: readonly LogSegment[]): string {
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
  const segments = await listSegments(join(dirname(file), `${current}${extension}`));
  const before = segments.findLast(({ number }) => number < Number(digits));
  return { isSegment: true, before: before?.file ?? null };
}

/** The files of one chain, oldest first, each open for reading; the caller closes them. */
export interface LogChain {
  readonly files: readonly { readonly file: string; open(): Promise<OpenLogReader> }[];
  close(): Promise<void>;
}

/**
 * Finds every file of a chain as it is at one moment. The current file is opened before the others are listed: were it
 * rotated in between, it would be missed, or read twice.
 * @throws the system's error when there is neither the file nor a rotated one
 */
export async function openLogChain(file: string): Promise<LogChain> {
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
    const segments = [...(await listSegments(file))];
    if (handle === undefined && segments.length === 0) throw missing;
    const newest = segments.at(-1);
    if (handle !== undefined && newest !== undefined && (await isSameFile(handle, newest.file))) segments.pop();
    return {
      files: [
        ...segments.map((segment) => ({ file: segment.file, open: () => openLogReader(segment.file) })),
        ...(handle === undefined ? [] : [{ file, open: async () => toLogReader(handle) }]),
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
