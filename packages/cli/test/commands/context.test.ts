import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { createKeyring } from '../../src/session/keyring.ts';
import { installFakeKeyring } from '../support/fake-keyring.ts';
import { type DipRun, runDip } from '../support/run-dip.ts';
import { withFolder } from '../support/test-context.ts';

const ADD = ['context', 'add', 'prod', '--base-url', 'https://dips.example.com', '--client-id', 'dipc_1'];
const SECRET = 'canary-client-secret "\\$';

interface Shell {
  dip(args: readonly string[], input?: string): Promise<DipRun>;
  readonly home: string;
  seen(): Promise<string>;
}

async function withHome(use: (shell: Shell) => Promise<void>, hasKeyring = true): Promise<void> {
  await withFolder({}, async (home) => {
    const keyring = await installFakeKeyring(home);
    const env = hasKeyring ? keyring.env : { HOME: home, PATH: '/nonexistent' };
    const dip: Shell['dip'] = (args, input = '') => runDip(args, { cwd: home, env, input });
    await use({ dip, home, seen: keyring.seen });
  });
}

describe('dip context', { timeout: 60_000 }, () => {
  it('adds, lists, uses and removes', async () => {
    await withHome(async ({ dip }) => {
      const added = await dip(ADD);
      expect(added).toMatchObject({ exitCode: EXIT_CODES.done, out: 'saved context prod, the current one\n' });
      expect(added.err).toContain('DIP_CLIENT_SECRET_PROD');
      const lab = ['context', 'add', 'lab.1', '--base-url', 'http://127.0.0.1:8080', '--client-id', 'dipc_2'];
      expect((await dip(lab)).out).toBe('saved context lab.1\n');
      expect((await dip(['context', 'use', 'lab.1'])).exitCode).toBe(EXIT_CODES.done);
      const { items } = JSON.parse((await dip(['context', 'list', '-o', 'json'])).out);
      expect(items).toEqual([
        {
          name: 'lab.1',
          current: true,
          baseUrl: 'http://127.0.0.1:8080',
          clientId: 'dipc_2',
          clientSecret: 'environment',
          secretVariable: 'DIP_CLIENT_SECRET_LAB_1',
        },
        expect.objectContaining({ name: 'prod', current: false }),
      ]);
      expect((await dip(['context', 'list'])).out).toMatch(
        /^\* +lab\.1 .*\n +prod +https:\/\/dips\.example\.com +dipc_1/m,
      );
      expect((await dip(['context', 'remove', 'lab.1'])).err).toContain('No context is current');
      expect((await dip(['context', 'use', 'lab.1'])).exitCode).toBe(EXIT_CODES.usage);
    });
  });

  it('puts the secret into the keyring by stdin, and nowhere else', async () => {
    await withHome(async ({ dip, home, seen }) => {
      const added = await dip([...ADD, '--secret-stdin'], `${SECRET}\n`);
      expect(added.exitCode).toBe(EXIT_CODES.done);
      const keyring = createKeyring({ HOME: home, PATH: `${home}/bin:/usr/bin:/bin` }, 'linux');
      const { signal } = new AbortController();
      expect((await keyring?.get('prod@https://dips.example.com', signal))?.expose()).toBe(SECRET);
      const file = await readFile(`${home}/.config/dipswitch/contexts.json`, 'utf8');
      for (const text of [file, added.out, added.err, await seen()]) expect(text).not.toContain('canary');
      await dip(['context', 'remove', 'prod']);
      expect(await keyring?.get('prod@https://dips.example.com', signal)).toBeNull();
    });
  });

  it('saves nothing where the secret finds no keyring, and names the variable to set', async () => {
    await withHome(async ({ dip }) => {
      const { exitCode, err } = await dip([...ADD, '--secret-stdin'], SECRET);
      expect(exitCode).toBe(EXIT_CODES.failed);
      expect(err).toContain('DIP_CLIENT_SECRET_PROD');
      expect(err).not.toContain('canary');
      expect(JSON.parse((await dip(['context', 'list', '-o', 'json'])).out).items).toEqual([]);
    }, false);
  });

  it('does not replace a context unless told to', async () => {
    await withHome(async ({ dip }) => {
      await dip(ADD);
      expect(await dip(ADD)).toMatchObject({ exitCode: EXIT_CODES.usage, err: expect.stringContaining('--force') });
      expect((await dip([...ADD, '--force'])).exitCode).toBe(EXIT_CODES.done);
    });
  });

  it.each([
    ['a name with a space', ['context', 'add', 'a b', '--base-url', 'https://x', '--client-id', 'c']],
    ['an address that is none', ['context', 'add', 'a', '--base-url', 'nope', '--client-id', 'c']],
    ['an address with a password', ['context', 'add', 'a', '--base-url', 'https://u:canary@x', '--client-id', 'c']],
    ['plain http to another machine', ['context', 'add', 'a', '--base-url', 'http://x', '--client-id', 'c']],
    ['no client id', ['context', 'add', 'a', '--base-url', 'https://x']],
    ['an empty secret', [...ADD, '--secret-stdin']],
  ])('refuses %s', async (_case, args) => {
    await withHome(async ({ dip }) => {
      const { exitCode, out, err } = await dip(args);
      expect(exitCode).toBe(EXIT_CODES.usage);
      expect(out + err).not.toContain('canary');
    });
  });
});
