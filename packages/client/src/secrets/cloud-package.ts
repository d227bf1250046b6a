import { DipswitchError } from '../errors.ts';

/** How a package is loaded; a seam of tests. */
export type ImportPackage = (specifier: string) => Promise<unknown>;

/** A cloud's refusal in the terms of this library. */
export type CloudVerdict = 'missing' | 'exists' | 'denied' | 'unavailable' | 'refused';

/**
 * Loads the SDK of a cloud, which only those who use it install.
 * @throws DipswitchError `VAULT_PACKAGE_MISSING` with the package to install
 */
export async function loadCloudPackage(name: string, importPackage?: ImportPackage): Promise<object> {
  try {
    const loaded = await (importPackage === undefined ? import(name) : importPackage(name));
    if (typeof loaded === 'object' && loaded !== null) return loaded;
    throw new DipswitchError('VAULT_PACKAGE_MISSING', `the package ${name} exports nothing that is known`);
  } catch (cause) {
    if (cause instanceof DipswitchError) throw cause;
    const message = `this vault is reached through the package ${name}, which cannot be loaded`;
    throw new DipswitchError('VAULT_PACKAGE_MISSING', message, { hint: `npm install ${name}`, cause });
  }
}

/** Makes an object of a class that a package exports by name, or within its default export. */
export function construct(loaded: object, className: string, ...args: readonly unknown[]): object {
  const found = [loaded, Reflect.get(loaded, 'default')].flatMap((holder: unknown) => {
    const member: unknown = typeof holder === 'object' && holder !== null ? Reflect.get(holder, className) : undefined;
    return typeof member === 'function' ? [member] : [];
  })[0];
  if (found === undefined)
    throw new DipswitchError('VAULT_PACKAGE_MISSING', `the installed package has no ${className}`);
  const made: unknown = Reflect.construct(found, args);
  if (typeof made === 'object' && made !== null) return made;
  throw new DipswitchError('VAULT_PACKAGE_MISSING', `the installed package has another ${className} than expected`);
}

/** Calls a method of an SDK's object. */
export function invoke(target: object, method: string, ...args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== 'function')
    throw new DipswitchError('VAULT_PACKAGE_MISSING', `the installed package has no ${method}`);
  return Reflect.apply(found, target, args);
}

/**
 * Turns what an SDK throws into our error. Neither its message nor the error itself is kept: they quote what was sent,
 * and what was sent is the secret. Its name is enough to look it up.
 */
export function toCloudError(error: unknown, what: string, judge: (error: object) => CloudVerdict): DipswitchError {
  if (error instanceof DipswitchError) return error;
  const shown = error instanceof Error ? nameOf(error) : 'unknown';
  switch (error instanceof Error ? judge(error) : 'refused') {
    case 'missing':
      return new DipswitchError('SECRET_UNRESOLVED', `nothing is stored under ${what} (${shown})`);
    case 'exists':
      return new DipswitchError('SECRET_EXISTS', `a value is stored under ${what} already`);
    case 'denied':
      return new DipswitchError('VAULT_DENIED', `access to ${what} is denied (${shown})`);
    case 'unavailable':
      return new DipswitchError('VAULT_UNAVAILABLE', `the vault of ${what} does not answer (${shown})`);
    case 'refused':
      return new DipswitchError('VAULT_REFUSED', `the vault refused ${what} (${shown})`);
  }
}

/** A text member of whatever an SDK answered. */
export function textOf(value: unknown, name: string): string | undefined {
  const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof member === 'string' ? member : undefined;
}

function nameOf(error: Error): string {
  const { name } = error;
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : '';
  const shown = name === 'Error' ? String(code) || name : name;
  return /^[A-Za-z0-9_.-]{1,64}$/.test(shown) ? shown : 'unknown';
}

const NETWORK_CODE = /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)/;

/** Whether an SDK's error is that of a connection. */
export function isNetworkError(error: object): boolean {
  const code = textOf(error, 'code') ?? '';
  return NETWORK_CODE.test(code) || textOf(error, 'name') === 'TimeoutError';
}
