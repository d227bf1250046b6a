import { type TdsType, uint16 } from './tds-types.ts';

/** What a statement gets: rows, an error, a number of changed rows, or no answer until it is cancelled. */
export type TdsAnswer =
  | { readonly columns: readonly TdsColumn[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly error: number; readonly message: string }
  | { readonly changed: number }
  | 'never';

export interface TdsColumn {
  readonly name: string;
  readonly type: TdsType;
}

/** DONE status bits. @see MS-TDS 2.2.7.6 */
const DONE = { final: 0x00, error: 0x02, count: 0x10, attention: 0x20 } as const;

/** Writes the tokens of one answer, closed by DONE; `asProcedure` as sp_executesql closes it. */
export function writeAnswer(answer: Exclude<TdsAnswer, 'never'>, asProcedure: boolean): Buffer {
  if ('error' in answer) return Buffer.concat([writeError(answer.error, answer.message), writeDone(DONE.error, 0)]);
  if ('changed' in answer) return close([], answer.changed, asProcedure);
  const metadata = Buffer.concat([
    Buffer.from([0x81]),
    uint16(answer.columns.length),
    ...answer.columns.flatMap(({ name, type }) => [Buffer.from([0, 0, 0, 0, 1, 0]), type.information, shortText(name)]),
  ]);
  const rows = answer.rows.map((row) =>
    Buffer.concat([Buffer.from([0xd1]), ...answer.columns.map(({ type }, index) => type.write(row[index] ?? null))]),
  );
  return close([metadata, ...rows], rows.length, asProcedure);
}

function close(tokens: readonly Buffer[], count: number, asProcedure: boolean): Buffer {
  if (!asProcedure) return Buffer.concat([...tokens, writeDone(DONE.count, count)]);
  const inProcedure = writeDone(DONE.count | 0x01, count, 0xff);
  const status = Buffer.from([0x79, 0, 0, 0, 0]);
  return Buffer.concat([...tokens, inProcedure, status, writeDone(DONE.final, 0, 0xfe)]);
}

export function writeDone(status: number, count: number, token = 0xfd): Buffer {
  const buffer = Buffer.alloc(13);
  buffer.writeUInt8(token, 0);
  buffer.writeUInt16LE(status, 1);
  buffer.writeUInt16LE(0xc1, 3);
  buffer.writeBigUInt64LE(BigInt(count), 5);
  return buffer;
}

export function writeAborted(): Buffer {
  return writeDone(DONE.final, 0);
}

export function writeAttentionAcknowledged(): Buffer {
  return writeDone(DONE.attention, 0);
}

export function writeError(number: number, message: string): Buffer {
  const text = Buffer.from(message, 'utf16le');
  const head = Buffer.alloc(6);
  head.writeInt32LE(number, 0);
  head.writeUInt8(1, 4);
  head.writeUInt8(14, 5);
  return withLength(0xaa, [head, uint16(message.length), text, shortText('double'), shortText(''), Buffer.alloc(4)]);
}

export function writeLoginAccepted(database: string): Buffer {
  const acknowledged = withLength(0xad, [
    Buffer.from([1, 0x74, 0x00, 0x00, 0x04]),
    shortText('Microsoft SQL Server'),
    Buffer.from([16, 0, 0x03, 0xe8]),
  ]);
  const databaseChanged = withLength(0xe3, [Buffer.from([1]), shortText(database), shortText('master')]);
  const packetSize = withLength(0xe3, [Buffer.from([4]), shortText('4096'), shortText('4096')]);
  return Buffer.concat([databaseChanged, acknowledged, packetSize, writeDone(DONE.final, 0)]);
}

/** The token that sends a client to another server. @see MS-TDS 2.2.7.9, type 20 */
export function writeRouting(host: string, port: number): Buffer {
  const value = Buffer.concat([Buffer.from([0]), uint16(port), uint16(host.length), Buffer.from(host, 'utf16le')]);
  return withLength(0xe3, [Buffer.from([20]), uint16(value.length), value, uint16(0)]);
}

function withLength(token: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([token]), uint16(body.length), body]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}
