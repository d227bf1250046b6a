// Completes package-lock.json with what npm leaves out: platform packages for other machines, and the integrity hash of
// each package. --check only looks. `npm ci` refuses a lockfile that lacks a platform package, also on a machine that
// would never install it, and verifies a download only against a hash that is there.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Record<string, LockedPackage & Record<string, unknown>>;
}

interface WantedPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

const lockfile: Lockfile = JSON.parse(readFileSync(FILE, 'utf8'));
const incomplete = [...listMissing(lockfile), ...listUnhashed(lockfile)];

if (incomplete.length > 0 && process.argv.includes('--check')) {
  console.error(
    `${FILE} lacks ${incomplete.map(({ name }) => name).join(', ')}, or their hashes: node scripts/generate-lockfile-platforms.ts`,
  );
  process.exitCode = 1;
} else if (incomplete.length > 0) {
  for (const wanted of incomplete) lockfile.packages[wanted.path] = describe(wanted);
  const sorted = Object.entries(lockfile.packages).sort(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(FILE, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}

/** Optional packages that a locked package names and the lockfile does not have. */
function listMissing({ packages }: Lockfile): readonly WantedPackage[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies, dev }]) =>
    Object.entries(optionalDependencies ?? {})
      .filter(([name]) => packages[`node_modules/${name}`] === undefined)
      .filter(([name]) => packages[`${path}/node_modules/${name}`] === undefined)
      .map(([name, version]) => ({
        path: `node_modules/${name}`,
        name,
        version: assertExact(name, version),
        dev: dev === true,
      })),
  );
}

function listUnhashed({ packages }: Lockfile): readonly WantedPackage[] {
  return Object.entries(packages)
    .filter(([path, { integrity, link }]) => path.includes('node_modules/') && !link && integrity === undefined)
    .map(([path, { version = '', dev }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { path, name, version: assertExact(name, version), dev: dev === true };
    });
}

/** The entry as npm would write it, without an address. */
function describe({ name, version, dev }: WantedPackage): LockedPackage & Record<string, unknown> {
  const fields = ['dist.integrity', 'license', 'os', 'cpu', 'libc', 'engines'];
  const { status, stdout, stderr } = spawnSync('npm', ['view', `${name}@${version}`, ...fields, '--json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm view ${name}@${version} failed:\n${stderr}`);
  const { 'dist.integrity': integrity, license, os, cpu, libc, engines } = JSON.parse(stdout);
  if (typeof integrity !== 'string') throw new Error(`${name}@${version} has no integrity hash`);
  return {
    version,
    integrity,
    ...Object.fromEntries(Object.entries({ cpu, dev: dev || undefined, libc, license }).filter(([, value]) => value)),
    optional: true,
    ...Object.fromEntries(Object.entries({ os, engines }).filter(([, value]) => value)),
  };
}

function assertExact(name: string, version: string): string {
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return version;
  throw new Error(`${name} is wanted as ${version}, which no lockfile entry can be made from`);
}
