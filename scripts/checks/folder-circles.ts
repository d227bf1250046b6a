import { dirname } from 'node:path';

/** A module as the report of dependency-cruiser names it. */
export interface CruisedModule {
  readonly source: string;
  readonly dependencies: ReadonlyArray<{ readonly resolved: string }>;
}

/** Rooms that import each other in a circle, and one import for each arrow between two of them. */
export interface FolderCircle {
  readonly folders: readonly string[];
  readonly imports: readonly string[];
}

/** By room and by the room that it imports: the first such import. */
type Arrows = ReadonlyMap<string, ReadonlyMap<string, string>>;

const SOURCE_FILE = /^packages\/[^/]+\/src\//;
const ROOT_FILE = /^packages\/[^/]+\/src\/[^/]+$/;

/**
 * The circles between the folders of `packages/<name>/src`; none when every arrow goes one way. A folder and its
 * sub-folder are two folders, and an import of a type is an import. A file at the root of a package is a room of its
 * own, as it is in the layer rules: `errors.ts` lies below everything and `index.ts` above.
 */
export function findFolderCircles(modules: readonly CruisedModule[]): readonly FolderCircle[] {
  const arrows = toArrows(modules);
  const reached = new Map([...arrows.keys()].map((folder) => [folder, reachableFrom(folder, arrows)]));
  const seen = new Set<string>();
  const circles: FolderCircle[] = [];
  for (const [folder, others] of reached) {
    if (seen.has(folder) || !others.has(folder)) continue;
    const folders = [...others].filter((other) => reached.get(other)?.has(folder)).sort();
    for (const member of folders) seen.add(member);
    circles.push({
      folders,
      imports: folders.flatMap((from) => folders.flatMap((to) => arrows.get(from)?.get(to) ?? [])),
    });
  }
  return circles;
}

/** The room of a file: its folder, or the file itself at the root of a package. */
function roomOf(file: string): string {
  return ROOT_FILE.test(file) ? file : dirname(file);
}

function toArrows(modules: readonly CruisedModule[]): Arrows {
  const arrows = new Map<string, Map<string, string>>();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      if (!SOURCE_FILE.test(source) || !SOURCE_FILE.test(resolved)) continue;
      const from = roomOf(source);
      const to = roomOf(resolved);
      if (from === to) continue;
      const targets = arrows.get(from) ?? new Map<string, string>();
      if (!targets.has(to)) targets.set(to, `${source} -> ${resolved}`);
      arrows.set(from, targets);
    }
  }
  return arrows;
}

function reachableFrom(start: string, arrows: Arrows): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const next of arrows.get(folder)?.keys() ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}
