import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** One planted import for each wall: file, what it imports, the rule that must object. */
const PLANTED: ReadonlyArray<readonly [file: string, target: string, rule: string]> = [
  ['contract/src/a.ts', '../../client/src/index.ts', 'package-contract'],
  ['client/src/plan/b.ts', '../../../engine/src/index.ts', 'package-client'],
  ['engine/src/http/c.ts', '../../../client/src/index.ts', 'package-engine'],
  ['console/src/d.ts', '../../cli/src/index.ts', 'package-console'],
  ['cli/src/e.ts', '../../client/src/plan/b.ts', 'package-entrance'],
  ['engine/src/util/f.ts', '../drivers/driver.ts', 'engine-layer-util'],
  ['engine/src/drivers/g.ts', '../state/store.ts', 'engine-layer-drivers'],
  ['engine/src/state/h.ts', '../features/x/x-service.ts', 'engine-layer-state'],
  ['engine/src/features/x/i.ts', '../../http/c.ts', 'engine-layer-features'],
  ['engine/src/http/j.ts', '../app.ts', 'engine-layer-http'],
  ['engine/src/app.ts', './main.ts', 'engine-layer-app'],
  ['engine/src/features/y/k.ts', '../x/kysely-x-store.ts', 'feature-through-its-service'],
  ['engine/src/features/y/l.ts', '../x/x-routes.ts', 'feature-through-its-service'],
  ['engine/src/features/y/m.ts', 'pg', 'vendor-pg'],
  ['client/src/util/n.ts', '../http/transport.ts', 'client-layer-util'],
  ['client/src/resources/o.ts', '../plan/b.ts', 'client-layer-resources'],
  ['client/src/plan/diff.ts', 'node:fs', 'diff-is-pure'],
  ['contract/src/p.ts', 'node:crypto', 'contract-is-browser-safe'],
  ['engine/src/util/q.ts', './nowhere.ts', 'resolvable'],
  ['engine/src/util/r.ts', './s.ts', 'no-cycles'],
];

/** Imports that the rules allow; none may be reported. */
const ALLOWED: ReadonlyArray<readonly [file: string, target: string]> = [
  ['client/src/index.ts', '../../contract/src/index.ts'],
  ['engine/src/main.ts', './allowed-below-main.ts'],
  ['engine/src/state/store.ts', 'pg'],
  ['engine/src/features/x/x-routes.ts', './x-service.ts'],
  ['engine/src/features/z/z.ts', '../x/x-service.ts'],
];

interface Report {
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
});

async function plant(folder: string): Promise<void> {
  // The other half of the cycle of r.ts; a cycle is reported once.
  const imports = [...PLANTED, ...ALLOWED, ['engine/src/util/s.ts', './r.ts'] as const];
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
