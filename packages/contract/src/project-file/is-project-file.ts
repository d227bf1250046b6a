import { accepts } from '../generated/project-file-accept.js';
import { isSecretReference } from '../secrets/secret-reference.ts';
import { hasOneCertificate, isDriverVersion, isEntryPort, isSoundEntry } from './entry-rules.ts';
import type { ProjectFile } from './project-file.ts';

/**
 * Whether a value is a project file, by code compiled from its schema and the rules that the schema takes from
 * `entry-rules.ts`. Accepts nothing that `readProjectFile` refuses and says nothing about what it refuses: ask that,
 * which needs the schema library. A test holds the two together.
 */
export function isProjectFile(value: unknown): value is ProjectFile {
  return hasStructure(value) && areSoundDefaults(value.defaults) && (value.connectors ?? []).every(isSoundEntry);
}

function hasStructure(value: unknown): value is ProjectFile {
  return accepts(value);
}

function areSoundDefaults(defaults: ProjectFile['defaults']): boolean {
  if (defaults === undefined) return true;
  const { credentials, driverVersion, port, security } = defaults;
  return (
    (credentials?.username === undefined || isSecretReference(credentials.username)) &&
    (credentials?.password === undefined || isSecretReference(credentials.password)) &&
    (driverVersion === undefined || isDriverVersion(driverVersion)) &&
    (port === undefined || isEntryPort(port)) &&
    (security === undefined || hasOneCertificate(security))
  );
}
