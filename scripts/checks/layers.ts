import { globSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CheckResult } from './checks.ts';
import { type CruisedModule, findFolderCircles } from './folder-circles.ts';
import { runProgram } from './run-program.ts';

interface CruiseReport {
  readonly modules: readonly CruisedModule[];
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly violations: ReadonlyArray<{
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }>;
  };
}

/** Folders whose circle is not opened yet. Nothing is added here. */
const KNOWN_CIRCLES: readonly string[] = [];

/** For each package its floors, low to high, as `.dependency-cruiser.mjs` has them. */
export type Layers = Readonly<Record<string, ReadonlyArray<readonly string[]>>>;

export async function loadLayers(): Promise<Layers> {
  const { LAYERS }: { LAYERS: Layers } = await import(pathToFileURL(resolve('.dependency-cruiser.mjs')).href);
  return LAYERS;
}

/** The rooms of a package: the folders and the root files of its `src`, each by its name without `.ts`. */
export function listRooms(packageName: string): ReadonlyArray<{ readonly name: string; readonly isFolder: boolean }> {
  return readdirSync(`packages/${packageName}/src`, { withFileTypes: true })
    .filter((entry) => entry.name !== 'generated')
    .map((entry) => ({ name: entry.name.replace(/\.tsx?$/, ''), isFolder: entry.isDirectory() }));
}

/** Rooms under no row, which no rule would see, and rows without a room, which hold nothing. */
function findUnruledRooms(layers: Layers): readonly string[] {
  const packages = globSync('packages/*/src').map((folder) => folder.split('/')[1] ?? folder);
  return packages.flatMap((name) => {
    const rows = new Set(layers[name]?.flat());
    const rooms = new Set(listRooms(name).map((room) => room.name));
    return [
      ...[...rooms].filter((room) => !rows.has(room)).map((room) => `under no layer row: packages/${name}/src/${room}`),
      ...[...rows].filter((row) => !rooms.has(row)).map((row) => `a layer row without a room: ${row} of ${name}`),
    ];
  });
}

/**
 * Holds every import to `.dependency-cruiser.mjs`, and folders to no circle; also fails when the tool did not see every
 * source file.
 */
export async function checkLayers(): Promise<CheckResult> {
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'packages'];
  const { stdout, output } = await runProgram('depcruise', args);
  if (!stdout.startsWith('{')) return { passed: false, output };
  const report: CruiseReport = JSON.parse(stdout);
  const seen = new Set(report.modules.map((module) => module.source));
  const unseen = globSync('packages/*/src/**/*.{ts,tsx}', { exclude: ['**/generated/**'] }).filter(
    (file) => !seen.has(file),
  );
  const problems = report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  for (const { folders, imports } of findFolderCircles(report.modules)) {
    if (folders.some((folder) => KNOWN_CIRCLES.includes(folder))) continue;
    problems.push(`folders in a circle: ${folders.join(', ')}`, ...imports.map((line) => `  ${line}`));
  }
  // With a compiler that it cannot use, the tool finds nothing, and nothing is wrong with nothing.
  if (report.summary.totalDependenciesCruised === 0) problems.push('no import was found at all');
  problems.push(...findUnruledRooms(await loadLayers()));
  for (const file of unseen) problems.push(`not seen: ${file}`);
  return { passed: problems.length === 0, output: problems.join('\n') };
}
