import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { SourcePosition } from '../files/desired-state-types.ts';
import type { FieldChange, FieldValue } from '../util/field-diff.ts';
import type { EntryFields } from './connector-entry-of.ts';

/** What names the address of a database: either `host` and `port`, or `hosts`. */
const ADDRESS_KEYS: readonly string[] = ['host', 'port', 'hosts'];

const BLOCKS: ReadonlySet<unknown> = new Set(['BLOCK_LITERAL', 'BLOCK_FOLDED']);

/** An entry of a file, and where it is. */
export interface EntryPlace {
  readonly id: string;
  readonly source: SourcePosition;
}

/** The entries of one list of a document, to be changed in place. */
export class EntryNodes {
  readonly #document: Document;
  readonly #name: 'connectors' | 'dataActions';
  readonly #byPlace = new Map<string, YAMLMap>();
  readonly #byId = new Map<unknown, YAMLMap>();

  constructor(document: Document, lines: LineCounter, name: 'connectors' | 'dataActions') {
    this.#document = document;
    this.#name = name;
    const list = document.get(name);
    for (const item of isSeq(list) ? list.items : []) {
      if (!isMap(item)) continue;
      this.#byId.set(item.get('id'), item);
      const id = item.get('id', true);
      for (const node of [item, id]) {
        if (!node?.range) continue;
        const { line, col } = lines.linePos(node.range[0]);
        this.#byPlace.set(`${line}:${col}`, item);
      }
    }
  }

  append(entry: EntryFields): void {
    const node = this.#nodeOf(entry);
    if (isMap(node)) {
      const credentials = node.get('credentials');
      if (isMap(credentials)) credentials.flow = true;
      node.spaceBefore = true;
    }
    const list = this.#list();
    if (list.items.length === 0 && isMap(node)) node.spaceBefore = false;
    list.flow = false;
    list.add(node);
  }

  update({ id, source }: EntryPlace, fields: readonly FieldChange[], entry: EntryFields): void {
    // By place first: the id may be written as a variable.
    const node = this.#byPlace.get(`${source.line}:${source.column}`) ?? this.#byId.get(id);
    if (node === undefined) return;
    const keysOf = ({ path }: FieldChange): readonly string[] => path.split('/').slice(1).map(unescapeToken);
    const isAddress = (field: FieldChange): boolean => ADDRESS_KEYS.includes(keysOf(field)[0] ?? '');
    if (fields.some(isAddress) && (node.has('hosts') || entry.hosts !== undefined)) {
      for (const key of ADDRESS_KEYS) if (key !== 'hosts') node.delete(key);
      node.set('hosts', this.#document.createNode(entry.hosts ?? [hostOf(entry)]));
      for (const field of fields) if (!isAddress(field)) this.#set(node, keysOf(field), field.after, entry);
      return;
    }
    for (const field of fields) this.#set(node, keysOf(field), field.after, entry);
  }

  #list(): YAMLSeq {
    const list = this.#document.get(this.#name);
    if (isSeq(list)) return list;
    const made = this.#document.createNode([]);
    this.#document.set(this.#name, made);
    return made;
  }

  #set(node: YAMLMap, keys: readonly string[], value: FieldValue | undefined, entry: EntryFields): void {
    const [top = '', second] = keys;
    // An alias or a variable stands where a map would be: it is replaced as a whole.
    const depth = opaqueDepth(node, keys);
    if (depth !== null) {
      const whole = keys.slice(0, depth);
      const now = valueIn(entry, whole);
      if (now === undefined) node.deleteIn(whole);
      else node.setIn(whole, this.#nodeOf(now));
      return;
    }
    if (value === undefined) {
      if (node.hasIn(keys)) node.deleteIn(keys);
      const parent = second === undefined ? undefined : node.get(top);
      if (isMap(parent) && parent.items.length === 0 && entry[top] === undefined) node.delete(top);
      // What `defaults` says would come back.
      if (this.#name === 'connectors' && this.#document.hasIn(['defaults', ...keys])) node.setIn(keys, null);
      return;
    }
    if (second === 'caCertificate') node.deleteIn([top, 'caCertificateFile']);
    if (typeof value === 'object') node.setIn(keys, this.#nodeOf(value));
    else this.#setScalar(node, keys, value);
  }

  #setScalar(node: YAMLMap, keys: readonly string[], value: string | number | boolean): void {
    const before = node.getIn(keys, true);
    node.setIn(keys, value);
    if (!isLines(value)) {
      // A block would lose a text of nothing but spaces; plain is quoted where it must be.
      if (isScalar(before) && BLOCKS.has(before.type)) before.type = 'PLAIN';
      return;
    }
    const block = blockOf(value);
    if (isScalar(before)) Object.assign(block, { comment: before.comment, commentBefore: before.commentBefore });
    node.setIn(keys, block);
  }

  /** A node in which each text of several lines is a block. */
  #nodeOf(value: FieldValue): Node {
    const node = this.#document.createNode(value);
    if (isMap(node)) {
      for (const pair of node.items) {
        if (isScalar(pair.value) && isLines(pair.value.value)) pair.value = blockOf(pair.value.value);
      }
    }
    return node;
  }
}

/** How many of the keys lead to something that is there and is no map; null when none does. */
function opaqueDepth(node: YAMLMap, keys: readonly string[]): number | null {
  for (let depth = 1; depth < keys.length; depth += 1) {
    const holder = node.getIn(keys.slice(0, depth), true);
    if (holder === undefined) return null;
    if (!isMap(holder)) return depth;
  }
  return null;
}

function valueIn(entry: EntryFields, keys: readonly string[]): FieldValue | undefined {
  let value: FieldValue | undefined = entry;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

function isLines(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n');
}

/** A block of text; in quotes where it is nothing but white space, which a block would lose. */
function blockOf(text: string): Scalar<string> {
  const block = new Scalar(text);
  block.type = text.trim() === '' ? 'QUOTE_DOUBLE' : 'BLOCK_LITERAL';
  return block;
}

function hostOf(entry: EntryFields): EntryFields {
  const { host = '', port } = entry;
  return port === undefined ? { host } : { host, port };
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
