import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from './compile.ts';
import { type Layout, type Manifest, toPublished } from './manifest.ts';

export interface StagedPackage {
  readonly name: string;
  readonly folder: string;
  readonly files: number;
  readonly isLibrary: boolean;
}

interface Plan extends Layout {
  readonly folder: string;
  /** What the compiler starts from next to the exports; null for a bundle. */
  readonly programs: readonly string[] | null;
}

/** In the order in which they need each other. */
const PLANS: readonly Plan[] = [
  // Its fixtures lie next to the sources, so both are laid out below dist.
  { folder: 'contract', isLibrary: true, programs: [], compiled: './dist/src/' },
  { folder: 'audit-log', isLibrary: true, programs: [], compiled: './dist/' },
  { folder: 'client', isLibrary: true, programs: [], compiled: './dist/' },
  { folder: 'engine', isLibrary: true, programs: ['./src/main.ts'], compiled: './dist/' },
  { folder: 'cli', isLibrary: false, programs: null, compiled: './dist/' },
];

/** Builds every published package. @throws Error when the versions differ or a source does not compile */
export async function buildPackages(root: string, target = '.stage/packages'): Promise<readonly StagedPackage[]> {
  const stage = path.resolve(root, target);
  rmSync(stage, { recursive: true, force: true });
  const manifests = PLANS.map((plan) => readManifest(path.join(root, 'packages', plan.folder)));
  const versions = new Set([readManifest(root).version, ...manifests.map(({ version }) => version)]);
  if (versions.size > 1) throw new Error(`the packages differ in version: ${[...versions].join(', ')}`);
  const paths: Record<string, string[]> = {};
  return PLANS.map((plan, index) => {
    const manifest = manifests[index] ?? readManifest(root);
    const folder = path.join(stage, plan.folder);
    mkdirSync(folder, { recursive: true });
    buildOne(root, folder, plan, { exports: manifest.exports, paths });
    const published = toPublished(manifest, plan);
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
    paths[manifest.name] = [path.join(folder, plan.compiled, 'index.d.ts')];
    return { name: manifest.name, folder, files: countFiles(folder), isLibrary: plan.isLibrary };
  });
}

interface Inputs {
  readonly exports: unknown;
  readonly paths: Readonly<Record<string, string[]>>;
}

function buildOne(root: string, folder: string, { folder: name, programs, compiled }: Plan, inputs: Inputs): void {
  const source = path.join(root, 'packages', name);
  const dist = path.join(folder, 'dist');
  if (programs === null) {
    execFileSync(process.execPath, ['scripts/build.ts', dist], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  } else {
    const entries = [...listSources(inputs.exports), ...programs].map((entry) => path.join(source, entry));
    const sourceFolder = compiled === './dist/' ? path.join(source, 'src') : source;
    compile({ root, entries, sourceFolder, outFolder: dist, paths: inputs.paths });
  }
  if (name === 'engine') cpSync(`${root}/packages/console/static`, path.join(dist, 'console'), { recursive: true });
  for (const part of ['bin', 'README.md']) {
    const from = path.join(source, part);
    if (existsSync(from)) cpSync(from, path.join(folder, part), { recursive: true });
  }
  for (const file of ['LICENSE', 'NOTICE']) cpSync(path.join(root, file), path.join(folder, file));
}

function listSources(exports: unknown): readonly string[] {
  const targets = Object.values(typeof exports === 'object' ? { ...exports } : {});
  return targets.flatMap((target) => (typeof target === 'string' && target.endsWith('.ts') ? [target] : []));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

function countFiles(folder: string): number {
  return globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
