/** The few packets of Oracle Net that the relay must understand: those before a session is accepted. */
export const TNS = { accept: 2, refuse: 4, redirect: 5, resend: 11 } as const;

const HEADER_BYTES = 8;
const TYPE_AT = 4;
const FLAGS_AT = 5;
const REDIRECT_LENGTH_AT = 8;
const REDIRECT_DATA_AT = 10;
const COMPRESSION_AT = 40;
const COMPRESSION_ON = 0x80;
const HIGHEST_TYPE = 19;
/** The server wants a second TLS handshake: the listener has handed the socket to another process. */
const RENEGOTIATE = 0x08;
/** The redirect carries the address, a zero byte, and the connect data for the next try. */
const SEPARATED = 0x02;

/** One packet at the start of the bytes; undefined while it is incomplete, null when this is not Oracle Net. */
export function readTnsPacket(bytes: Buffer): Buffer | undefined | null {
  if (bytes.length < HEADER_BYTES) return undefined;
  const length = bytes.readUInt16BE(0);
  const type = bytes.readUInt8(TYPE_AT);
  // The checksum field has been zero since SQL*Net 2; any text protocol has letters there.
  if (length < HEADER_BYTES || bytes.readUInt16BE(2) !== 0 || type === 0 || type > HIGHEST_TYPE) return null;
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

export function tnsTypeOf(packet: Buffer): number {
  return packet.readUInt8(TYPE_AT);
}

/** Whether an ACCEPT turns on compression, which is ours to ask for and never asked for. */
export function compresses(accept: Buffer): boolean {
  return accept.length > COMPRESSION_AT && (accept.readUInt8(COMPRESSION_AT) & COMPRESSION_ON) !== 0;
}

const REFUSAL = /\(\s*ERR\s*=\s*(\d{1,5})\s*\)/i;

/** The ORA number that a REFUSE carries in its description; undefined when that comes in a packet of its own. */
export function readRefusal(packet: Buffer): number | undefined {
  const number = REFUSAL.exec(packet.toString('latin1', HEADER_BYTES))?.[1];
  return number === undefined ? undefined : Number(number);
}

export function asksForRenegotiation(packet: Buffer): boolean {
  return tnsTypeOf(packet) === TNS.resend && (packet.readUInt8(FLAGS_AT) & RENEGOTIATE) !== 0;
}

/** The same packet without the wish, for a library that speaks plain text to the relay. */
export function withoutRenegotiation(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt8(packet.readUInt8(FLAGS_AT) & ~RENEGOTIATE, FLAGS_AT);
  return copy;
}

export interface TnsRedirect {
  readonly host: string;
  readonly port: number;
  /** Connect data behind the separator, as it came. */
  readonly connectData: Buffer | undefined;
}

const REDIRECT_HOST = /\(\s*HOST\s*=\s*([A-Za-z0-9._:-]{1,253})\s*\)/i;
const REDIRECT_PORT = /\(\s*PORT\s*=\s*(\d{1,5})\s*\)/i;

/** Reads where a server sends us; undefined when it says so in a way that is not followed. */
export function readRedirect(packet: Buffer): TnsRedirect | undefined {
  const length = packet.length > REDIRECT_DATA_AT ? packet.readUInt16BE(REDIRECT_LENGTH_AT) : 0;
  const data = packet.subarray(REDIRECT_DATA_AT, REDIRECT_DATA_AT + length);
  const isSeparated = (packet.readUInt8(FLAGS_AT) & SEPARATED) !== 0;
  const end = isSeparated ? data.indexOf(0) : -1;
  const address = (end < 0 ? data : data.subarray(0, end)).toString('ascii');
  const host = REDIRECT_HOST.exec(address)?.[1];
  const port = Number(REDIRECT_PORT.exec(address)?.[1]);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  return { host, port, connectData: end < 0 ? undefined : data.subarray(end + 1) };
}

/** A redirect to the relay's own next port: the library never learns, and never dials, the real address. */
export function writeRedirect(port: number, connectData: Buffer | undefined): Buffer {
  const address = Buffer.from(`(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${port}))`, 'ascii');
  const data = connectData ? Buffer.concat([address, Buffer.from([0]), connectData]) : address;
  const packet = Buffer.alloc(REDIRECT_DATA_AT + data.length);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(TNS.redirect, TYPE_AT);
  packet.writeUInt8(connectData ? SEPARATED : 0, FLAGS_AT);
  packet.writeUInt16BE(data.length, REDIRECT_LENGTH_AT);
  data.copy(packet, REDIRECT_DATA_AT);
  return packet;
}
