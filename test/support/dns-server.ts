import { createSocket } from 'node:dgram';

/** What a name gets for an answer; `silent` never answers. */
export type DnsAnswer =
  | { readonly address: string; readonly ttlSeconds?: number }
  | { readonly code: 'NXDOMAIN' | 'SERVFAIL' }
  | { readonly afterMs: number; readonly address: string }
  | 'silent';

export interface DnsServer {
  /** `127.0.0.1:PORT`, as a resolver wants it. */
  readonly server: string;
  readonly queries: readonly string[];
  /** What is answered about a name from now on; names without an answer do not exist. */
  setAnswer(name: string, answer: DnsAnswer): void;
  close(): Promise<void>;
}

const CODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const;
const TYPE_A = 1;
const HEADER_BYTES = 12;

/** A name server on loopback for IPv4 addresses; it answers what a test tells it. @see RFC 1035 section 4 */
export async function startDnsServer(): Promise<DnsServer> {
  const answers = new Map<string, DnsAnswer>();
  const queries: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const { name, type, end } = readQuestion(query);
    queries.push(name);
    const answer = answers.get(name) ?? { code: 'NXDOMAIN' };
    if (answer === 'silent') return;
    const reply = () => socket.send(toReply(query, type, end, answer), peer.port, peer.address);
    if (!('afterMs' in answer)) return reply();
    const timer = setTimeout(reply, answer.afterMs);
    timers.add(timer);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    queries,
    setAnswer: (name, answer) => void answers.set(name, answer),
    close() {
      for (const timer of timers) clearTimeout(timer);
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let index = HEADER_BYTES;
  for (let length = query[index] ?? 0; length > 0; length = query[index] ?? 0) {
    labels.push(query.toString('latin1', index + 1, index + 1 + length));
    index += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(index + 1), end: index + 5 };
}

function toReply(query: Buffer, type: number, end: number, answer: Exclude<DnsAnswer, 'silent'>): Buffer {
  const header = Buffer.from(query.subarray(0, HEADER_BYTES));
  const hasAddress = 'address' in answer && type === TYPE_A;
  header.writeUInt16BE(0x8180 | ('code' in answer ? CODES[answer.code] : 0), 2);
  header.writeUInt16BE(hasAddress ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const question = query.subarray(HEADER_BYTES, end);
  if (!hasAddress) return Buffer.concat([header, question]);
  const record = Buffer.alloc(16);
  // The name of the question, by its place in the message.
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE('ttlSeconds' in answer ? (answer.ttlSeconds ?? 0) : 0, 6);
  record.writeUInt16BE(4, 10);
  for (const [index, part] of answer.address.split('.').entries()) record[12 + index] = Number(part);
  return Buffer.concat([header, question, record]);
}
