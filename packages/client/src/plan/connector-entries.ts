import { dirname, resolve } from 'node:path';
import {
  ConnectionStringError,
  type ConnectorBody,
  type ConnectorEntry,
  type Finding,
  readProjectFile,
  toConnectorBody,
  toEntryPath,
  type ValidationPolicy,
  validateConnector,
} from '@dipswitch/contract';
import type { DesiredConnector, SourceFinding } from './desired-state-types.ts';
import { type ProjectDocument, readText, STDIN } from './project-documents.ts';
import { repairEntry } from './repair-entry.ts';
import { itemsOf, locate, memberOf, type SourceNode, textOf, toValue } from './source-tree.ts';

export interface EntryReading {
  readonly project: string | undefined;
  readonly connectors: readonly DesiredConnector[];
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
  const value = toValue(root);
  const reading = readProjectFile(value);
  const structure = reading.valid ? [] : reading.findings;
  const findings: SourceFinding[] = structure.map((finding) => sourceFinding(root, finding));
  const project = textOf(memberOf(root, 'project'));
  const connectors: DesiredConnector[] = [];
  for (const [index, node] of itemsOf(memberOf(root, 'connectors')).entries()) {
    // What is broken in its structure is among the findings of the whole document.
    const repaired = repairEntry(toValue(node));
    if (repaired === null) continue;
    const own = await readEntry(repaired.entry, node, { document, cwd, project, policy });
    for (const finding of own.findings) {
      if (repaired.replaced.has(finding.path.split('/')[1] ?? '')) continue;
      findings.push(sourceFinding(root, { ...finding, path: `/connectors/${index}${finding.path}` }));
    }
    if (own.body !== null && repaired.replaced.size === 0) {
      connectors.push({ body: own.body, source: locate(node, '/id') });
    }
  }
  return { project, connectors, findings };
}

interface EntryContext {
  readonly document: ProjectDocument;
  readonly cwd: string;
  readonly project: string | undefined;
  readonly policy: Partial<ValidationPolicy>;
}

/** Findings carry paths inside the entry. */
async function readEntry(
  entry: ConnectorEntry,
  node: SourceNode,
  context: EntryContext,
): Promise<{ body: ConnectorBody | null; findings: readonly Finding[] }> {
  const certificate = await readCertificate(entry, node, context);
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
  const validation = validateConnector(body, context.policy);
  const findings = validation.findings.map((finding) => ({
    ...finding,
    path: certificatePath(toEntryPath(finding.path, finding.code), entry),
  }));
  return { body: validation.valid ? validation.connector.body : null, findings };
}

function certificatePath(path: string, entry: ConnectorEntry): string {
  return path === '/security/caCertificate' && entry.security?.caCertificateFile !== undefined
    ? '/security/caCertificateFile'
    : path;
}

/** The file is looked for beside the file that names it, which may be an overlay. */
async function readCertificate(
  entry: ConnectorEntry,
  node: SourceNode,
  context: EntryContext,
): Promise<string | undefined | Finding> {
  const named = entry.security?.caCertificateFile;
  if (named === undefined) return undefined;
  const path = '/security/caCertificateFile';
  const { file } = locate(node, path);
  const folder = file === STDIN ? context.cwd : dirname(resolve(context.cwd, file));
  const text = await readText(resolve(folder, named), MAX_CERTIFICATE_BYTES);
  return typeof text === 'string' ? text : { code: text.code, severity: 'error', path, message: text.message };
}

function sourceFinding(root: SourceNode, finding: Finding): SourceFinding {
  return { ...finding, source: locate(root, finding.path, finding.code === 'UNKNOWN_FIELD') };
}
