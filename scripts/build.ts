// node scripts/build.ts: bundles the command line into packages/cli/dist, what the published package runs.
import { rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}packages/cli/dist`;

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: { dip: `${root}packages/cli/src/main.ts` },
  platform: 'node',
  // Everything is inside: the start of a bundled program reads a handful of files in place of hundreds.
  treeshake: true,
  onwarn: (warning) => {
    console.error(warning.message);
    process.exitCode = 1;
  },
});
const { output } = await bundle.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: 'chunks/[name]-[hash].mjs',
  minify: { compress: true, mangle: false, codegen: true },
});
await bundle.close();
for (const { fileName } of output) {
  console.log(`${String(statSync(`${folder}/${fileName}`).size).padStart(8)}  packages/cli/dist/${fileName}`);
}
