// node scripts/generate-reference.ts [--check]: writes what is made from the contract, or names what is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openApiDocument, projectFileJsonSchema } from '@dipswitch/contract';
import { connectorBodyAcceptSource, dataActionBodyAcceptSource, projectFileAcceptSource } from './accept-source.ts';
import { bodyCheckSource } from './body-check-source.ts';
import { errorReference } from './error-reference.ts';

const root = dirname(import.meta.dirname);

const files: Readonly<Record<string, () => string>> = {
  'packages/contract/src/generated/project-file-accept.js': projectFileAcceptSource,
  'packages/contract/src/generated/connector-body-accept.js': connectorBodyAcceptSource,
  'packages/contract/src/generated/data-action-body-accept.js': dataActionBodyAcceptSource,
  'packages/contract/src/generated/connector-body-check.js': bodyCheckSource,
  'docs/reference/dipswitch.schema.json': () => toJson(projectFileJsonSchema()),
  'docs/reference/openapi.json': () => toJson(openApiDocument()),
  'docs/reference/errors.md': errorReference,
};

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
for (const [path, generate] of Object.entries(files)) {
  const file = join(root, path);
  const text = generate();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (isCheck) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (stale.length === 0) console.log('reference: up to date');
else console.log(stale.map((path) => `${isCheck ? 'stale' : 'written'}: ${path}`).join('\n'));
if (isCheck && stale.length > 0) process.exitCode = 1;

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
