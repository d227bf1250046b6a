import type { Migration } from '../migration.ts';
import { initialSchema } from './0001-initial-schema.ts';
import { dataActions } from './0002-data-actions.ts';

/** Every step, oldest first. */
export const ALL_MIGRATIONS: readonly Migration[] = [initialSchema, dataActions];
