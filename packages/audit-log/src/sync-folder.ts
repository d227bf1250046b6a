import { open } from 'node:fs/promises';

/** A new name is itself lost by a power cut until its folder is synced. Windows cannot, and need not, sync a folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
