import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import type { SourceFinding, SourcePosition } from './desired-state-types.ts';
import type { SourceMap, SourceMember, SourceNode } from './source-tree.ts';

export interface YamlReading {
  /** Null when the text is no YAML, or empty. */
  readonly root: SourceNode | null;
  readonly findings: readonly SourceFinding[];
}

/** What aliases may add: some reuse is handy, a few lines that unfold to millions of nodes are an attack. */
const MAX_ALIASED_NODES = 20_000;
const MAX_DEPTH = 64;
/** Problems that leave the rest of the text readable. */
const INDEPENDENT: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED']);
const MERGE_KEY = '<<';

/**
 * Parses one YAML 1.2 document. Duplicate keys, unknown tags, cyclic or exploding aliases and a second document are
 * findings. No message quotes the text: it may hold what should have been a reference.
 */
export function parseYaml(text: string, file: string): YamlReading {
  const lines = new LineCounter();
  // Without prettyErrors, which would put the source line, and any secret on it, into the message.
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  if (!Array.isArray(documents) || documents.length === 0) return { root: null, findings: [] };
  const position = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [document, second] = documents;
  const problems = withoutCascade(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]));
  const findings = problems.map(({ code, pos }) => syntax(describe(code, text, pos[0]), position(pos[0])));
  if (second !== undefined) findings.push(syntax('a file holds one document', position(second.range[0])));
  const root = document?.contents ?? null;
  if (findings.length > 0 || document === undefined || root === null) return { root: null, findings };
  try {
    const unfolded = unfold(root, { position, resolve: (alias) => alias.resolve(document), aliasedNodes: 0 }, [], 0);
    return { root: unfolded, findings };
  } catch (error) {
    if (!(error instanceof UnfoldError)) throw error;
    return { root: null, findings: [syntax(error.message, position(error.offset))] };
  }
}

interface Unfolding {
  readonly position: (offset: number) => SourcePosition;
  readonly resolve: (alias: Alias) => Node | undefined;
  aliasedNodes: number;
}

class UnfoldError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** `within` holds the anchors being unfolded, to meet a cycle before the stack does. */
function unfold(node: Node, state: Unfolding, within: readonly Node[], depth: number): SourceNode {
  const offset = node.range?.[0] ?? 0;
  if (depth > MAX_DEPTH) throw new UnfoldError(`is nested deeper than ${MAX_DEPTH} levels`, offset);
  if (within.length > 0) {
    state.aliasedNodes += 1;
    if (state.aliasedNodes > MAX_ALIASED_NODES) throw new UnfoldError('aliases unfold to too many nodes', offset);
  }
  if (isAlias(node)) {
    const target = state.resolve(node);
    if (target === undefined) throw new UnfoldError('an alias names no anchor before it', offset);
    if (within.includes(target)) throw new UnfoldError('an alias contains itself', offset);
    return unfold(target, state, [...within, target], depth + 1);
  }
  const source = state.position(offset);
  if (isMap<Node, Node | null>(node)) return unfoldMap(node.items, source, state, within, depth);
  if (isSeq<Node | null>(node)) {
    const items = node.items.map((item) => unfoldValue(item, source, state, within, depth));
    return { kind: 'list', source, items };
  }
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', source, value, isPlain: isScalar(node) && node.type === 'PLAIN' };
  }
  throw new UnfoldError('is not text, number, true, false or null', offset);
}

function unfoldMap(
  pairs: readonly Pair<Node, Node | null>[],
  source: SourcePosition,
  state: Unfolding,
  within: readonly Node[],
  depth: number,
): SourceMap {
  const own = new Map<string, SourceMember>();
  const merged = new Map<string, SourceMember>();
  for (const { key, value } of pairs) {
    const offset = key.range?.[0] ?? 0;
    if (!isScalar(key)) throw new UnfoldError('a key must be plain text', offset);
    const keySource = state.position(offset);
    const node = unfoldValue(value, keySource, state, within, depth);
    if (key.value === MERGE_KEY && key.type === 'PLAIN') mergeInto(merged, node, offset);
    else own.set(String(key.value), { keySource, value: node });
  }
  // What the map says itself wins over what it merges in.
  for (const [name, member] of merged) if (!own.has(name)) own.set(name, member);
  return { kind: 'map', source, members: own };
}

function unfoldValue(
  node: Node | null,
  fallback: SourcePosition,
  state: Unfolding,
  within: readonly Node[],
  depth: number,
): SourceNode {
  if (node === null) return { kind: 'scalar', source: fallback, value: null, isPlain: true };
  return unfold(node, state, within, depth + 1);
}

/** The first of several merged maps wins. */
function mergeInto(merged: Map<string, SourceMember>, node: SourceNode, offset: number): void {
  for (const map of node.kind === 'list' ? node.items : [node]) {
    if (map.kind !== 'map') throw new UnfoldError('<< takes a map or a list of maps', offset);
    for (const [name, member] of map.members) if (!merged.has(name)) merged.set(name, member);
  }
}

/** Once the parser has lost its way, every further word is an error; only the first one helps. */
function withoutCascade(problems: readonly YAMLError[]): readonly YAMLError[] {
  const first = problems.find(({ code }) => !INDEPENDENT.has(code));
  return problems.filter((problem) => problem === first || INDEPENDENT.has(problem.code));
}

function describe(code: string, text: string, offset: number): string {
  if (text.startsWith('${', offset - 1)) return 'inside { } and [ ] a variable must stand in quotes';
  if (code === 'DUPLICATE_KEY') return 'a key is given twice in one map';
  if (code === 'TAG_RESOLVE_FAILED') return 'a tag is not known';
  return `the text is not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`;
}

function syntax(message: string, source: SourcePosition): SourceFinding {
  return { code: 'YAML_SYNTAX', severity: 'error', path: '', message, source };
}
