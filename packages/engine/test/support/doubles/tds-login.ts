/** What a client says in PRELOGIN and LOGIN7. @see MS-TDS 2.2.6.5 and 2.2.6.4 */
export const ENCRYPTION = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

const OPTION = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4, terminator: 0xff } as const;

export function readPreloginEncryption(payload: Buffer): number {
  for (let offset = 0; payload[offset] !== OPTION.terminator; offset += 5) {
    if (payload[offset] === OPTION.encryption) return payload.readUInt8(payload.readUInt16BE(offset + 1));
  }
  return ENCRYPTION.notSupported;
}

export function writePrelogin(encryption: number): Buffer {
  const options: readonly (readonly [number, Buffer])[] = [
    [OPTION.version, Buffer.from([16, 0, 0x03, 0xe8, 0, 0])],
    [OPTION.encryption, Buffer.from([encryption])],
    [OPTION.instance, Buffer.from([0])],
    [OPTION.threadId, Buffer.alloc(0)],
    [OPTION.mars, Buffer.from([0])],
  ];
  const table = Buffer.alloc(options.length * 5 + 1, OPTION.terminator);
  let dataOffset = table.length;
  for (const [index, [token, data]] of options.entries()) {
    table.writeUInt8(token, index * 5);
    table.writeUInt16BE(dataOffset, index * 5 + 1);
    table.writeUInt16BE(data.length, index * 5 + 3);
    dataOffset += data.length;
  }
  return Buffer.concat([table, ...options.map(([, data]) => data)]);
}

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly applicationName: string;
  readonly database: string;
}

export function readLogin7(payload: Buffer): Login {
  return {
    username: readText(payload, 40),
    password: unscramble(readBytes(payload, 44)).toString('utf16le'),
    applicationName: readText(payload, 48),
    database: readText(payload, 68),
  };
}

function readBytes(payload: Buffer, at: number): Buffer {
  const offset = payload.readUInt16LE(at);
  return payload.subarray(offset, offset + payload.readUInt16LE(at + 2) * 2);
}

function readText(payload: Buffer, at: number): string {
  return readBytes(payload, at).toString('utf16le');
}

/** Each byte is XORed with 0xA5 after its halves were swapped. */
function unscramble(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (((byte ^ 0xa5) << 4) & 0xf0) | ((byte ^ 0xa5) >> 4)));
}
