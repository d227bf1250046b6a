// node scripts/build.ts [FOLDER]: bundles the command line into packages/cli/dist, what the published package runs.
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.resolve(process.argv[2] ?? `${root}packages/cli/dist`);

/**
 * commander loads `node:child_process` for subcommands that are programs of their own. `dip` has none, and with what
 * it draws in (net, dgram) it is a tenth of the time that --help may take.
 */
const withoutChildProcess: Plugin = {
  name: 'without-child-process',
  resolveId: (source, importer) =>
    source === 'node:child_process' && importer?.includes('/commander/') === true ? '\0no-child-process' : null,
  load: (id) => (id === '\0no-child-process' ? 'export default {};' : null),
};

const VALIDATE_MODULES = new RegExp(
  [
    'cli/src/(commands/validate/run-validate|files/project-files|session/environment|output/(findings-view|excerpt|mask-line|structured|text))[.]ts',
    'client/src/(errors|util/reason-of)[.]ts',
    'client/src/files/(desired-state|project-documents|read-plain-yaml|read-text-block|source-tree|source-finding|overlay|interpolate|apply-defaults|connector-entries|connector-kinds)[.]ts',
    'contract/src/(validation/(?!structure-findings|validate-connector)|connection-string|project-file/(is-|entry-rules|to-(?!data-action))|wire/connector-limits)',
    'contract/src/statement/(tokenize-sql|sql-dialect|statement-parts|statement-words)[.]ts',
    'contract/src/generated/(project-file|connector-body)-accept[.]js',
    'contract/src/(network|secrets)/',
    'contract/src/(catalogue/(database-catalogue|driver-version)|findings/(contract-error|json-pointer))[.]ts',
  ].join('|'),
);

const DATA_ACTION_MODULES = new RegExp(
  [
    'client/src/files/data-action-entries[.]ts',
    'contract/src/data-action/(?!data-action-model|validate-data-action)',
    'contract/src/statement/(?!tokenize-sql|sql-dialect|statement-parts|statement-words)',
    'contract/src/generated/data-action-body-accept[.]js',
    'contract/src/(wire/(data-action-limits|reserved-output-names)|project-file/to-data-action)',
  ].join('|'),
);

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: { dip: `${root}packages/cli/src/main.ts` },
  platform: 'node',
  // The oldest Node that the package promises: it has no `await using`.
  transform: { target: 'node22.18' },
  plugins: [withoutChildProcess],
  // Everything is inside: the start of a bundled program reads a handful of files in place of hundreds.
  treeshake: {
    // A schema nobody uses is dropped: building all of zod's objects is what costs at start.
    manualPureFunctions: ['z', 'connectorBodySchema', 'healthSummarySchema', 'auditEventSchema'],
  },
  onwarn: (warning) => {
    // The library's index, which other commands load, names what `validate` imports alone. They are one bundle here.
    if (warning.code === 'INEFFECTIVE_DYNAMIC_IMPORT') return;
    console.error(warning.message);
    process.exitCode = 1;
  },
});
const { output } = await bundle.write({
  dir: folder,
  // CommonJS: an ES module that imports a built-in loads every lazy part of it (`fs` its streams), 6 ms for nothing.
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  minify: true,
  // What `validate` needs of a good file, in one piece: to find and open a file takes longer than to compile it.
  codeSplitting: {
    groups: [
      {
        name: 'start',
        test: /node_modules\/commander\/|cli\/src\/(exit-codes|cli-error|program|tree\/[^/]+|commands\/[^/]+|process\/interrupts|output\/(terminal|style))[.]ts$/,
        priority: 2,
      },
      { name: 'validate', test: VALIDATE_MODULES, priority: 1 },
      // What a file with data actions needs beyond that.
      { name: 'data-actions', test: DATA_ACTION_MODULES, priority: 1 },
    ],
  },
});
await bundle.close();
for (const { fileName } of output) {
  console.log(
    `${String(statSync(path.join(folder, fileName)).size).padStart(8)}  ${path.relative(root, path.join(folder, fileName))}`,
  );
}
