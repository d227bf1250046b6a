import { isSecretReference, Secret } from '@dipswitch/contract';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';
import { DipswitchError } from '../errors.ts';

/** A credential of a file that is a value where a reference should stand. */
export interface PlaintextCredential {
  /** Id of the connector; for the file's defaults `defaults`, with the project before it where there is one. */
  readonly owner: string;
  readonly member: 'username' | 'password';
  readonly value: Secret;
  readonly line: number;
  /** Where the value stands in the text. */
  readonly start: number;
  readonly end: number;
}

/** A credential that cannot be moved, with the reason. */
export interface SkippedCredential {
  readonly owner: string;
  readonly member: 'username' | 'password';
  readonly line: number;
  readonly reason: string;
}

export interface CredentialReading {
  readonly plaintexts: readonly PlaintextCredential[];
  readonly skipped: readonly SkippedCredential[];
}

const MEMBERS = ['username', 'password'] as const;
const DEFAULTS = 'defaults';
/** An unescaped `${`: the value is elsewhere. */
const VARIABLE = /(?<!\$)\$\{/;

/**
 * Finds the credentials of a project file that are values. What reads as a label (`hunter2`, `app`) is taken for one,
 * unless `literals` has it as `connector-id.password`.
 * @throws DipswitchError `DOCUMENT_INVALID`; nothing of the text is quoted
 */
export function findPlaintextCredentials(text: string, literals: ReadonlySet<string> = new Set()): CredentialReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const [error] = document.errors;
  if (error !== undefined) {
    const message = `the file is not one valid YAML document (line ${lines.linePos(error.pos[0]).line})`;
    throw new DipswitchError('DOCUMENT_INVALID', message);
  }
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const seen = new Set<unknown>();
  const plaintexts: PlaintextCredential[] = [];
  const skipped: SkippedCredential[] = [];
  for (const { owner, entry } of listEntries(document.contents, resolve)) {
    const credentials = memberOf(entry, 'credentials', resolve);
    for (const member of MEMBERS) {
      const node = memberOf(credentials, member, resolve);
      // One anchor may serve many connectors; its value is moved once.
      if (!isScalar(node) || seen.has(node)) continue;
      seen.add(node);
      const [start = 0, end = 0] = node.range ?? [];
      const place = { owner, member, line: lines.linePos(start).line };
      const verdict = judge(node, text.slice(start, end), literals.has(`${owner}.${member}`));
      if (verdict instanceof Secret) plaintexts.push({ ...place, value: verdict, start, end });
      else if (verdict !== null) skipped.push({ ...place, reason: verdict });
    }
  }
  return { plaintexts, skipped };
}

/** The text with references in the places of values; every other character, comments included, stays as it is. */
export function replaceCredentials(text: string, replacements: ReadonlyMap<PlaintextCredential, string>): string {
  let result = text;
  for (const [{ start, end }, reference] of [...replacements].sort(([left], [right]) => right.start - left.start)) {
    // A block scalar reaches over its last line break.
    const lineEnd = /\r?\n$/.exec(text.slice(start, end))?.[0] ?? '';
    result = result.slice(0, start) + reference + lineEnd + result.slice(end);
  }
  return result;
}

/** The value to move, why it cannot be moved, or null where there is nothing to move. */
function judge(node: Scalar, source: string, isLiteral: boolean): Secret | string | null {
  const { value } = node;
  if (value === null || value === '') return null;
  // What YAML reads as a number or a truth value is a password all the same, as it was typed.
  const typed = typeof value === 'string' ? value : source;
  if (typeof value === 'string' && isSecretReference(value) && !isLiteral) return null;
  if (VARIABLE.test(typed)) return 'its value comes from a variable; store that with `dip secrets set`';
  return new Secret(typed.replaceAll('$${', '${'));
}

function listEntries(
  root: unknown,
  resolve: (node: unknown) => unknown,
): readonly { readonly owner: string; readonly entry: unknown }[] {
  const project = textOf(memberOf(root, 'project', resolve));
  const defaults = memberOf(root, DEFAULTS, resolve);
  const connectors = memberOf(root, 'connectors', resolve);
  const entries = isSeq<Node>(connectors) ? connectors.items.map(resolve) : [];
  return [
    ...(defaults === undefined
      ? []
      : [{ owner: project === null ? DEFAULTS : `${project}.${DEFAULTS}`, entry: defaults }]),
    ...entries.flatMap((entry) => {
      const owner = textOf(memberOf(entry, 'id', resolve));
      return owner === null ? [] : [{ owner, entry }];
    }),
  ];
}

function memberOf(node: unknown, key: string, resolve: (node: unknown) => unknown): unknown {
  return isMap(node) ? resolve(node.get(key, true)) : undefined;
}

function textOf(node: unknown): string | null {
  return isScalar(node) && typeof node.value === 'string' && node.value !== '' ? node.value : null;
}
