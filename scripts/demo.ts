// npm run demo [-- --once]: from a YAML file to a healthy connector and look-ups for callers, with everything real, on this machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPrinter } from './demo/printer.ts';
import { type DemoPlace, runDemo } from './demo/run-demo.ts';

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const onTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
const staysUp = onTerminal && !values.once;
const printer = createPrinter(process.stdout);

const interruption = new AbortController();
const interrupted = new Promise<'interrupted'>((resolve) => {
  interruption.signal.addEventListener('abort', () => resolve('interrupted'));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort());

process.exitCode = await main();

async function main(): Promise<number> {
  await using resources = new AsyncDisposableStack();
  printer.line(
    'Dipswitch: from a YAML file to database look-ups for callers. All of it is real and runs on this machine.',
  );
  try {
    const folder = await mkdtemp(join(tmpdir(), 'dip-demo-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const steps = runDemo({ folder, printer, onTerminal, resources, signal: interruption.signal });
    const place = await Promise.race([steps, interrupted]);
    if (place === 'interrupted') return await stopEarly(steps);
    printFarewell(place);
    if (staysUp) await interrupted;
    return 0;
  } catch (error) {
    printer.line();
    printer.line(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** The step under way ends by itself or fails on what Ctrl-C has ended already; then nothing new is started. */
async function stopEarly(steps: Promise<unknown>): Promise<number> {
  printer.line();
  printer.line('Interrupted; stopping what was started.');
  await Promise.allSettled([steps]);
  return 130;
}

function printFarewell({ engineUrl, environmentFile }: DemoPlace): void {
  printer.line();
  printer.line(`The console:  ${engineUrl}/console/`);
  if (!staysUp) {
    printer.line('Everything worked. Stopping, and leaving nothing behind.');
    return;
  }
  printer.line();
  printer.line('It stays up until you press Ctrl-C. In another terminal, in this folder:');
  printer.line();
  printer.line(`  . ${environmentFile}                     # address and credentials of this demo`);
  printer.line('  npx dip health --watch');
  printer.line('  npx dip action run customer-by-ani --input ani=+15550015838');
  printer.line('  npx dip action stats customer-by-ani');
  printer.line('  npx dip plan -f examples/customers/dipswitch.yaml   # edit the file first, then apply it');
}
