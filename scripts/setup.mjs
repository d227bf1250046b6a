// Makes a fresh clone ready, then runs a script under the pinned Node:
//   node scripts/setup.mjs [--databases] [SCRIPT ARGUMENTS...]
// Plain JavaScript that any Node from 20 runs: it is what installs everything else.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const pinnedNode = join(modules, '.bin', 'node');

/** Debian packages that suites need, each with a program that shows it is there. */
const DEBIAN_PACKAGES = [
  { name: 'mariadb-server', program: 'mariadbd', unless: mysqlIsElsewhere, why: 'the real MariaDB of the tests' },
  { name: 'freetds-bin', program: 'tsql', unless: () => false, why: 'another client than ours for the TDS double' },
  { name: 'strace', program: 'strace', unless: () => false, why: 'system calls that fail when a fault test says so' },
];

const [first, ...rest] = process.argv.slice(2);
const wantsDatabases = first === '--databases';
const [script, ...scriptArguments] = wantsDatabases ? rest : process.argv.slice(2);

try {
  installPackages();
  assertPinnedNode();
  if (wantsDatabases) installDebianPackages();
} catch (error) {
  say(`failed: ${error.message}`);
  process.exit(1);
}
if (script !== undefined) runScript(script, scriptArguments);

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function installPackages() {
  const reason = findInstallReason();
  if (reason === undefined) return;
  say(`installing the npm packages of the lockfile (${reason}); a minute or two the first time`);
  const started = Date.now();
  // The Node of node_modules is about to be replaced, so the one outside of it has to do it.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { ...process.env, PATH: path });
  say(`npm packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Why an installation is needed; undefined when what is installed is what the lockfile names. */
function findInstallReason() {
  const installedFile = join(modules, '.package-lock.json');
  if (!existsSync(installedFile)) return 'nothing is installed yet';
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(installedFile);
  for (const [path, entry] of Object.entries(wanted)) {
    // Optional packages are there or not depending on the platform.
    if (!path.startsWith('node_modules/') || entry.link || entry.optional) continue;
    if (installed[path]?.version !== entry.version) return `${path.slice('node_modules/'.length)} is out of date`;
  }
  return existsSync(pinnedNode) ? undefined : 'the pinned Node is missing';
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function assertPinnedNode() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = `v${devDependencies.node}`;
  const result = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  const found = result.status === 0 ? result.stdout.trim() : 'nothing that runs';
  if (found !== wanted) {
    throw new Error(
      `the pinned Node ${wanted} is needed, found ${found}. Its package installs by a script: see that ` +
        '`npm config get ignore-scripts` says false, remove node_modules and try again',
    );
  }
}

function installDebianPackages() {
  const missing = DEBIAN_PACKAGES.filter((entry) => !hasProgram(entry.program) && !entry.unless());
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.name);
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) {
    for (const { name, why } of missing) say(`the Debian package ${name} is not installed, for ${why}`);
    return;
  }
  say(`installing ${names.join(', ')} (Debian) for the tests`);
  withoutServices(() => {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    run('apt-get', [...wait, '-qq', 'update'], environment);
    run('apt-get', [...wait, '-qq', '-y', '--no-install-recommends', 'install', ...names], environment);
  });
}

function mysqlIsElsewhere() {
  const engines = (process.env.ENGINES ?? '').trim();
  return Boolean(process.env.DIP_TEST_MYSQL_URL) || (engines !== '' && !engines.toLowerCase().includes('mysql'));
}

/** Debian starts a server that it installs; this tells it not to, and leaves no trace of that. */
function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) {
    work();
    return;
  }
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  try {
    work();
  } finally {
    rmSync(policy, { force: true });
  }
}

function hasProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.some((folder) => existsSync(join(folder, name)));
}

/** Runs a program to its end; what it prints goes to our standard error. */
function run(command, args, env) {
  const result = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (result.error) throw new Error(`${command} could not be run: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
}

function runScript(file, args) {
  const path = [join(modules, '.bin'), process.env.PATH].join(delimiter);
  const child = spawn(pinnedNode, [file, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  // Ctrl-C reaches the child by itself (same process group); we stay until it has cleaned up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('error', (error) => {
    say(`failed: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
