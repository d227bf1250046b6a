import { dirname, resolve } from 'node:path';
import {
  ConnectionStringError,
  type ConnectorBody,
  type ConnectorEntry,
  type ConnectorValidation,
  type Finding,
  isProjectFile,
  toConnectorBody,
  toEntryPath,
  type ValidationPolicy,
  validateWellFormedConnector,
} from '@dipswitch/contract';
import type { DesiredConnector, SourceFinding } from './desired-state-types.ts';
import type { Refusal } from './explain-refusal.ts';
import { type ProjectDocument, readText, STDIN, type UnreadableFile } from './project-documents.ts';
import { toSourceFinding } from './source-finding.ts';
import { itemsOf, locate, memberOf, type SourceNode, textOf, toValue } from './source-tree.ts';

export interface EntryReading {
  readonly project: string | undefined;
  readonly connectors: readonly DesiredConnector[];
  /** The data actions of the document as far as their structure goes; what they mean is judged elsewhere. */
  readonly dataActionEntries: Refusal['dataActions'];
  readonly findings: readonly SourceFinding[];
}

const MAX_CERTIFICATE_BYTES = 64 * 1024;

/** Checks one document and makes the bodies of its connectors; an entry with an error makes none. */
export async function readEntries(
  document: ProjectDocument,
  root: SourceNode,
  cwd: string,
  policy: Partial<ValidationPolicy>,
): Promise<EntryReading> {
  const nodes = itemsOf(memberOf(root, 'connectors'));
  const refusal = await readStructure(root);
  const findings: SourceFinding[] = refusal.findings.map((finding) => toSourceFinding(root, finding));
  const project = textOf(memberOf(root, 'project'));
  const context: EntryContext = { document, cwd, project, policy, certificates: new Map() };
  const connectors: DesiredConnector[] = [];
  for (const [index, node] of nodes.entries()) {
    // What is broken in its structure is among the findings of the whole document.
    const repaired = refusal.entries[index];
    if (repaired === undefined || repaired === null) continue;
    const own = await readEntry(repaired.entry, node, context);
    for (const finding of own.findings) {
      if (repaired.replaced.has(finding.path.split('/')[1] ?? '')) continue;
      findings.push(toSourceFinding(root, { ...finding, path: `/connectors/${index}${finding.path}` }));
    }
    if (own.body !== null && repaired.replaced.size === 0) {
      connectors.push({ body: own.body, source: memberOf(node, 'id')?.source ?? node.source });
    }
  }
  return { project, connectors, dataActionEntries: refusal.dataActions, findings };
}

const NOTHING_REPLACED: ReadonlySet<string> = new Set();

async function readStructure(root: SourceNode): Promise<Refusal> {
  const value = toValue(root);
  if (isProjectFile(value)) {
    return {
      findings: [],
      entries: (value.connectors ?? []).map((entry) => ({ entry, replaced: NOTHING_REPLACED })),
      dataActions: (value.dataActions ?? []).map((entry) => ({ entry, replaced: NOTHING_REPLACED })),
    };
  }
  const { explainRefusal } = await import('./explain-refusal.ts');
  return explainRefusal(value);
}

interface EntryContext {
  readonly document: ProjectDocument;
  readonly cwd: string;
  readonly project: string | undefined;
  readonly policy: Partial<ValidationPolicy>;
  /** By path: many entries name the same one. */
  readonly certificates: Map<string, string | UnreadableFile>;
}

/** Findings carry paths inside the entry. */
async function readEntry(
  entry: ConnectorEntry,
  node: SourceNode,
  context: EntryContext,
): Promise<{ body: ConnectorBody | null; findings: readonly Finding[] }> {
  const certificate = readCertificate(entry, node, context);
  if (certificate !== undefined && typeof certificate !== 'string') return { body: null, findings: [certificate] };
  let body: ConnectorBody;
  try {
    body = toConnectorBody(entry, {
      ...(context.project === undefined ? {} : { project: context.project }),
      ...(certificate === undefined ? {} : { caCertificate: certificate }),
    });
  } catch (error) {
    if (!(error instanceof ConnectionStringError)) throw error;
    const { code, message } = error;
    return {
      body: null,
      findings: [{ code, severity: 'error', path: toEntryPath('/configuration/connectionString', code), message }],
    };
  }
  const validation = validateWellFormedConnector(body, context.policy) ?? (await explainBody(body, context.policy));
  const findings = validation.findings.map((finding) => ({
    ...finding,
    path: certificatePath(toEntryPath(finding.path, finding.code), entry),
  }));
  return { body: validation.valid ? validation.connector.body : null, findings };
}

async function explainBody(body: ConnectorBody, policy: Partial<ValidationPolicy>): Promise<ConnectorValidation> {
  const { validateRefusedBody } = await import('./refused-body.ts');
  return validateRefusedBody(body, policy);
}

function certificatePath(path: string, entry: ConnectorEntry): string {
  return path === '/security/caCertificate' && entry.security?.caCertificateFile !== undefined
    ? '/security/caCertificateFile'
    : path;
}

/** The file is looked for next to the file that names it, which may be an overlay. */
function readCertificate(entry: ConnectorEntry, node: SourceNode, context: EntryContext): string | undefined | Finding {
  const named = entry.security?.caCertificateFile;
  if (named === undefined) return undefined;
  const path = '/security/caCertificateFile';
  const { file } = locate(node, path);
  const folder = file === STDIN ? context.cwd : dirname(resolve(context.cwd, file));
  const target = resolve(folder, named);
  const text = context.certificates.get(target) ?? readText(target, MAX_CERTIFICATE_BYTES);
  context.certificates.set(target, text);
  return typeof text === 'string' ? text : { code: text.code, severity: 'error', path, message: text.message };
}
