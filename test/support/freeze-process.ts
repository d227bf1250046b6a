import { readdir, readFile } from 'node:fs/promises';
import { waitFor } from './wait-for.ts';

/**
 * Stops a process by SIGSTOP and resolves when each of its threads has stopped: the signal is sent at once, but a thread
 * goes on until it next leaves the kernel, and may answer a statement before that. SIGCONT lets it go on.
 */
export async function freezeProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (process.platform !== 'linux') return;
  await waitFor(`all threads of process ${pid} to stop`, async () => {
    const states = await readThreadStates(pid);
    return states.length > 0 && states.every((state) => state === 'T');
  });
}

async function readThreadStates(pid: number): Promise<readonly string[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  return await Promise.all(
    threads.map(async (thread) => {
      const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      // The name of the program, in brackets, may hold spaces and brackets itself.
      return stat.slice(stat.lastIndexOf(')') + 2).charAt(0);
    }),
  );
}
