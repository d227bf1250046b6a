import { defineConfig } from 'vitest/config';

/**
 * A worker loads the modules once for all its files, which spares a third of the time. It holds because no test mocks a
 * module, no module keeps state that a test could see, and each test closes what it opened.
 */
const SHARED_MODULES = {
  isolate: false,
  pool: 'threads' as const,
  setupFiles: ['test/support/property-seed.ts'],
};

/** These compare speeds with one another, so nothing of ours may run next to them: one file at a time, at the end. */
const TIMED = ['18-', '34-', '36-', '47-'].map((row) => `test/faults/${row}*.test.ts`);

const WHOLE_PRODUCT = {
  globalSetup: ['test/support/databases.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/**
 * Five projects by what a test needs: nothing, a state database, real databases, the whole product, the whole product
 * and the machine to itself.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...SHARED_MODULES,
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'test/unit/**/*.test.ts'],
          exclude: ['**/*.state.test.ts', '**/*.driver.test.ts', '**/node_modules/**'],
          // They take milliseconds; the room is for a machine that is busy with something else.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...SHARED_MODULES,
          name: 'state',
          include: ['packages/engine/test/**/*.state.test.ts'],
          globalSetup: ['test/support/state-database.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...SHARED_MODULES,
          name: 'drivers',
          include: ['packages/engine/test/**/*.driver.test.ts'],
          globalSetup: ['test/support/databases.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...WHOLE_PRODUCT,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/canary/**/*.test.ts', 'test/faults/**/*.test.ts'],
          exclude: TIMED,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...WHOLE_PRODUCT, name: 'timed', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
