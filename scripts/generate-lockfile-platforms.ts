// Completes package-lock.json with the platform packages that a registry did not have; --check only looks.
// `npm ci` refuses a lockfile that lacks one, also on a machine that would never install it.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Record<string, LockedPackage & Record<string, unknown>>;
}

const OPERATING_SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const lockfile: Lockfile = JSON.parse(readFileSync(FILE, 'utf8'));
const missing = listMissing(lockfile);

if (missing.length > 0 && process.argv.includes('--check')) {
  console.error(
    `${FILE} lacks ${missing.map(({ name }) => name).join(', ')}: node scripts/generate-lockfile-platforms.ts`,
  );
  process.exitCode = 1;
} else if (missing.length > 0) {
  for (const { name, version, dev } of missing) {
    lockfile.packages[`node_modules/${name}`] = {
      version,
      ...parsePlatform(name),
      ...(dev ? { dev } : {}),
      optional: true,
    };
  }
  const sorted = Object.entries(lockfile.packages).sort(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(FILE, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}

function listMissing({ packages }: Lockfile): Array<{ name: string; version: string; dev: boolean }> {
  return Object.entries(packages).flatMap(([path, { optionalDependencies, dev }]) =>
    Object.entries(optionalDependencies ?? {})
      .filter(([name]) => packages[`node_modules/${name}`] === undefined)
      .filter(([name]) => packages[`${path}/node_modules/${name}`] === undefined)
      .map(([name, version]) => ({ name, version: assertExact(name, version), dev: dev === true })),
  );
}

/** What the package's own manifest would say, read from its name; npm skips what is for another machine. */
function parsePlatform(name: string): { os: string[]; cpu: string[]; libc?: string[] } {
  const os = OPERATING_SYSTEMS.find((word) => name.includes(`-${word}-`));
  const cpu = PROCESSORS.find((word) => name.includes(`-${word}`));
  if (os === undefined || cpu === undefined) throw new Error(`${name} names no platform that is known here`);
  if (os !== 'linux') return { os: [os], cpu: [cpu] };
  return { os: [os], cpu: [cpu], libc: [name.includes('musl') ? 'musl' : 'glibc'] };
}

function assertExact(name: string, version: string): string {
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return version;
  throw new Error(`${name} is wanted as ${version}, which no lockfile entry can be made from`);
}
