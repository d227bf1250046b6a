import { inject } from 'vitest';
import type { RealKind } from './database-accounts.ts';
import type { ProductOptions } from './product.ts';

/** The engine's two state databases; PostgreSQL is left out only when ENGINES leaves it out. */
export function listStateVariants(): ReadonlyArray<{ state: string; options: ProductOptions }> {
  const statePostgresUrl = inject('postgresUrl');
  const embedded = { state: 'embedded state', options: {} };
  return statePostgresUrl === null
    ? [embedded]
    : [embedded, { state: 'state in PostgreSQL', options: { statePostgresUrl } }];
}

/** The real databases that this run has, with a superuser's URL each. */
export function listRealDatabases(): ReadonlyArray<{ kind: RealKind; url: string }> {
  const found = [
    { kind: 'postgresql' as const, url: inject('postgresUrl') },
    { kind: 'mysql' as const, url: inject('mysqlUrl') },
  ];
  return found.flatMap(({ kind, url }) => (url === null ? [] : [{ kind, url }]));
}
