// npm run bench [-- NAME [ARGUMENTS...]]: lists the benchmarks, or runs one.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const [name, ...args] = process.argv.slice(2);

if (name === undefined) {
  for (const file of globSync('bench/*.ts').sort()) {
    const opening = readFileSync(file, 'utf8').match(/^(?:\/\/|\/\*\*)\s*(?:\n \* )?(.*?)(?:\s*\*\/)?$/m);
    console.log(`npm run bench -- ${basename(file, '.ts')}\n    ${opening?.[1] ?? ''}`);
  }
} else if (existsSync(`bench/${name}.ts`)) {
  process.exitCode = spawnSync(process.execPath, [`bench/${name}.ts`, ...args], { stdio: 'inherit' }).status ?? 1;
} else {
  console.error(`there is no bench/${name}.ts; npm run bench lists them`);
  process.exitCode = 64;
}
