import { defineConfig } from 'vitest/config';

/** Five projects by what a test needs: nothing, a state database, real databases, the whole product, a browser. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'test/unit/**/*.test.ts'],
          exclude: ['**/*.state.test.ts', '**/*.driver.test.ts', '**/node_modules/**'],
          // They take milliseconds; the room is for a machine that is busy with something else.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'state',
          include: ['packages/engine/test/**/*.state.test.ts'],
          globalSetup: ['test/support/state-database.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'drivers',
          include: ['packages/engine/test/**/*.driver.test.ts'],
          globalSetup: ['test/support/databases.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/canary/**/*.test.ts', 'test/faults/**/*.test.ts'],
          globalSetup: ['test/support/databases.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
