import { COLLATION, type TdsType, uint16, uint64 } from './tds-types.ts';

/** What a statement gets. */
export type TdsAnswer = TdsRows | TdsErrors | TdsChange | TdsWaiting | TdsRaw;

/** Rows, one after the other as the client takes them. */
export interface TdsRows {
  readonly columns: readonly TdsColumn[];
  readonly rows: Iterable<readonly unknown[]>;
}

/** Error tokens: this one and those before it. */
export interface TdsErrors {
  readonly error: number;
  readonly message: string;
  readonly earlier?: readonly { readonly error: number; readonly message: string }[];
}

/** Rows that were changed, and how to take that back. */
export interface TdsChange {
  readonly changed: number;
  readonly undo?: () => void;
}

/** Nothing until it is cancelled; `undo` reverses what was done before the waiting. */
export interface TdsWaiting {
  readonly waits: true;
  readonly undo?: () => void;
}

/** Bytes as they are, for a server that does not keep to the protocol. */
export interface TdsRaw {
  readonly raw: Iterable<Buffer>;
}

export interface TdsColumn {
  readonly name: string;
  readonly type: TdsType;
}

/** DONE status bits. @see MS-TDS 2.2.7.6 */
export const DONE = { final: 0x00, more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;
/** The three tokens that end something: a statement of a batch, a procedure, a statement of a procedure. */
export const DONE_TOKEN = { batch: 0xfd, procedure: 0xfe, inProcedure: 0xff } as const;
/** Kinds of environment change. @see MS-TDS 2.2.7.9 */
const CHANGE = { database: 1, packetSize: 4, collation: 7, begin: 8, commit: 9, rollback: 10, routing: 20 } as const;
const TRANSACTION = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

export function writeColumns(columns: readonly TdsColumn[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x81]),
    uint16(columns.length),
    ...columns.flatMap(({ name, type }) => [Buffer.from([0, 0, 0, 0, 1, 0]), type.information, shortText(name)]),
  ]);
}

/** A row with a NULL in it goes as NBCROW, as a real server does where that is shorter. @see MS-TDS 2.2.7.13 */
export function writeRow(columns: readonly TdsColumn[], row: readonly unknown[]): Buffer {
  const values = columns.map(({ type }, index) => ({ type, value: row[index] ?? null }));
  if (values.every(({ value }) => value !== null)) {
    return Buffer.concat([Buffer.from([0xd1]), ...values.map(({ type, value }) => type.write(value))]);
  }
  const nulls = Buffer.alloc(Math.ceil(columns.length / 8));
  for (const [index, { value }] of values.entries()) {
    if (value === null) nulls.writeUInt8(nulls.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3);
  }
  const present = values.filter(({ value }) => value !== null);
  return Buffer.concat([Buffer.from([0xd2]), nulls, ...present.map(({ type, value }) => type.write(value))]);
}

/** A row in which NULL is written by its type: for the types whose own form of it has to be read too. */
export function writePlainRow(columns: readonly TdsColumn[], row: readonly unknown[]): Buffer {
  return Buffer.concat([Buffer.from([0xd1]), ...columns.map(({ type }, index) => type.write(row[index] ?? null))]);
}

export function writeDone(status: number, count: number, token: number = DONE_TOKEN.batch): Buffer {
  const head = Buffer.from([token, 0, 0, 0xc1, 0]);
  head.writeUInt16LE(status, 1);
  return Buffer.concat([head, uint64(BigInt(count))]);
}

/** What sp_executesql returns: success. */
export function writeReturnStatus(): Buffer {
  return Buffer.from([0x79, 0, 0, 0, 0]);
}

export function writeError(number: number, message: string): Buffer {
  return writeMessageToken(0xaa, number, 14, message);
}

export function writeInfo(number: number, message: string): Buffer {
  return writeMessageToken(0xab, number, 0, message);
}

function writeMessageToken(token: number, number: number, severity: number, message: string): Buffer {
  const head = Buffer.alloc(6);
  head.writeInt32LE(number, 0);
  head.writeUInt8(1, 4);
  head.writeUInt8(severity, 5);
  const text = Buffer.from(message, 'utf16le');
  return withLength(token, [head, uint16(message.length), text, shortText('double'), shortText(''), Buffer.alloc(4)]);
}

/** `TDS 7.4` by `interface` T-SQL, unless it is to be a lie. */
export function writeLoginAcknowledged(version: number = 0x74_00_00_04, languageInterface = 1): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(languageInterface, 0);
  head.writeUInt32BE(version, 1);
  return withLength(0xad, [head, shortText('Microsoft SQL Server'), Buffer.from([16, 0, 0x03, 0xe8])]);
}

export function writeDatabaseChange(database: string): Buffer {
  return withLength(0xe3, [Buffer.from([CHANGE.database]), shortText(database), shortText('master')]);
}

export function writePacketSizeChange(size: string): Buffer {
  return withLength(0xe3, [Buffer.from([CHANGE.packetSize]), shortText(size), shortText('4096')]);
}

export function writeLoginAccepted(database: string): Buffer {
  const collation = withLength(0xe3, [Buffer.from([CHANGE.collation, COLLATION.length]), COLLATION, Buffer.from([0])]);
  const first = [writeDatabaseChange(database), collation, writeLoginAcknowledged(), writePacketSizeChange('4096')];
  return Buffer.concat([...first, writeDone(DONE.final, 0)]);
}

/** The token that sends a client to another server. @see MS-TDS 2.2.7.9, type 20 */
export function writeRouting(host: string, port: number): Buffer {
  const value = Buffer.concat([Buffer.from([0]), uint16(port), uint16(host.length), Buffer.from(host, 'utf16le')]);
  return withLength(0xe3, [Buffer.from([CHANGE.routing]), uint16(value.length), value, uint16(0)]);
}

/** Tells the client that a transaction began or ended. */
export function writeTransactionChange(what: 'begin' | 'commit' | 'rollback'): Buffer {
  const [fresh, old] = what === 'begin' ? [TRANSACTION, Buffer.alloc(0)] : [Buffer.alloc(0), TRANSACTION];
  const values = [fresh, old].flatMap((value) => [Buffer.from([value.length]), value]);
  return withLength(0xe3, [Buffer.from([CHANGE[what]]), ...values]);
}

function withLength(token: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([token]), uint16(body.length), body]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}
