// npm run check:packages [-- --json FILE]: packs what is published, has it judged, and runs it as a stranger would.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runProgram } from './checks/run-program.ts';
import { judge, type Verdict } from './packages/judge.ts';
import { checkTypes, smoke, withInstalled } from './packages/smoke.ts';
import { buildPackages } from './packages/stage.ts';

/** Majors that the packages promise to run on; the pinned Node is one of them. */
const NODE_MAJORS = ['22', '24', '26'];

const { values } = parseArgs({ options: { json: { type: 'string' } } });
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
let passed = 0;
let failed = 0;

const folder = path.resolve('.stage/tarballs');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const tarballs: string[] = [];
for (const { name, folder: source, isLibrary } of await buildPackages(process.cwd())) {
  const args = ['pack', '--silent', '--pack-destination', folder];
  const file = execFileSync('npm', args, { cwd: source, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const tarball = path.join(folder, file.trim());
  tarballs.push(tarball);
  for (const verdict of await judge(tarball, isLibrary)) report(name, verdict);
}
await withInstalled(tarballs, async (installed, installation) => {
  report('packed', installation);
  report('packed', await checkTypes(installed));
  for (const major of NODE_MAJORS) {
    const node = await findNode(major);
    for (const verdict of await smoke(installed, node)) report(`Node ${major}`, verdict);
  }
});

if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ passed, failed }));
console.log(`packages: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function report(subject: string, verdict: Verdict): void {
  console.log(`${verdict.passed ? '✓' : '✗'} ${subject}: ${verdict.name}`);
  if (verdict.passed) passed += 1;
  else failed += 1;
  if (!verdict.passed) console.log(verdict.output.trimEnd().replaceAll(/^/gm, '    '));
}

async function findNode(major: string): Promise<string> {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const args = ['--yes', '--package', `node@${major}`, '--', 'node', '-p', 'process.execPath'];
  const { stdout, output } = await runProgram('npx', args);
  const found = stdout.trim().split('\n').at(-1) ?? '';
  if (found === '' || found === process.execPath) throw new Error(`no Node ${major} is available\n${output}`);
  return found;
}
