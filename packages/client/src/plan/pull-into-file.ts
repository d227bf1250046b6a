import type { ConnectorBody } from '@dipswitch/contract';
import { type Document, isMap, isSeq, LineCounter, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { diffConnectors } from '../util/connector-comparison.ts';
import { diffFields, type FieldChange, type FieldValue } from '../util/field-diff.ts';
import { connectorEntryOf, type EntryFields } from './connector-entry-of.ts';
import type { DesiredConnector } from './desired-state-types.ts';

export interface PullIntoFileOptions {
  /** The file as it is; empty for a new one. */
  readonly text: string;
  /** What the file says now. */
  readonly known: readonly DesiredConnector[];
  /** What the server has of it, and what is to be added. */
  readonly incoming: readonly ConnectorBody[];
  /** The project that the file names. */
  readonly project: string | undefined;
}

export interface PulledConnector {
  readonly id: string;
  readonly action: 'added' | 'updated' | 'unchanged';
  /** In the terms of the file. */
  readonly fields: readonly FieldChange[];
}

export interface PulledFile {
  readonly text: string;
  readonly connectors: readonly PulledConnector[];
}

/** What names the address of a database: either `host` and `port`, or `hosts`. */
const ADDRESS_KEYS: readonly string[] = ['host', 'port', 'hosts'];

/**
 * Writes what the server has into the text of a project file: entries that differ get just the fields that do, new ones
 * are appended, everything else, comments and order included, stays. Pure.
 */
export function pullIntoFile(options: PullIntoFileOptions): PulledFile {
  const { text, known, incoming, project } = options;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const entries = new EntryNodes(document, lines);
  const knownById = new Map(known.map((connector) => [connector.body.connectorId, connector]));
  const connectors = incoming.map((body): PulledConnector => {
    const id = body.connectorId;
    const before = knownById.get(id);
    if (before === undefined) {
      entries.append(connectorEntryOf(body, project));
      return { id, action: 'added', fields: [] };
    }
    if (diffConnectors(before.body, body).length === 0) return { id, action: 'unchanged', fields: [] };
    const [old, now] = [connectorEntryOf(before.body, project), connectorEntryOf(body, project)];
    const fields = diffFields(old, now);
    entries.update(before, fields, now);
    return { id, action: 'updated', fields };
  });
  const isChanged = connectors.some(({ action }) => action !== 'unchanged');
  return { text: isChanged ? document.toString(formatOf(text)) : text, connectors };
}

/** The text of a new project file without connectors. */
export function createProjectText(project: string | undefined): string {
  return project === undefined ? '' : `project: ${project}\n`;
}

/** The entries of a document, to be changed in place. */
class EntryNodes {
  readonly #document: Document;
  readonly #byPlace = new Map<string, YAMLMap>();
  readonly #byId = new Map<unknown, YAMLMap>();

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    const list = document.get('connectors');
    for (const item of isSeq(list) ? list.items : []) {
      if (!isMap(item)) continue;
      this.#byId.set(item.get('id'), item);
      if (!item.range) continue;
      const { line, col } = lines.linePos(item.range[0]);
      this.#byPlace.set(`${line}:${col}`, item);
    }
  }

  append(entry: EntryFields): void {
    const node = this.#document.createNode(entry);
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

  update({ body, source }: DesiredConnector, fields: readonly FieldChange[], entry: EntryFields): void {
    // By place first: the id may be written as a variable.
    const node = this.#byPlace.get(`${source.line}:${source.column}`) ?? this.#byId.get(body.connectorId);
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
    const list = this.#document.get('connectors');
    if (isSeq(list)) return list;
    const made = this.#document.createNode([]);
    this.#document.set('connectors', made);
    return made;
  }

  #set(node: YAMLMap, keys: readonly string[], value: FieldValue | undefined, entry: EntryFields): void {
    const [top = '', second] = keys;
    if (value === undefined) {
      if (node.hasIn(keys)) node.deleteIn(keys);
      const parent = second === undefined ? undefined : node.get(top);
      if (isMap(parent) && parent.items.length === 0) node.delete(top);
      // What `defaults` says would come back.
      if (this.#document.hasIn(['defaults', ...keys])) node.setIn(keys, null);
      return;
    }
    if (second === 'caCertificate') node.deleteIn([top, 'caCertificateFile']);
    const holder = second === undefined ? node : node.get(top);
    // An alias or a variable stands where the map would be: it is replaced as a whole.
    if (holder !== undefined && !isMap(holder)) node.set(top, this.#document.createNode(entry[top]));
    else node.setIn(keys, typeof value === 'object' ? this.#document.createNode(value) : value);
  }
}

function hostOf(entry: EntryFields): EntryFields {
  const { host = '', port } = entry;
  return port === undefined ? { host } : { host, port };
}

/** How the file is written, as far as the library can keep to it. */
function formatOf(text: string): { lineWidth: number; flowCollectionPadding: boolean; indentSeq: boolean } {
  return {
    lineWidth: 0,
    flowCollectionPadding: /\{ /.test(text) || !/: *\{\S/.test(text),
    indentSeq: !/^connectors:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*-/m.test(text),
  };
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
