/** The fields of a package.json that matter to anyone who installs it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Where the compiled files of a package lie. */
export interface Layout {
  /** Folder of the sources as `exports` names it, and what stands there instead once they are compiled. */
  readonly compiled: string;
  /** False for a program that carries all it needs. */
  readonly isLibrary: boolean;
}

const KEPT = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'type',
  'sideEffects',
  'engines',
  'bin',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
];

/** The package.json of the published package: compiled files in place of sources, nothing for developers. */
export function toPublished(manifest: Manifest, layout: Layout): Manifest {
  const published: Record<string, unknown> = {};
  for (const field of KEPT) if (manifest[field] !== undefined) published[field] = manifest[field];
  if (!layout.isLibrary) delete published.dependencies;
  return {
    ...published,
    name: manifest.name,
    version: manifest.version,
    files: ['bin', 'dist'],
    exports: toCompiledExports(manifest.exports, layout),
    publishConfig: { access: 'public' },
  };
}

function toCompiledExports(exports: unknown, { compiled, isLibrary }: Layout): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, source] of Object.entries(typeof exports === 'object' ? { ...exports } : {})) {
    if (!isLibrary || typeof source !== 'string' || !source.startsWith('./src/')) continue;
    const base = source.replace('./src/', compiled).replace(/\.ts$/, '');
    entries.push([name, { types: `${base}.d.ts`, default: `${base}.js` }]);
  }
  return Object.fromEntries([...entries, ['./package.json', './package.json']]);
}
