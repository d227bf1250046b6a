// node scripts/load.ts [--cores N] -- COMMAND...: runs a command while N cores (default: all) are kept busy by us.
import { spawn } from 'node:child_process';
import { availableParallelism, constants } from 'node:os';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { cores: { type: 'string', default: String(availableParallelism()) } },
  allowPositionals: true,
});
const cores = Number(values.cores);
const [command, ...args] = positionals;
if (command === undefined || !Number.isInteger(cores) || cores < 1) {
  console.error('usage: node scripts/load.ts [--cores N] -- COMMAND...');
  process.exit(64);
}

// Processes of the same priority as the command: it gets about half of each core. They end with us, however we end.
const BUSY =
  'process.stdin.resume().on("end", () => process.exit()); (function burn() {' +
  'const until = performance.now() + 50; while (performance.now() < until); setImmediate(burn) })()';
const burners = Array.from({ length: cores }, () =>
  spawn(process.execPath, ['--eval', BUSY], { stdio: ['pipe', 'ignore', 'ignore'] }),
);
const endBurners = () => {
  for (const burner of burners) burner.kill('SIGKILL');
};

const child = spawn(command, args, { stdio: 'inherit' });
// Ctrl-C reaches the command by itself (same process group); we stay until it has cleaned up.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('error', (error) => {
  endBurners();
  console.error(`${command}: ${error.message}`);
  process.exitCode = 1;
});
child.once('exit', (code, signal) => {
  endBurners();
  process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
});
