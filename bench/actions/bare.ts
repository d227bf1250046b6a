import { join } from 'node:path';
import { type Contestant, PHONE, startProgram } from './contestant.ts';

/** `node:http` and `pg` by hand, see `bare-server.ts`. */
export async function startBare(databaseUrl: string, poolSize: number): Promise<Contestant> {
  const program = join(import.meta.dirname, 'bare-server.ts');
  const { port, pid, stop } = await startProgram(process.execPath, [program, databaseUrl, String(poolSize)]);
  return {
    name: 'bare node:http + pg',
    port,
    pid,
    request: {
      method: 'POST',
      path: '/look-up',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ani: PHONE }),
    },
    isRight: (answer, customer) => answer.includes(`"id":${customer},`),
    close: stop,
  };
}
