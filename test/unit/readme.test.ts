import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDesiredState } from '@dipswitch/client';
import { describe, expect, it } from 'vitest';

describe('the README', () => {
  it('opens with an example that is a valid project file', async () => {
    const [, example] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    expect(example).toContain('connectors:');
    const folder = mkdtempSync(join(tmpdir(), 'dip-readme-'));
    try {
      const file = join(folder, 'dipswitch.yaml');
      writeFileSync(file, example!);
      const { findings, connectors, dataActions } = await loadDesiredState({ files: [file] });
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect([connectors.length, dataActions.length]).toEqual([1, 1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is short, and names no file that is not there', () => {
    const text = readFileSync('README.md', 'utf8');
    expect(text.split('\n').length).toBeLessThan(100);
    const links = [...text.matchAll(/\]\(([^):]+)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(8);
    for (const link of links) expect(() => readFileSync(link), link).not.toThrow('ENOENT');
  });
});
