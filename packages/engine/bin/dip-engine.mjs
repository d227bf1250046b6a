#!/usr/bin/env node
// Plain JavaScript of an old dialect on purpose: it has to run on a Node too old for everything else, to say so.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MINIMUM = [22, 18];
const EXIT_CANNOT_RUN = 1;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `dip-engine needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      'In a checkout, `npx dip-engine` uses the right one by itself. Elsewhere: https://nodejs.org/en/download\n',
  );
  process.exit(EXIT_CANNOT_RUN);
}

// A packed package has no src folder; a checkout runs its sources, whatever an earlier build left in dist.
const source = new URL('../src/main.ts', import.meta.url);
const entry = existsSync(fileURLToPath(source)) ? source : new URL('../dist/main.js', import.meta.url);
const { main } = await import(entry.href);
await main();
