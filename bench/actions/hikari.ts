import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '../../test/support/embedded-postgres.ts';
import { type Contestant, PHONE, startProgram } from './contestant.ts';

/** Debian packages libhikaricp-java, libpostgresql-jdbc-java, libslf4j-java. */
const JARS = ['HikariCP.jar', 'postgresql.jar', 'slf4j-api.jar', 'slf4j-nop.jar'].map(
  (jar) => `/usr/share/java/${jar}`,
);

/** The JVM's well-known pool behind the JDK's own HTTP server, see `HikariServer.java`. */
export async function startHikari(postgres: EmbeddedPostgres, poolSize: number): Promise<Contestant> {
  const missing = JARS.filter((jar) => !existsSync(jar));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} not installed`);
  const classes = join(tmpdir(), 'dip-bench-peers', 'hikari');
  mkdirSync(classes, { recursive: true });
  const source = join(import.meta.dirname, 'HikariServer.java');
  const compiled = spawnSync('javac', ['-cp', JARS.join(':'), '-d', classes, source], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`javac: ${compiled.stderr ?? compiled.error?.message}`);
  const url = `jdbc:postgresql://127.0.0.1:${postgres.port}/postgres`;
  const { port, pid, stop } = await startProgram('java', [
    // Without it each answer waits for the peer's delayed acknowledgement.
    '-Dsun.net.httpserver.nodelay=true',
    '-cp',
    [...JARS, classes].join(':'),
    'HikariServer',
    ...[url, postgres.user, postgres.password, String(poolSize)],
  ]);
  return {
    name: 'HikariCP + pgjdbc on the JVM',
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
