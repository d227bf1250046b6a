#!/usr/bin/env node
// Plain JavaScript of an old dialect on purpose: it has to run on a Node too old for everything else, to say so.
// No import of a built-in either: an ES module that has one loads all its lazy parts, a tenth of the time of --help.
const MINIMUM = [22, 18];
const EXIT_CANNOT_RUN = 1;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `dip needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      'In a checkout, `npx dip` uses the right one by itself. Elsewhere: https://nodejs.org/en/download\n',
  );
  process.exit(EXIT_CANNOT_RUN);
}

// A packed package has no src folder; a checkout runs its sources, whatever an earlier build left in dist.
const { existsSync } = process.getBuiltinModule('node:fs');
const source = new URL('../src/main.ts', import.meta.url);
if (existsSync(source)) {
  const { main } = await import(source.href);
  await main();
} else {
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  await require('../dist/dip.cjs').main();
}
