import type { OracleRelease } from './oracle-release.ts';
import type { TtcReader } from './ttc-reader.ts';
import { TtcWriter } from './ttc-writer.ts';

export const NEGOTIATION = { protocol: 1, dataTypes: 2, fastAuthentication: 34 } as const;

const UTF8 = 873;
const UTF16 = 2000;
const COMPILE_CAPABILITIES = 53;
const FIELD_VERSION_AT = 7;
const RUNTIME_CAPABILITIES = 7;
const TIME_ZONE_AT = 1;
const STRINGS_AT = 6;
const STRINGS_OF_32K = 0x04;

/** The server's half of the protocol negotiation: character sets AL32UTF8 and AL16UTF16, and what it can do. */
export function writeProtocol(release: OracleRelease): Buffer {
  const nationalCharacterSet = Buffer.alloc(11);
  nationalCharacterSet.writeUInt16BE(UTF16, 9);
  const compile = Buffer.alloc(COMPILE_CAPABILITIES);
  compile.writeUInt8(release.fieldVersion, FIELD_VERSION_AT);
  const runtime = Buffer.alloc(RUNTIME_CAPABILITIES);
  runtime.writeUInt8(1, TIME_ZONE_AT);
  runtime.writeUInt8(STRINGS_OF_32K, STRINGS_AT);
  return new TtcWriter()
    .bytes(NEGOTIATION.protocol, 6, 0, Buffer.from('Double of an Oracle server\0'))
    .u16LittleEndian(UTF8)
    .bytes(0)
    .u16LittleEndian(0)
    .u16(nationalCharacterSet.length)
    .bytes(nationalCharacterSet)
    .block(compile)
    .block(runtime)
    .toBuffer();
}

/** The answer to the list of data types: the database's time zone, which is UTC, and no wish of its own. */
export function writeDataTypes(): Buffer {
  const timeZone = Buffer.from([0x80, 0, 0, 0, 60, 60, 60, 0x80, 0, 0, 0]);
  return new TtcWriter().bytes(NEGOTIATION.dataTypes, timeZone).u16(0).toBuffer();
}

/** Reads past the two negotiations that stand before the first login message when all three come in one. */
export function skipFastNegotiation(reader: TtcReader): void {
  reader.skip(3);
  reader.skip(3);
  while (reader.u8() !== 0);
  reader.skip(6);
  reader.skip(1 + 2 + 2 + 1);
  reader.block();
  const runtime = reader.block();
  if (runtime?.readUInt8(TIME_ZONE_AT) === 1) reader.skip(11);
  while (reader.bytes(2).readUInt16BE() !== 0) reader.skip(6);
}
