import path from 'node:path';
import { CliError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { toErrorReport } from '../../output/error-view.ts';
import { printStructured } from '../../output/structured.ts';
import type { Style } from '../../output/style.ts';
import { countOf, neutralizeControls, wrapText } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { layContext } from '../../session/context-settings.ts';
import { type Environment, loadEnvironment } from '../../session/environment.ts';
import { withClient } from '../../session/server-session.ts';
import {
  assertHttpUrl,
  resolveAuditFile,
  resolveServerSettings,
  type ServerSettings,
  type SettingFlags,
} from '../../session/settings.ts';
import { createAccessCheck, createTokenCheck } from './access-checks.ts';
import { type Check, type CheckStatus, failed, ok, skipped, type Verdict } from './check.ts';
import { createAuditCheck, createNoticeCheck, createVaultAccessCheck, createVaultCheck } from './local-checks.ts';
import {
  createClockCheck,
  createDnsCheck,
  createServerCheck,
  createTlsCheck,
  createVersionsCheck,
} from './server-checks.ts';

/** Longest that one check may take; all run at the same time. */
const CHECK_LIMIT_MS = 8_000;

interface DoctorVerdict extends Verdict {
  readonly durationMs: number;
}

/** Looks at everything a command needs, each thing by itself, and says how to fix what does not work. */
export function createDoctor(version: string, limitMs: number = CHECK_LIMIT_MS) {
  return async (context: CommandContext, flags: SettingFlags): Promise<ExitCode> => {
    const signal = stopSignal(context.interrupts);
    const checks = await listChecks(context, flags, { version, limitMs, signal });
    const verdicts = (await Promise.all(checks.map((check) => runCheck(check, signal, limitMs)))).flat();
    signal.throwIfAborted();
    const problems = verdicts.filter(({ status }) => status === 'failed').length;
    if (!(await printStructured(context.terminal, { ok: problems === 0, checks: verdicts }))) {
      printVerdicts(context, verdicts);
    }
    return problems === 0 ? EXIT_CODES.done : EXIT_CODES.findings;
  };
}

interface DoctorOptions {
  readonly version: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

async function listChecks(
  context: CommandContext,
  flags: SettingFlags,
  { version, limitMs, signal }: DoctorOptions,
): Promise<readonly Check[]> {
  const { cwd, now } = context;
  const laid = await layContext(await loadEnvironment(context.env, cwd), flags, signal);
  const settings = await resolveServerSettings(flags, laid.env, cwd).catch((error: unknown) => {
    if (error instanceof CliError) return error;
    throw error;
  });
  const isComplete = !(settings instanceof CliError);
  const baseUrl = isComplete ? settings.baseUrl : usableAddress(flags, laid.env);
  const auditFile = path.resolve(cwd, resolveAuditFile(flags, laid.env));
  const withoutAddress = (name: string): Check => toCheck(skipped(name, 'no address'));
  return [
    toCheck(judgeSettings(settings, laid.name)),
    ...(baseUrl === null
      ? ['dns', 'tls', 'server', 'clock'].map(withoutAddress)
      : [
          createDnsCheck(baseUrl),
          createTlsCheck(baseUrl, now),
          createServerCheck(baseUrl),
          createClockCheck(baseUrl, now),
        ]),
    ...(isComplete
      ? [createTokenCheck((use) => withClient(context, flags, use), limitMs), createAccessCheck(settings)]
      : ['token', 'scopes', 'rate limit'].map((name) => toCheck(skipped(name, 'settings are missing')))),
    createVaultCheck(laid.env),
    createVaultAccessCheck((laid.env.DIP_VAULT ?? '') === '' ? null : (stop) => countSecrets(context, flags, stop)),
    createNoticeCheck(laid.env),
    createAuditCheck(auditFile),
    createVersionsCheck(baseUrl, version),
  ];
}

async function countSecrets(context: CommandContext, flags: SettingFlags, signal: AbortSignal): Promise<number> {
  const { resolveVaultName, withVault } = await import('../../session/vault-session.ts');
  const name = await resolveVaultName(context, flags);
  return await withVault(context, flags, name, async (vault) => (await vault.list({ signal })).length);
}

function judgeSettings(settings: ServerSettings | CliError, contextName: string | null): Verdict {
  if (settings instanceof CliError) return failed('settings', settings.message, settings.hint ?? 'See dip help.');
  const by = contextName === null ? '' : `, context ${contextName}`;
  return ok('settings', `${settings.baseUrl} as ${neutralizeControls(settings.clientId)}${by}`);
}

/** What can be looked at although other settings are missing. */
function usableAddress(flags: SettingFlags, env: Environment): string | null {
  try {
    return assertHttpUrl(flags.baseUrl ?? env.CXONE_BASE_URL ?? '', 'CXONE_BASE_URL', true);
  } catch {
    return null;
  }
}

function toCheck(verdict: Verdict): Check {
  return { name: verdict.check, run: async () => [verdict] };
}

/** Bounded whatever the check does: name resolution, for one, cannot be stopped. */
async function runCheck(check: Check, stop: AbortSignal, limitMs: number): Promise<readonly DoctorVerdict[]> {
  const startedAtMs = performance.now();
  const limit = new AbortController();
  const { promise: timeout, resolve: onTimeout } = Promise.withResolvers<readonly Verdict[]>();
  const timer = setTimeout(() => {
    limit.abort();
    onTimeout([
      failed(check.name, `no answer within ${limitMs / 1000} s`, 'Check network, firewall and the other end.'),
    ]);
  }, limitMs);
  const signal = AbortSignal.any([stop, limit.signal]);
  const attempt = check.run(signal).catch((error: unknown) => {
    if (signal.aborted) return timeout;
    const { message } = toErrorReport(error);
    return [failed(check.name, message, 'This is a bug of dip; please report it.')];
  });
  try {
    const verdicts = await Promise.race([attempt, timeout, stopped(stop)]);
    const durationMs = Math.round(performance.now() - startedAtMs);
    return verdicts.map((verdict) => ({ ...verdict, durationMs }));
  } finally {
    clearTimeout(timer);
  }
}

function stopped(stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (stop.aborted) reject(stop.reason);
    else stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
}

function printVerdicts({ terminal }: CommandContext, verdicts: readonly Verdict[]): void {
  const nameWidth = Math.max(...verdicts.map(({ check }) => check.length));
  const indent = ' '.repeat(STATUS_WIDTH + nameWidth + 4);
  for (const { check, status, found, hint } of verdicts) {
    const paint = paintOf(status, terminal.style);
    const head = `${paint(status.padEnd(STATUS_WIDTH))}  ${check.padEnd(nameWidth)}  `;
    terminal.result(`${head}${wrapText(neutralizeControls(found), terminal.columns - indent.length, indent)}`);
    if (hint !== null) {
      terminal.result(
        `${indent}${terminal.style.dim(`> ${wrapText(hint, terminal.columns - indent.length - 2, `${indent}  `)}`)}`,
      );
    }
  }
  const of = (status: CheckStatus): number => verdicts.filter((verdict) => verdict.status === status).length;
  terminal.note(`\n${countOf(of('failed'), 'problem')}, ${countOf(of('warning'), 'warning')}, ${of('ok')} fine`);
}

const STATUS_WIDTH = 'skipped'.length;

function paintOf(status: CheckStatus, style: Style): (text: string) => string {
  if (status === 'ok') return style.good;
  if (status === 'warning') return style.caution;
  return status === 'failed' ? style.bad : style.dim;
}
