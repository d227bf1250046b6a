import { z } from 'zod';
import { ContractError } from '../findings/contract-error.ts';
import { toFindings } from '../findings/zod-findings.ts';
import { type DatabaseCatalogue, type DatabaseCatalogueEntry, mapDatabaseKinds } from './database-catalogue.ts';
import { DRIVER_VERSION_PATTERN } from './driver-version.ts';

const driverVersionSchema = z.string().regex(DRIVER_VERSION_PATTERN, 'must be a version such as 42.7.0');

const entryExtensionSchema = z.strictObject({
  maxPoolSize: z.int().min(1).max(1000).optional(),
  driverVersions: z.array(driverVersionSchema).max(100).optional(),
  advisories: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        driverVersions: z.array(driverVersionSchema).min(1),
        summary: z.string().min(1).max(500),
      }),
    )
    .max(100)
    .optional(),
});

/** What an operator's catalogue file may say: per database kind, a pool ceiling, more driver versions, more advisories. */
export const catalogueExtensionSchema = z.strictObject(mapDatabaseKinds(() => entryExtensionSchema.optional()));
type EntryExtension = z.infer<typeof entryExtensionSchema>;

/**
 * Adds an operator's data to a catalogue: `maxPoolSize` replaces, versions and advisories are added. `base` is left
 * as it is. @throws ContractError with every problem of the extension.
 */
export function extendCatalogue(base: DatabaseCatalogue, extension: unknown): DatabaseCatalogue {
  const parsed = catalogueExtensionSchema.safeParse(extension, { reportInput: true });
  if (!parsed.success) {
    const findings = toFindings(parsed.error.issues);
    throw new ContractError(
      findings[0]?.code ?? 'INVALID_FORMAT',
      findings.map((finding) => `${finding.path || '/'}: ${finding.message}`).join('; '),
      findings,
    );
  }
  return mapDatabaseKinds((kind) => extendEntry(base[kind], parsed.data[kind]));
}

function extendEntry(entry: DatabaseCatalogueEntry, extension: EntryExtension | undefined): DatabaseCatalogueEntry {
  if (extension === undefined) return entry;
  return {
    ...entry,
    maxPoolSize: extension.maxPoolSize ?? entry.maxPoolSize,
    driverVersions: [...new Set([...entry.driverVersions, ...(extension.driverVersions ?? [])])],
    advisories: [...entry.advisories, ...(extension.advisories ?? [])],
  };
}
