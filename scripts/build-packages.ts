// node scripts/build-packages.ts [FOLDER]: lays out what is published, one folder a package, in .stage/packages.
// Node strips no types below node_modules, so a package holds JavaScript and declarations; the sources stay here.
import { fileURLToPath } from 'node:url';
import { buildPackages } from './packages/stage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const { name, folder, files } of await buildPackages(root, process.argv[2])) {
  console.log(`${name.padEnd(22)} ${String(files).padStart(4)} files  ${folder}`);
}
