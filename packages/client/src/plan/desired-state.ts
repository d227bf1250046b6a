import { resolve } from 'node:path';
import { invalidArgument } from '../errors.ts';
import { applyDefaults } from './apply-defaults.ts';
import { readEntries } from './connector-entries.ts';
import type {
  DesiredConnector,
  DesiredState,
  LoadDesiredStateOptions,
  SourceFinding,
  SourcePosition,
} from './desired-state-types.ts';
import { interpolate } from './interpolate.ts';
import { readProjectDocuments } from './project-documents.ts';

export type {
  DesiredConnector,
  DesiredState,
  LoadDesiredStateOptions,
  SourceFinding,
  SourcePosition,
} from './desired-state-types.ts';

/**
 * Reads files into a desired state: YAML, overlay, `${NAME}`, defaults, validation. What is wrong is in `findings`, in
 * the order of the files; only a caller's mistake or an abort throws. Touches no network and loads no HTTP library.
 */
export async function loadDesiredState(options: LoadDesiredStateOptions = {}): Promise<DesiredState> {
  if (options.environment !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(options.environment)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', 'environment must be 1 to 64 letters, digits and _ -');
  }
  const cwd = resolve(options.cwd ?? '.');
  const { documents, findings: fileFindings, files } = await readProjectDocuments(options);
  const findings: SourceFinding[] = [...fileFindings];
  const projects = new Set<string>();
  const connectors: DesiredConnector[] = [];
  for (const document of documents) {
    if (document.root === null) continue;
    const interpolation = interpolate(document.root, options.variables ?? {});
    findings.push(...interpolation.findings);
    // What a missing variable would have been is not known, so nothing is said about it a second time.
    if (interpolation.findings.length > 0) continue;
    const reading = await readEntries(document, applyDefaults(interpolation.root), cwd, options.policy ?? {});
    if (reading.project !== undefined) projects.add(reading.project);
    findings.push(...gatherAlike(reading.findings));
    connectors.push(...reading.connectors);
  }
  findings.push(...findDuplicates(connectors));
  return { projects: [...projects], connectors, findings, files };
}

/** What defaults or an anchor got wrong is wrong in every entry: told once, with their number. */
function gatherAlike(findings: readonly SourceFinding[]): readonly SourceFinding[] {
  const groups = new Map<string, { readonly first: SourceFinding; count: number }>();
  for (const finding of findings) {
    const { file, line, column } = finding.source;
    // Two members that an entry lacks have one place, and differ in the end of their path.
    const member = finding.path.slice(finding.path.lastIndexOf('/'));
    const key = `${line}:${column}:${finding.code}${member}:${finding.message}:${file}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: finding, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()].map(({ first, count }) =>
    count === 1 ? first : { ...first, message: `${first.message} (${count} times)` },
  );
}

function findDuplicates(connectors: readonly DesiredConnector[]): readonly SourceFinding[] {
  const first = new Map<string, SourcePosition>();
  const findings: SourceFinding[] = [];
  for (const { body, source } of connectors) {
    const before = first.get(body.connectorId);
    if (before === undefined) {
      first.set(body.connectorId, source);
      continue;
    }
    const message = `the id ${body.connectorId} is also given at ${before.file}:${before.line}:${before.column}`;
    findings.push({ code: 'DUPLICATE_ID', severity: 'error', path: '/connectors', message, source });
  }
  return findings;
}
