// npm run check [-- --json FILE]: format, lint, types, layers, unused code, generated files.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Check, listChecks } from './checks/checks.ts';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const queue = [...listChecks()];
const total = queue.length;
let failed = 0;

// Two at a time: the slow ones (types, unused code) each keep one core busy.
await Promise.all([work(), work()]);

if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ passed: total - failed, failed }));
console.log(`check: ${total - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && total > 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) await report(check);
}

async function report(check: Check): Promise<void> {
  const started = performance.now();
  const { passed, output } = await check.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${passed ? '✓' : '✗'} ${check.name} (${seconds} s)`);
  if (passed) return;
  failed += 1;
  console.log(output.trimEnd().replaceAll(/^/gm, '    '));
}
