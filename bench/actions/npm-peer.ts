import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Installs packages into a folder of their own outside of the project, once. @throws Error with what npm said */
export function installPeer(name: string, dependencies: Readonly<Record<string, string>>): string {
  const folder = join(tmpdir(), 'dip-bench-peers', name);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `peer-${name}`, private: true, dependencies }));
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--legacy-peer-deps'];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm could not install it: ${stderr.slice(-500)}`);
  writeFileSync(done, '');
  return folder;
}
