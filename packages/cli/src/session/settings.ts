import path from 'node:path';
import type { Credentials } from '@dipswitch/client';
import { isLoopbackHost, Secret } from '@dipswitch/contract';
import { createUsageError } from '../cli-error.ts';
import { resolveCredentialSettings } from './credential-settings.ts';
import { type Environment, nonEmpty, readSwitch } from './environment.ts';

/** What flags can set. There is no flag for a secret: it would stay in the shell's history and in the process list. */
export interface SettingFlags {
  /** Name of a context that says what nothing else says. */
  readonly context?: string;
  readonly baseUrl?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly vaultWebhookUrl?: string;
  readonly auditFile?: string;
  readonly allowPlaintextHttp?: boolean;
  /** Repeats after failures without the bound that protects a server in trouble. */
  readonly keepGoing?: boolean;
}

/** Settings of the commands that talk to a server. */
export interface ServerSettings {
  readonly baseUrl: string;
  readonly clientId: string;
  /** Null where the client proves itself in another way. */
  readonly clientSecret: Secret | null;
  readonly credentials: Credentials;
  /** Accepts http to any host, not just this machine. */
  readonly allowPlaintextHttp: boolean;
  readonly vaultWebhookUrl: string | undefined;
  readonly vaultWebhookSecret: Secret | undefined;
  readonly auditFile: string;
}

const DEFAULT_AUDIT_FILE = '.dipswitch/audit.jsonl';

/** Where the audit records of this folder are, by flag, environment or default. Relative to the working folder. */
export function resolveAuditFile(flags: SettingFlags, env: Environment): string {
  return flags.auditFile ?? nonEmpty(env.DIP_AUDIT_FILE) ?? DEFAULT_AUDIT_FILE;
}

/** @throws CliError (64) that names everything that is missing at once, and how to set it. */
export async function resolveServerSettings(
  flags: SettingFlags,
  env: Environment,
  cwd: string,
): Promise<ServerSettings> {
  const baseUrl = flags.baseUrl ?? nonEmpty(env.CXONE_BASE_URL);
  const identity = resolveCredentialSettings(flags, env, { cwd, ofContext: ofContext(env) });
  const missing = [
    ...(baseUrl === undefined ? ['CXONE_BASE_URL       or --base-url URL'] : []),
    ...(identity.missing ?? []),
  ];
  if (baseUrl === undefined || identity.missing !== null) {
    throw createUsageError(
      `${missing.length === 1 ? 'A setting is' : 'Settings are'} missing:\n${missing.map((line) => `  ${line}`).join('\n')}`,
      'Set them in the environment or in a file .env here; `dip init` writes a .env.example to start from.\n' +
        'A local engine makes a client with:\n' +
        'dip-engine client create --tenant default --scope "integrations:read integrations:write"',
    );
  }
  const webhookSecret = nonEmpty(env.VAULT_WEBHOOK_SECRET);
  const allowPlaintextHttp = isPlaintextHttpAllowed(flags, env);
  const webhookUrl = flags.vaultWebhookUrl ?? nonEmpty(env.VAULT_WEBHOOK_URL);
  return {
    baseUrl: assertHttpUrl(baseUrl, 'CXONE_BASE_URL', allowPlaintextHttp),
    clientId: identity.clientId,
    clientSecret: identity.clientSecret,
    credentials: identity.credentials,
    allowPlaintextHttp,
    // The library has its own rule for this one: https, or http to this machine.
    vaultWebhookUrl: webhookUrl === undefined ? undefined : assertHttpUrl(webhookUrl, 'VAULT_WEBHOOK_URL', true),
    vaultWebhookSecret: webhookSecret === undefined ? undefined : new Secret(webhookSecret),
    auditFile: path.resolve(cwd, resolveAuditFile(flags, env)),
  };
}

/** Whether http is accepted to any host, not just to this machine. @throws CliError (64) */
export function isPlaintextHttpAllowed(flags: SettingFlags, env: Environment): boolean {
  return flags.allowPlaintextHttp === true || readSwitch(env, 'DIP_ALLOW_PLAINTEXT_HTTP');
}

/** A context has a variable of its own for its secret; `layContext` says which one was laid. */
function ofContext({ DIP_CONTEXT: name }: Environment): string {
  return name === undefined || name === '' ? '' : `; for the context ${name} alone: ${secretVariableOf(name)}`;
}

/** The variable that holds the client secret of just this context. */
export function secretVariableOf(contextName: string): string {
  return `DIP_CLIENT_SECRET_${contextName.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

export function assertHttpUrl(text: string, name: string, isPlaintextAllowed: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw createUsageError(
      `${name} is not an http or https address.`,
      'Give it like https://api.example.com or http://127.0.0.1:8080.',
    );
  }
  // The address ends up in messages; a password in it would too.
  if (url.username !== '' || url.password !== '') {
    throw createUsageError(`${name} carries a user name or password.`, 'Remove what stands before the @.');
  }
  if (url.protocol === 'http:' && !isPlaintextAllowed && !isLoopbackHost(url.hostname)) {
    throw createUsageError(
      `${name} is plain http to another machine: the token and the client secret would be sent in clear text.`,
      'Use https; inside a network you trust, --allow-plaintext-http or DIP_ALLOW_PLAINTEXT_HTTP=1 takes http.',
    );
  }
  return text;
}
