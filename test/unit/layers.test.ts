import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CruisedModule, findFolderCircles } from '../../scripts/checks/folder-circles.ts';
import { listRooms, loadLayers } from '../../scripts/checks/layers.ts';

type Planted = readonly [file: string, target: string, rule: string];

/** One planted import for each wall that is no floor: file, what it imports, the rule that must object. */
const WALLS: readonly Planted[] = [
  ['contract/src/a.ts', '../../client/src/index.ts', 'package-contract'],
  ['audit-log/src/a.ts', '../../client/src/index.ts', 'package-audit-log'],
  ['client/src/plan/b.ts', '../../../engine/src/index.ts', 'package-client'],
  ['engine/src/http/c.ts', '../../../client/src/index.ts', 'package-engine'],
  ['console/src/d.ts', '../../cli/src/index.ts', 'package-console'],
  ['cli/src/e.ts', '../../client/src/plan/b.ts', 'package-entrance'],
  ['engine/src/features/y/k.ts', '../x/kysely-x-store.ts', 'feature-through-its-service'],
  ['engine/src/features/y/l.ts', '../x/x-routes.ts', 'feature-through-its-service'],
  ['engine/src/features/y/m.ts', 'pg', 'vendor-pg'],
  ['engine/src/features/y/o.ts', '../z/z.ts', 'feature-without-a-place'],
  ['engine/src/features/secrets/o.ts', '../health/health.ts', 'feature-secrets'],
  ['engine/src/features/health/o.ts', '../connectors/o.ts', 'feature-health'],
  ['engine/src/features/connectors/o.ts', '../actions/o.ts', 'feature-connectors'],
  ['engine/src/features/actions/o.ts', '../executions/p.ts', 'feature-actions'],
  ['engine/src/features/executions/o.ts', '../events/p.ts', 'feature-executions'],
  ['engine/src/features/events/o.ts', '../secrets/p.ts', 'feature-events'],
  ['engine/src/features/oauth/o.ts', '../secrets/p.ts', 'feature-oauth'],
  ['engine/src/features/audit/o.ts', '../secrets/p.ts', 'feature-audit'],
  ['client/src/files/h.ts', 'undici', 'files-load-no-http'],
  ['client/src/files/n.ts', 'node:os', 'files-use-little-of-node'],
  ['client/src/plan/diff.ts', 'node:fs', 'diff-is-pure'],
  ['contract/src/p.ts', 'node:crypto', 'contract-is-browser-safe'],
  ['engine/src/util/q.ts', './nowhere.ts', 'resolvable'],
  ['engine/src/util/r.ts', './s.ts', 'no-cycles'],
];

/** For each room one import of the floor above it, and of each neighbour on its own floor. */
const FLOORS: readonly Planted[] = Object.entries(await loadLayers()).flatMap(([packageName, layers]) => {
  const isFolder = new Map(listRooms(packageName).map((room) => [room.name, room.isFolder]));
  const fileOf = (room: string, file: string): string => (isFolder.get(room) ? `${room}/${file}.ts` : `${room}.ts`);
  return layers.flatMap((rooms, floor) =>
    rooms.flatMap((room) => {
      const above = layers[floor + 1]?.slice(0, 1) ?? [];
      return [...above, ...rooms.filter((other) => other !== room)].map((refused): Planted => {
        const up = isFolder.get(room) ? '../' : './';
        const file = `${packageName}/src/${fileOf(room, `planted-${refused}`)}`;
        return [file, `${up}${fileOf(refused, 'target')}`, `${packageName}-layer-${room}`];
      });
    }),
  );
});

const PLANTED: readonly Planted[] = [...WALLS, ...FLOORS];

/** Imports that the rules allow; none may be reported. */
const ALLOWED: ReadonlyArray<readonly [file: string, target: string]> = [
  ['client/src/index.ts', '../../contract/src/index.ts'],
  ['client/src/audit/a.ts', '../../../audit-log/src/index.ts'],
  ['engine/src/commands/start.ts', '../app/open-app.ts'],
  ['engine/src/state/store.ts', 'pg'],
  ['engine/src/features/x/x-routes.ts', './x-service.ts'],
  ['engine/src/features/executions/z.ts', '../actions/action-service.ts'],
  ['engine/src/features/connectors/runtime/z.ts', '../../health/health-status.ts'],
];

/** A folder and its child that import each other, though no file does. */
const FOLDER_CIRCLE: ReadonlyArray<readonly [file: string, target: string]> = [
  ['engine/src/jobs/list.ts', './nightly/purge.ts'],
  ['engine/src/jobs/nightly/sweep.ts', '../job.ts'],
];

interface Report {
  readonly modules: readonly CruisedModule[];
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: ReadonlyArray<{ readonly from: string; readonly rule: { readonly name: string } }>;
  };
}

describe('the layer rules', () => {
  let folder: string;
  let report: Report;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-layers-'));
    await plant(folder);
    report = await cruise(folder);
  }, 30_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(PLANTED)('finds that %s imports %s (%s)', (file, _target, rule) => {
    const found = report.summary.violations.filter((violation) => violation.from === `packages/${file}`);
    expect(found.map((violation) => violation.rule.name)).toContain(rule);
  });

  it('reports nothing about imports that go the right way', () => {
    const files = ALLOWED.map(([file]) => `packages/${file}`);
    expect(report.summary.violations.filter((violation) => files.includes(violation.from))).toEqual([]);
  });

  it('finds folders that import each other, a parent and its child too', () => {
    const circles = findFolderCircles(report.modules).map(({ folders }) => folders);
    expect(circles).toContainEqual(['packages/engine/src/jobs', 'packages/engine/src/jobs/nightly']);
  });
});

async function plant(folder: string): Promise<void> {
  // The other half of the cycle of r.ts; a cycle is reported once.
  const imports = [...PLANTED, ...ALLOWED, ...FOLDER_CIRCLE, ['engine/src/util/s.ts', './r.ts'] as const];
  const files = new Map<string, string>([
    ['tsconfig.json', '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}'],
    ['package.json', '{"type":"module","dependencies":{"pg":"*"}}'],
    ['node_modules/pg/package.json', '{"name":"pg","main":"index.js"}'],
    ['node_modules/pg/index.js', 'module.exports = {}'],
  ]);
  for (const [file, target] of imports) {
    files.set(`packages/${file}`, `import * as target from '${target}';\nexport const x = target;\n`);
    const targetFile = join('packages', dirname(file), target);
    if (target.startsWith('.') && !target.includes('nowhere') && !files.has(targetFile)) {
      files.set(targetFile, 'export const x = 1;\n');
    }
  }
  for (const [file, text] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

async function cruise(folder: string): Promise<Report> {
  const program = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [program, '--config', resolve('.dependency-cruiser.mjs'), '--output-type', 'json', 'packages'];
  // It exits with the number of violations; its report is on stdout all the same.
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 16 << 20 });
  const { stdout } = await run.catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error && error.stdout) return { stdout: String(error.stdout) };
    throw error;
  });
  return JSON.parse(stdout);
}
