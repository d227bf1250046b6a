import { createServer } from 'node:net';

/** Speaks just enough of PostgreSQL's protocol to refuse every login with an error text of ours. */
export interface RefusingPostgres {
  readonly port: number;
  readonly logins: number;
  close(): Promise<void>;
}

export async function startRefusingPostgres(sqlState: string, message: string): Promise<RefusingPostgres> {
  let logins = 0;
  const fields = ['SFATAL', 'VFATAL', `C${sqlState}`, `M${message}`, `D${message}`, `H${message}`];
  const payload = Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`, 'utf8');
  const answer = Buffer.alloc(5 + payload.length);
  answer.write('E', 0, 'latin1');
  answer.writeInt32BE(4 + payload.length, 1);
  payload.copy(answer, 5);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      logins += 1;
      socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    get logins() {
      return logins;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
