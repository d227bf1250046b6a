import { isSecretReference, parseSecretReference, type SecretReference } from '@dipswitch/contract';
import { DipswitchError, invalidArgument, isDipswitchError } from '../errors.ts';
import { forEachBounded } from '../util/worker-pool.ts';
import type { ReferenceCheck } from './secret-vault.ts';

export type ReferenceOf<Scheme extends SecretReference['scheme']> = Extract<SecretReference, { scheme: Scheme }>;

const READS_AT_ONCE = 4;

/** Whether a text is a reference with this scheme, such as `vault://...`. */
export function isReferenceOf(scheme: SecretReference['scheme'], text: string): boolean {
  return text.startsWith(`${scheme}://`) && isSecretReference(text);
}

/** @throws TypeError `ERR_INVALID_ARG_VALUE`; the text, which may be a value in the wrong place, is not repeated. */
export function parseReferenceOf<Scheme extends SecretReference['scheme']>(
  scheme: Scheme,
  text: string,
): ReferenceOf<Scheme> {
  const reference = isSecretReference(text) ? parseSecretReference(text) : null;
  if (reference !== null && isOfScheme(reference, scheme)) return reference;
  throw invalidArgument('ERR_INVALID_ARG_VALUE', `this is no reference of the form ${REFERENCE_FORMS[scheme]}`);
}

/** A name made into a reference. @throws TypeError `ERR_INVALID_ARG_VALUE`; the name is not repeated. */
export function assertReference(scheme: SecretReference['scheme'], reference: string, rule: string): string {
  if (isReferenceOf(scheme, reference)) return reference;
  throw invalidArgument('ERR_INVALID_ARG_VALUE', `the name of the secret cannot be used in this vault: ${rule}`);
}

/** Asks for each reference once, a few at a time. What is missing or denied is a verdict; a vault that is down throws. */
export async function checkReferences<Scheme extends SecretReference['scheme']>(
  scheme: Scheme,
  references: readonly string[],
  read: (reference: ReferenceOf<Scheme>) => Promise<unknown>,
): Promise<readonly ReferenceCheck[]> {
  const verdicts = new Map<string, ReferenceCheck>();
  await forEachBounded(
    [...new Set(references)],
    READS_AT_ONCE,
    () => true,
    async (reference) => void verdicts.set(reference, await judge(scheme, reference, read)),
  );
  return references.flatMap((reference) => verdicts.get(reference) ?? []);
}

async function judge<Scheme extends SecretReference['scheme']>(
  scheme: Scheme,
  reference: string,
  read: (reference: ReferenceOf<Scheme>) => Promise<unknown>,
): Promise<ReferenceCheck> {
  if (!isReferenceOf(scheme, reference)) {
    return { reference, resolves: false, message: `it is no reference of the form ${REFERENCE_FORMS[scheme]}` };
  }
  try {
    await read(parseReferenceOf(scheme, reference));
    return { reference, resolves: true, message: null };
  } catch (error) {
    if (!isDipswitchError(error, 'SECRET_UNRESOLVED', 'VAULT_DENIED')) throw error;
    return { reference, resolves: false, message: error.message };
  }
}

/** @throws DipswitchError `SECRET_UNRESOLVED` when a stored text is no JSON object with this field as text. */
export function readJsonField(text: string, field: string): string {
  const fields = parseJsonObject(text);
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new DipswitchError('SECRET_UNRESOLVED', `what is stored has no text under the field ${field}`);
}

/** @throws DipswitchError `SECRET_UNRESOLVED` */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // The parser's message quotes the text, which is the secret.
  }
  throw new DipswitchError('SECRET_UNRESOLVED', 'what is stored is no JSON object, so it has no fields');
}

function isOfScheme<Scheme extends SecretReference['scheme']>(
  reference: SecretReference,
  scheme: Scheme,
): reference is ReferenceOf<Scheme> {
  return reference.scheme === scheme;
}

const REFERENCE_FORMS: Readonly<Record<SecretReference['scheme'], string>> = {
  vault: 'vault://mount/path#field',
  'aws-sm': 'aws-sm://name or aws-sm://name#field',
  'azure-kv': 'azure-kv://vault/name',
  'gcp-sm': 'gcp-sm://project/name',
  local: 'local://name',
  env: 'env://NAME',
  file: 'file://path',
  label: 'NAME',
};
