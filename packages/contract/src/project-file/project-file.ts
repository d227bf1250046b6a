import { z } from 'zod';
import type { Finding } from '../findings/finding.ts';
import { toFindings } from '../findings/zod-findings.ts';
import { LABEL_VALUE_PATTERN } from '../wire/connector-limits.ts';
import { connectorDefaultsSchema, connectorEntrySchema } from './connector-entry.ts';
import { dataActionEntrySchema } from './data-action-entry.ts';

/** The shape of `dipswitch.yaml` after `${NAME}` was replaced and overlays were merged. */
export const projectFileSchema = z.strictObject({
  /** Ownership label; needed for `--prune`. */
  project: z.string().regex(LABEL_VALUE_PATTERN, 'must be 1 to 63 letters, digits and . _ -').optional(),
  /** Laid under each entry of `connectors` of the same file. */
  defaults: connectorDefaultsSchema.optional(),
  connectors: z.array(connectorEntrySchema).optional(),
  dataActions: z.array(dataActionEntrySchema).optional(),
});
export type ProjectFile = z.infer<typeof projectFileSchema>;

export type ProjectFileReading =
  | { readonly valid: true; readonly file: ProjectFile }
  | { readonly valid: false; readonly findings: Finding[] };

/** Checks the structure of a project file, with a JSON Pointer for every problem. An empty document is an empty project. */
export function readProjectFile(document: unknown): ProjectFileReading {
  const parsed = projectFileSchema.safeParse(document ?? {}, { reportInput: true });
  return parsed.success
    ? { valid: true, file: parsed.data }
    : { valid: false, findings: toFindings(parsed.error.issues) };
}
