import { ID_PATTERN } from '@dipswitch/contract';
import { type ReadOptions, UsageError } from '../settings/read-options.ts';
import { DEFAULT_TENANT } from './command.ts';

/** The only positional argument. @throws UsageError unless there is exactly one */
export function oneArgument(read: Pick<ReadOptions<string>, 'positionals'>, name: string): string {
  const [argument, ...others] = read.positionals;
  if (argument === undefined) throw new UsageError([`${name} is missing`]);
  if (others.length > 0) throw new UsageError([`only one ${name} can be given`]);
  return argument;
}

/** @throws UsageError when there is any positional argument */
export function noArguments(read: Pick<ReadOptions<string>, 'positionals'>): void {
  if (read.positionals.length > 0) throw new UsageError(['this command takes no argument']);
}

/** The value of an option that was given. */
export function givenText<Name extends string>(read: ReadOptions<Name>, name: NoInfer<Name>): string | undefined {
  return read.given.get(name)?.values[0];
}

/** @throws UsageError when what was given is not a tenant */
export function givenTenant(read: ReadOptions<'tenant'>): string | undefined {
  const tenant = givenText(read, 'tenant');
  if (tenant === undefined || ID_PATTERN.test(tenant)) return tenant;
  throw new UsageError(['--tenant must be 1 to 128 letters, digits, dots, dashes and underscores']);
}

export function tenantOrDefault(read: ReadOptions<'tenant'>): string {
  return givenTenant(read) ?? DEFAULT_TENANT;
}
