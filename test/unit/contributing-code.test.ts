import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe('the page for those who work on the code', () => {
  const text = readFileSync('docs/guide/contributing-code.md', 'utf8');

  it('names no file or folder that is not there', () => {
    const paths = [...text.matchAll(/`((?:contract|audit-log|client|cli|engine|test|scripts|docs)\/[\w./-]+)`/g)].map(
      ([, path]) => path!,
    );
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !existsSync(path) && !existsSync(`packages/${path}`))).toEqual([]);
  });

  it('names every room of the layer rules', async () => {
    const { loadLayers } = await import('../../scripts/checks/layers.ts');
    const map = text.slice(text.indexOf('## The map'), text.indexOf('### Where'));
    for (const [packageName, floors] of Object.entries(await loadLayers())) {
      const row = map.split('\n').find((line) => line.startsWith(`| \`${packageName}\``));
      const rooms = floors.flat().filter((room) => existsSync(`packages/${packageName}/src/${room}/`));
      for (const room of rooms) expect(row, `${packageName}/${room}`).toContain(room);
    }
  });
});
