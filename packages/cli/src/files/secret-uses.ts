import type { DesiredState, ReferenceCheck, SourcePosition } from '@dipswitch/client';
import { stopSignal } from '../process/interrupts.ts';
import type { CommandContext } from '../session/command-context.ts';
import { resolveVaultName, type VaultFlags, withVault } from '../session/vault-session.ts';

/** A place in the files that needs a secret, and whether it gets one. */
export interface SecretUse {
  readonly connectorId: string;
  readonly member: 'username' | 'password';
  readonly reference: string;
  /** Of the connector. */
  readonly source: SourcePosition;
  readonly check: ReferenceCheck;
}

/**
 * Resolves every reference of the files. Those of the chosen vault are asked of it, with our own rights; all others of
 * the engine, which is what resolves them once a connector is registered.
 */
export async function checkSecretUses(
  context: CommandContext,
  flags: VaultFlags,
  desired: DesiredState,
): Promise<readonly SecretUse[]> {
  const uses = desired.connectors.flatMap(({ body, source }) => {
    const { username, password } = body.configuration.credentialMasking;
    const { connectorId } = body;
    return [
      { connectorId, member: 'username' as const, reference: username, source },
      { connectorId, member: 'password' as const, reference: password, source },
    ];
  });
  const checks = await checkReferences(context, flags, [...new Set(uses.map(({ reference }) => reference))]);
  return uses.map((use) => ({
    ...use,
    check: checks.get(use.reference) ?? {
      reference: use.reference,
      resolves: false,
      message: 'nobody answered for it',
    },
  }));
}

/**
 * A reference as it may be shown. A password in the wrong place can read as a label; one that resolves is the name of
 * a secret, and what is written in capitals was meant as one.
 */
export function showReference({ reference, check }: SecretUse): string {
  const isName = check.resolves || reference.includes('://') || /^[A-Z_][A-Z0-9_]*$/.test(reference);
  return isName ? reference : '(a label)';
}

async function checkReferences(
  context: CommandContext,
  flags: VaultFlags,
  references: readonly string[],
): Promise<ReadonlyMap<string, ReferenceCheck>> {
  const signal = stopSignal(context.interrupts);
  const name = await resolveVaultName(context, flags);
  const checks: ReferenceCheck[] = [];
  let others = references;
  if (name !== 'engine') {
    await withVault(context, flags, name, async (vault) => {
      const isOwn = (reference: string): boolean => reference.startsWith(`${vault.scheme}://`);
      others = references.filter((reference) => !isOwn(reference));
      checks.push(...(await vault.check(references.filter(isOwn), { signal })));
    });
  }
  if (others.length > 0) {
    await withVault(context, flags, 'engine', async (vault) => {
      checks.push(...(await vault.check(others, { signal })));
    });
  }
  return new Map(checks.map((check) => [check.reference, check]));
}
