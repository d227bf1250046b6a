import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the real one is asked with: a file for each account, and every command line in `calls`. */
const SCRIPT = `#!/bin/sh
echo "$@" >> "$HOME/calls"
env > "$HOME/seen-environment"
for account; do :; done
case "$1" in
  store) cat > "$HOME/$(echo "$account" | tr '/:' '__')" ;;
  lookup) cat "$HOME/$(echo "$account" | tr '/:' '__')" ;;
  clear) rm "$HOME/$(echo "$account" | tr '/:' '__')" ;;
esac
`;

export interface FakeKeyring {
  /** HOME and PATH with a `secret-tool` of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Command lines and environment that the program was called with. */
  seen(): Promise<string>;
}

export async function installFakeKeyring(folder: string): Promise<FakeKeyring> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'secret-tool'), SCRIPT);
  await chmod(path.join(bin, 'secret-tool'), 0o755);
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8').catch(() => '');
  return {
    env: { HOME: folder, PATH: `${bin}:/usr/bin:/bin` },
    seen: async () => (await read('calls')) + (await read('seen-environment')),
  };
}
