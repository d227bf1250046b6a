import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { isWebhookSecret } from '@dipswitch/contract';
import { isErrorWithCode, reasonOf } from '../../cli-error.ts';
import { toErrorReport } from '../../output/error-view.ts';
import { countOf } from '../../output/text.ts';
import type { Environment } from '../../session/environment.ts';
import { type Check, failed, networkCode, ok, probe, skipped, type Verdict, warning } from './check.ts';

/** Whether `apply` could record what it does, and whether what is recorded holds. */
export function createAuditCheck(file: string): Check {
  return {
    name: 'audit file',
    run: async (signal) => [await judgeWritable(file), await judgeChain(file, signal)],
  };
}

async function judgeWritable(file: string): Promise<Verdict> {
  const check = 'audit file';
  const hint = 'Correct owner and permissions, or name another file with DIP_AUDIT_FILE.';
  try {
    if (await isThere(file)) {
      await access(file, constants.R_OK | constants.W_OK);
      return (await stat(file)).isFile()
        ? ok(check, `${file} is writable`)
        : failed(check, `${file} is not a file`, hint);
    }
    let folder = path.dirname(file);
    while (!(await isThere(folder)) && folder !== path.dirname(folder)) folder = path.dirname(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    return (await stat(folder)).isDirectory()
      ? ok(check, `${file} can be made`)
      : failed(check, `${folder} is not a folder`, hint);
  } catch (error) {
    return failed(check, `${file} cannot be written (${reasonOf(error)})`, hint);
  }
}

async function judgeChain(file: string, signal: AbortSignal): Promise<Verdict> {
  const check = 'audit chain';
  try {
    const { verifyAuditFile } = await import('@dipswitch/client/verify-audit-file');
    const { ok: isIntact, records, defects } = await verifyAuditFile(file, { signal });
    const first = defects[0];
    if (isIntact || first === undefined) return ok(check, `intact, ${countOf(records, 'record')}`);
    return failed(
      check,
      `broken at ${path.basename(first.file)}:${first.line} ${first.code}`,
      'Keep the files as evidence, move them away, and let a new chain begin; dip audit verify says more.',
    );
  } catch (error) {
    if (signal.aborted) return warning(check, 'too long to verify here', 'Run dip audit verify.');
    if (isErrorWithCode(error) && error.code === 'ENOENT') return skipped(check, 'no records yet');
    return failed(check, 'cannot be read', 'Check the permissions of the audit file and its folder.');
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isErrorWithCode(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** `/v1/sys/health` of HashiCorp Vault and OpenBao: the status says it all, and no token is needed. */
const VAULT_STATES: Readonly<Record<number, string>> = {
  200: 'active',
  429: 'standby',
  472: 'recovery replica',
  473: 'performance standby',
};
const VAULT_BROKEN: Readonly<Record<number, string>> = { 501: 'not initialized', 503: 'sealed' };

/** The vault that this machine writes to. What the engine resolves from is in the engine's own health. */
export function createVaultCheck(env: Environment): Check {
  const address = env.VAULT_ADDR ?? env.BAO_ADDR ?? '';
  return {
    name: 'vault',
    run: async (signal) => {
      if (address === '') return [skipped('vault', 'no VAULT_ADDR; the engine resolves references by itself')];
      if (!URL.canParse(address))
        return [failed('vault', 'VAULT_ADDR is not an address', 'Give it like https://vault:8200.')];
      const { host, origin } = new URL(address);
      try {
        const { status } = await probe(`${origin}/v1/sys/health`, { signal });
        const state = VAULT_STATES[status];
        if (state !== undefined) return [ok('vault', `${host} is ${state}`)];
        const found = `${host} is ${VAULT_BROKEN[status] ?? `not a vault (answers ${status})`}`;
        return [failed('vault', found, status === 503 ? 'Unseal it.' : 'Check VAULT_ADDR.')];
      } catch (error) {
        if (signal.aborted) throw error;
        return [failed('vault', `no answer from ${host} (${networkCode(error)})`, 'Check VAULT_ADDR and the network.')];
      }
    },
  };
}

/** Whether `dip secrets` could use the vault that is chosen; `list` is null when none is. */
export function createVaultAccessCheck(list: ((signal: AbortSignal) => Promise<number>) | null): Check {
  const check = 'vault access';
  return {
    name: check,
    run: async (signal) => {
      if (list === null) return [skipped(check, 'no DIP_VAULT; secrets go to the engine')];
      try {
        return [ok(check, `lists ${countOf(await list(signal), 'secret')}`)];
      } catch (error) {
        if (signal.aborted) throw error;
        const { message, code, hint } = toErrorReport(error);
        const found = code === null ? message : `${message} [${code}]`;
        return [
          failed(
            check,
            found,
            hint ?? 'Check the settings and the permissions of the vault; see docs/guide/secrets.md.',
          ),
        ];
      }
    },
  };
}

/** Who is told of changes, and whether the notices are signed. */
export function createNoticeCheck(env: Environment): Check {
  const check = 'vault notice';
  return {
    name: check,
    run: async () => {
      const { VAULT_WEBHOOK_URL: url = '', VAULT_WEBHOOK_SECRET: secret = '' } = env;
      if (url === '') return [skipped(check, 'no VAULT_WEBHOOK_URL')];
      const hint = 'Set VAULT_WEBHOOK_SECRET to the whsec_... of the receiver.';
      if (secret === '') return [warning(check, 'goes out unsigned', hint)];
      return [isWebhookSecret(secret) ? ok(check, 'goes out signed') : failed(check, 'its secret is malformed', hint)];
    },
  };
}
