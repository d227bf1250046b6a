import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { reasonOf } from '../util/reason-of.ts';
import type { LoadDesiredStateOptions, SourceFinding } from './desired-state-types.ts';
import { overlay } from './overlay.ts';
import { readPlainYaml } from './read-plain-yaml.ts';
import type { SourceNode } from './source-tree.ts';

export interface ProjectDocument {
  /** As the caller named it. */
  readonly file: string;
  /** Null for an empty file. */
  readonly root: SourceNode | null;
}

export interface ProjectDocuments {
  readonly documents: readonly ProjectDocument[];
  readonly findings: readonly SourceFinding[];
  /** Every file that was read. */
  readonly files: readonly string[];
}

export const STDIN = '-';
const DEFAULT_FILE = 'dipswitch.yaml';
const EXTENSIONS: readonly string[] = ['.yaml', '.yml'];
/** Names after the base name that mark an overlay when a folder is read. */
const OVERLAY_NAMES: readonly string[] = ['dev', 'test', 'staging', 'prod'];
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads every file with its overlay. A file that cannot be used is a finding, and the others are read on. The disk is
 * read synchronously: parsing keeps the thread busy anyway, and `node:fs/promises` is not free to load.
 */
export async function readProjectDocuments(options: LoadDesiredStateOptions): Promise<ProjectDocuments> {
  const cwd = resolve(options.cwd ?? '.');
  const findings: SourceFinding[] = [];
  const files: string[] = [];
  const documents: ProjectDocument[] = [];
  let overlays = 0;
  for (const file of expandFolders(options, cwd, findings)) {
    options.signal?.throwIfAborted();
    files.push(file);
    const base = await readDocument(file, options, cwd, findings);
    const overlayFile = file === STDIN ? null : findOverlay(file, options.environment, cwd);
    if (overlayFile === null) {
      documents.push({ file, root: base });
      continue;
    }
    overlays += 1;
    files.push(overlayFile);
    const over = await readDocument(overlayFile, options, cwd, findings);
    documents.push({ file, root: base === null || over === null ? (base ?? over) : overlay(base, over) });
  }
  if (options.environment !== undefined && overlays === 0) {
    const message = `no file has an overlay for ${options.environment}`;
    findings.push({ ...fileFinding('FILE_UNREADABLE', files[0] ?? DEFAULT_FILE, message), severity: 'warning' });
  }
  return { documents, findings, files };
}

function expandFolders(options: LoadDesiredStateOptions, cwd: string, findings: SourceFinding[]): readonly string[] {
  const named = options.files === undefined || options.files.length === 0 ? [DEFAULT_FILE] : options.files;
  const expanded: string[] = [];
  for (const file of named) {
    if (file === STDIN || !isFolder(resolve(cwd, file))) {
      expanded.push(file);
      continue;
    }
    const names = readdirSync(resolve(cwd, file));
    const inFolder = names.filter((name) => isYaml(name) && !isOverlayOf(name, names)).sort();
    if (inFolder.length === 0) findings.push(fileFinding('FILE_UNREADABLE', file, 'the folder holds no YAML file'));
    expanded.push(...inFolder.map((name) => join(file, name)));
  }
  return [...new Set(expanded)];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isYaml(name: string): boolean {
  return EXTENSIONS.includes(extname(name)) && !name.startsWith('.');
}

function isOverlayOf(name: string, names: readonly string[]): boolean {
  const stem = name.slice(0, -extname(name).length);
  const suffix = extname(stem).slice(1);
  if (!OVERLAY_NAMES.includes(suffix)) return false;
  const baseStem = stem.slice(0, -suffix.length - 1);
  return EXTENSIONS.some((extension) => names.includes(baseStem + extension));
}

function findOverlay(file: string, environment: string | undefined, cwd: string): string | null {
  if (environment === undefined) return null;
  const stem = basename(file, extname(file));
  for (const extension of EXTENSIONS) {
    const candidate = join(dirname(file), `${stem}.${environment}${extension}`);
    if (existsSync(resolve(cwd, candidate))) return candidate;
  }
  return null;
}

async function readDocument(
  file: string,
  options: LoadDesiredStateOptions,
  cwd: string,
  findings: SourceFinding[],
): Promise<SourceNode | null> {
  const text = file === STDIN ? await readStdin(options) : readText(resolve(cwd, file), MAX_FILE_BYTES);
  if (typeof text !== 'string') {
    findings.push(fileFinding(text.code, file, text.message));
    return null;
  }
  const plain = readPlainYaml(text, file);
  if (plain !== undefined) return plain;
  const { parseYaml } = await import('./parse-yaml.ts');
  const reading = parseYaml(text, file);
  findings.push(...reading.findings);
  return reading.root;
}

/** Why a file could not be used. */
export interface UnreadableFile {
  readonly code: 'FILE_UNREADABLE' | 'TOO_LONG';
  readonly message: string;
}

async function readStdin(options: LoadDesiredStateOptions): Promise<string | UnreadableFile> {
  if (options.stdin === undefined) return { code: 'FILE_UNREADABLE', message: 'there is no standard input here' };
  const text = await options.stdin();
  return text.length > MAX_FILE_BYTES ? tooLong(MAX_FILE_BYTES) : text;
}

/** The text of a file of bounded size. */
export function readText(path: string, maxBytes: number): string | UnreadableFile {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const stats = fstatSync(handle);
    if (stats.isDirectory()) return { code: 'FILE_UNREADABLE', message: 'is a folder' };
    if (stats.size > maxBytes) return tooLong(maxBytes);
    return readFileSync(handle, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = reasonOf(error);
    return { code: 'FILE_UNREADABLE', message: `cannot be read (${code})` };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function tooLong(maxBytes: number): UnreadableFile {
  return { code: 'TOO_LONG', message: `is over ${maxBytes} bytes` };
}

function fileFinding(code: UnreadableFile['code'], file: string, message: string): SourceFinding {
  return { code, severity: 'error', path: '', message, source: { file, line: 1, column: 1 } };
}
