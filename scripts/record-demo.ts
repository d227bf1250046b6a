// npm run record-demo: runs the demo and records what it shows: the picture of the README and the transcript of the guide.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { renderTerminalPicture } from './demo/terminal-picture.ts';

const PICTURE = 'docs/images/demo.svg';
const GUIDE = 'docs/guide/demo.md';
/** The steps that the picture shows, by the number that the demo prints. */
const PICTURED_STEPS = [5, 7, 8];
const COLUMNS = 112;

const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/demo.ts', '--once'], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1', NO_COLOR: undefined },
});
if (status !== 0) throw new Error(`the demo ended with ${status}:\n${stdout}${stderr}`);

mkdirSync('docs/images', { recursive: true });
const steps = stdout.split(/\n(?=\S*\d+\. )/);
const pictured = steps.filter((step) => {
  const number = /^(\d+)\. /.exec(stripVTControlCharacters(step))?.[1];
  return number !== undefined && PICTURED_STEPS.includes(Number(number));
});
if (pictured.length !== PICTURED_STEPS.length) throw new Error(`the demo has no steps ${PICTURED_STEPS.join(', ')}`);
writeFileSync(PICTURE, renderTerminalPicture(pictured.map(withoutPlan).join('\n'), 'npm run demo', COLUMNS));

const guide = readFileSync(GUIDE, 'utf8');
const [before, after, ...others] = guide.split(/^```text\n[\s\S]*?\n```$/m);
if (after === undefined || others.length > 0) {
  throw new Error(`${GUIDE} needs exactly one block of text, which the transcript replaces`);
}
const transcript = stripVTControlCharacters(stdout).replaceAll(/ +$/gm, '').trim();
writeFileSync(GUIDE, `${before}\`\`\`text\n${transcript}\n\`\`\`${after}`);

/** A step of the demo without the plan that `apply` shows again before it starts. */
function withoutPlan(step: string): string {
  const lines = step.split('\n');
  const first = lines.findIndex((line) => / \+ create /.test(stripVTControlCharacters(line)));
  const last = lines.findIndex((line) => / to create, /.test(stripVTControlCharacters(line)));
  return first < 0 ? step : [...lines.slice(0, first), ...lines.slice(last)].join('\n');
}
