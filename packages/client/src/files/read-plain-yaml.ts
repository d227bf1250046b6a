import type { SourcePosition } from './desired-state-types.ts';
import { readTextBlock } from './read-text-block.ts';
import type { SourceList, SourceMap, SourceMember, SourceNode, SourceScalar } from './source-tree.ts';

/**
 * Reads the YAML that project files are nearly always written in: block maps and lists, flow collections and scalars on
 * one line, blocks of text, comments. It reads that as the full parser does, thirty times faster and without loading it. Undefined for
 * everything else, anchors and mistakes included: the full parser reads those, and says what is wrong.
 */
export function readPlainYaml(text: string, file: string): SourceNode | undefined {
  if (OUT_OF_BOUNDS.test(text)) return undefined;
  const cursor: Cursor = { text, file, line: 0, lineStart: 0, next: 0, at: 0, end: 0, column: -1, depth: 0 };
  try {
    toNextLine(cursor);
    if (text.startsWith('---', cursor.at) && cursor.end === cursor.at + 3 && cursor.column === 0) toNextLine(cursor);
    if (cursor.column === END) return undefined;
    const root = readBlock(cursor);
    return cursor.column === END ? root : undefined;
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

/** A place in the text. While a block is read, `at` is on the first character of a key or of a dash. */
interface Cursor {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  line: number;
  lineStart: number;
  /** Where the next line starts. */
  next: number;
  at: number;
  /** The end of the line, without what ends it. */
  end: number;
  /** Of `at`, from 0; `END` after the last line. */
  column: number;
  depth: number;
}

const END = -1;
const MAX_DEPTH = 40;
/** Characters that the full parser has its own opinion of: tabs, other controls, lone line feeds of old systems, marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const OUT_OF_BOUNDS = /[\x00-\x09\x0B\x0C\x0E-\x1F\x7F-\x9F\u2028\u2029\uFEFF]|\r(?!\n)/;
/** A name that no rule of YAML turns into something else. */
const KEY =
  /(?!(?:true|false|null)[: ]|(?:True|TRUE|False|FALSE|Null|NULL):)[A-Za-z_][A-Za-z0-9_./-]*(?=:(?:[ \r\n]|$))/y;
const SAFE_START = /^[A-Za-z0-9_./+$(\\<;^=~-]/;
const FLOW_SCALAR = /[^,[\]{}\r\n"'#&*!|>%@`?]+/y;
const INTEGER = /^-?(?:0|[1-9][0-9]{0,14})$/;
/** Whatever a number, a special float or a date could begin with and consist of. */
const NUMBER_LIKE =
  /^[-+]?(?:\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+|\.(?:inf|nan))$/i;
const KEYWORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
  ['~', null],
]);
const KEYWORD_LIKE = /^(?:true|false|null)$/i;

const SPACE = 32;
const HASH = 35;
const DASH = 45;
const COLON = 58;
const BAR = 124;

/** Thrown, not returned: it ends every level at once. */
const NOT_PLAIN: unique symbol = Symbol('not plain YAML');

function toNextLine(cursor: Cursor): void {
  const { text } = cursor;
  while (cursor.next < text.length) {
    const start = cursor.next;
    const newline = text.indexOf('\n', start);
    let end = newline < 0 ? text.length : newline;
    cursor.next = newline < 0 ? text.length : newline + 1;
    cursor.line += 1;
    if (end > start && text.charCodeAt(end - 1) === 13) end -= 1;
    let at = start;
    while (at < end && text.charCodeAt(at) === SPACE) at += 1;
    if (at === end || text.charCodeAt(at) === HASH) continue;
    cursor.lineStart = start;
    cursor.at = at;
    cursor.end = end;
    cursor.column = at - start;
    return;
  }
  cursor.column = END;
}

function placeOf(cursor: Cursor, at: number): SourcePosition {
  return { file: cursor.file, line: cursor.line, column: at - cursor.lineStart + 1 };
}

function isDash({ text, at, end }: Cursor): boolean {
  return text.charCodeAt(at) === DASH && (at + 1 === end || text.charCodeAt(at + 1) === SPACE);
}

function readBlock(cursor: Cursor): SourceNode {
  cursor.depth += 1;
  if (cursor.depth > MAX_DEPTH) throw NOT_PLAIN;
  const node = isDash(cursor) ? readList(cursor) : readMap(cursor);
  cursor.depth -= 1;
  return node;
}

function readMap(cursor: Cursor): SourceMap {
  const { column } = cursor;
  const source = placeOf(cursor, cursor.at);
  const members = new Map<string, SourceMember>();
  while (cursor.column === column && !isDash(cursor)) {
    const keySource = placeOf(cursor, cursor.at);
    const key = readKey(cursor);
    if (members.has(key)) throw NOT_PLAIN;
    members.set(key, { keySource, value: readMember(cursor, column) });
  }
  if (cursor.column > column) throw NOT_PLAIN;
  return { kind: 'map', source, members };
}

/** Leaves the cursor behind the colon. */
function readKey(cursor: Cursor): string {
  KEY.lastIndex = cursor.at;
  const key = KEY.exec(cursor.text)?.[0];
  if (key === undefined) throw NOT_PLAIN;
  cursor.at += key.length + 1;
  return key;
}

/** What stands behind a key: on its line, or in a block below it. */
function readMember(cursor: Cursor, column: number): SourceNode {
  const afterColon = cursor.at;
  skipSpaces(cursor);
  if (cursor.at < cursor.end && cursor.text.charCodeAt(cursor.at) === BAR) return readText(cursor, column);
  if (cursor.at < cursor.end && cursor.text.charCodeAt(cursor.at) !== HASH) return readInline(cursor, column);
  // Where the full parser sees a missing value; with spaces or a comment behind the colon, that is not clear.
  const missing = placeOf(cursor, afterColon);
  const hasSpaces = cursor.at > afterColon;
  toNextLine(cursor);
  if (cursor.column > column) return readBlock(cursor);
  if (cursor.column === column && isDash(cursor)) return readBlock(cursor);
  if (hasSpaces) throw NOT_PLAIN;
  return { kind: 'scalar', source: missing, value: null, isPlain: true };
}

/** A block of text below its key, such as a statement. */
function readText(cursor: Cursor, column: number): SourceScalar {
  const source = placeOf(cursor, cursor.at);
  const block = readTextBlock(cursor.text, cursor.next, cursor.text.slice(cursor.at, cursor.end), column);
  if (block === null) throw NOT_PLAIN;
  cursor.next = block.next;
  cursor.line += block.lines;
  toNextLine(cursor);
  if (cursor.column > column) throw NOT_PLAIN;
  return { kind: 'scalar', source, value: block.value, isPlain: false };
}

function readList(cursor: Cursor): SourceList {
  const { column } = cursor;
  const source = placeOf(cursor, cursor.at);
  const items: SourceNode[] = [];
  while (cursor.column === column && isDash(cursor)) {
    cursor.at += 1;
    skipSpaces(cursor);
    if (cursor.at >= cursor.end || isDash(cursor)) throw NOT_PLAIN;
    KEY.lastIndex = cursor.at;
    if (KEY.test(cursor.text)) {
      cursor.column = cursor.at - cursor.lineStart;
      items.push(readBlock(cursor));
    } else {
      items.push(readInline(cursor, column));
    }
  }
  if (cursor.column > column) throw NOT_PLAIN;
  return { kind: 'list', source, items };
}

function skipSpaces(cursor: Cursor): void {
  while (cursor.at < cursor.end && cursor.text.charCodeAt(cursor.at) === SPACE) cursor.at += 1;
}

/** A value on one line; goes on to the next line, which must not continue it. */
function readInline(cursor: Cursor, column: number): SourceNode {
  const first = cursor.text.charAt(cursor.at);
  const node = first === '{' || first === '[' ? readFlow(cursor) : readScalar(cursor, first);
  const isOpen = cursor.at < cursor.end;
  if (isOpen && cursor.text.charCodeAt(cursor.at) !== SPACE) throw NOT_PLAIN;
  skipSpaces(cursor);
  if (cursor.at < cursor.end && cursor.text.charCodeAt(cursor.at) !== HASH) throw NOT_PLAIN;
  toNextLine(cursor);
  if (cursor.column > column) throw NOT_PLAIN;
  return node;
}

function readScalar(cursor: Cursor, first: string): SourceScalar {
  if (first === '"' || first === "'") return readQuoted(cursor, first);
  const source = placeOf(cursor, cursor.at);
  const line = cursor.text.slice(cursor.at, cursor.end);
  const comment = line.indexOf(' #');
  const text = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
  if (!SAFE_START.test(text) || text.includes(': ') || text.endsWith(':')) throw NOT_PLAIN;
  cursor.at += text.length;
  return { kind: 'scalar', source, value: resolvePlain(text), isPlain: true };
}

/** Quoted text without escapes. */
function readQuoted(cursor: Cursor, quote: string): SourceScalar {
  const source = placeOf(cursor, cursor.at);
  const close = cursor.text.indexOf(quote, cursor.at + 1);
  if (close < 0 || close >= cursor.end) throw NOT_PLAIN;
  const value = cursor.text.slice(cursor.at + 1, close);
  if (quote === '"' ? value.includes('\\') : cursor.text.charAt(close + 1) === quote) throw NOT_PLAIN;
  cursor.at = close + 1;
  return { kind: 'scalar', source, value, isPlain: false };
}

function readFlow(cursor: Cursor): SourceNode {
  cursor.depth += 1;
  if (cursor.depth > MAX_DEPTH) throw NOT_PLAIN;
  const node = cursor.text.charAt(cursor.at) === '{' ? readFlowMap(cursor) : readFlowList(cursor);
  cursor.depth -= 1;
  return node;
}

function readFlowMap(cursor: Cursor): SourceMap {
  const source = placeOf(cursor, cursor.at);
  const members = new Map<string, SourceMember>();
  for (let isFirst = true; hasFlowItem(cursor, '}', isFirst); isFirst = false) {
    const keySource = placeOf(cursor, cursor.at);
    const key = readKey(cursor);
    if (members.has(key) || cursor.at >= cursor.end) throw NOT_PLAIN;
    skipSpaces(cursor);
    members.set(key, { keySource, value: readFlowValue(cursor) });
  }
  return { kind: 'map', source, members };
}

function readFlowList(cursor: Cursor): SourceList {
  const source = placeOf(cursor, cursor.at);
  const items: SourceNode[] = [];
  for (let isFirst = true; hasFlowItem(cursor, ']', isFirst); isFirst = false) items.push(readFlowValue(cursor));
  return { kind: 'list', source, items };
}

/** Steps over the opening bracket or a comma to the next item; false behind the closing bracket. */
function hasFlowItem(cursor: Cursor, close: string, isFirst: boolean): boolean {
  if (!isFirst) skipSpaces(cursor);
  const mark = cursor.text.charAt(cursor.at);
  if (!isFirst && mark === close) {
    cursor.at += 1;
    return false;
  }
  if (!isFirst && mark !== ',') throw NOT_PLAIN;
  cursor.at += 1;
  skipSpaces(cursor);
  if (isFirst && cursor.text.charAt(cursor.at) === close) {
    cursor.at += 1;
    return false;
  }
  return true;
}

function readFlowValue(cursor: Cursor): SourceNode {
  const first = cursor.text.charAt(cursor.at);
  if (first === '{' || first === '[') return readFlow(cursor);
  if (first === '"' || first === "'") return readFlowQuoted(cursor, first);
  const source = placeOf(cursor, cursor.at);
  FLOW_SCALAR.lastIndex = cursor.at;
  const text = FLOW_SCALAR.exec(cursor.text)?.[0].trimEnd() ?? '';
  // What ended it must be what ends an item: a bracket or a quote inside means something else.
  cursor.at += text.length;
  if (!SAFE_START.test(text) || text.includes(': ') || text.endsWith(':') || isDashText(text)) throw NOT_PLAIN;
  return { kind: 'scalar', source, value: resolvePlain(text), isPlain: true };
}

/** Behind a quoted text, a colon would make it a key. */
function readFlowQuoted(cursor: Cursor, quote: string): SourceScalar {
  const scalar = readQuoted(cursor, quote);
  skipSpaces(cursor);
  if (cursor.text.charCodeAt(cursor.at) === COLON) throw NOT_PLAIN;
  return scalar;
}

function isDashText(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

function resolvePlain(text: string): string | number | boolean | null {
  const keyword = KEYWORDS.get(text);
  if (keyword !== undefined) return keyword;
  const first = text.charCodeAt(0);
  // Only these can begin a number or another spelling of a keyword.
  if (first > 57) {
    if (text.length <= 5 && KEYWORD_LIKE.test(text)) throw NOT_PLAIN;
    return text;
  }
  if (INTEGER.test(text)) return Number(text);
  if (isDashText(text) || NUMBER_LIKE.test(text)) throw NOT_PLAIN;
  return text;
}
