import { parseSecretReference, type SecretReference } from '@dipswitch/contract';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';

type Label = Extract<SecretReference, { scheme: 'label' }>;

/** A reference that leads to a provider. */
export type Resolvable = Exclude<SecretReference, Label>;

/** @throws SecretUnresolvedError for what is neither a reference nor a label */
export function parseReference(text: string): SecretReference {
  try {
    return parseSecretReference(text);
  } catch (cause) {
    // The text itself may be a secret in the wrong place, so that it is not named.
    throw new SecretUnresolvedError('(malformed)', 'it is neither a secret reference nor a label', { cause });
  }
}

/** A label stands for what the tenant mapped it to, once (a label that maps to a label is local), else for itself. */
export function toTarget({ label }: Label, mapped: string | undefined): Resolvable {
  if (mapped === undefined) return { scheme: 'local', name: label };
  const target = parseReference(mapped);
  return target.scheme === 'label' ? { scheme: 'local', name: target.label } : target;
}
