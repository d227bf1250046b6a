/** Packet types of the tabular data stream. @see MS-TDS 2.2.3.1.1 */
export const PACKET = {
  sqlBatch: 0x01,
  rpc: 0x03,
  tabularResult: 0x04,
  attention: 0x06,
  transactionManager: 0x0e,
  login7: 0x10,
  prelogin: 0x12,
} as const;

const HEADER_BYTES = 8;
const END_OF_MESSAGE = 0x01;
const PACKET_BYTES = 4_096;

export interface TdsMessage {
  readonly type: number;
  readonly payload: Buffer;
}

/** Cuts a stream of bytes into messages. Packets of one message are joined. */
export class MessageReader {
  #bytes: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];

  /** Takes bytes; calls back for each message that they complete. */
  push(bytes: Buffer, onMessage: (message: TdsMessage) => void): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bytes.length >= HEADER_BYTES) {
      const length = this.#bytes.readUInt16BE(2);
      if (length < HEADER_BYTES) throw new Error(`a packet of ${length} bytes`);
      if (this.#bytes.length < length) return;
      const type = this.#bytes.readUInt8(0);
      const isLast = (this.#bytes.readUInt8(1) & END_OF_MESSAGE) !== 0;
      this.#parts.push(this.#bytes.subarray(HEADER_BYTES, length));
      this.#bytes = this.#bytes.subarray(length);
      if (!isLast) continue;
      const payload = Buffer.concat(this.#parts);
      this.#parts = [];
      onMessage({ type, payload });
    }
  }
}

/** Writes one message as packets. */
export function writeMessage(type: number, payload: Buffer): Buffer {
  const packets: Buffer[] = [];
  const writer = new MessageWriter(type, (packet) => packets.push(packet));
  writer.write(payload);
  writer.end();
  return Buffer.concat(packets);
}

/** Writes a message whose end is not known yet, a packet as soon as it is full. */
export class MessageWriter {
  readonly #type: number;
  readonly #send: (packet: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #id = 0;

  constructor(type: number, send: (packet: Buffer) => void) {
    this.#type = type;
    this.#send = send;
  }

  write(payload: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, payload]);
    const room = PACKET_BYTES - HEADER_BYTES;
    // The last packet is marked, so a full one waits until it is known not to be that.
    while (this.#rest.length > room) {
      this.#packet(this.#rest.subarray(0, room), false);
      this.#rest = this.#rest.subarray(room);
    }
  }

  end(): void {
    this.#packet(this.#rest, true);
    this.#rest = Buffer.alloc(0);
  }

  #packet(part: Buffer, isLast: boolean): void {
    this.#id += 1;
    this.#send(writePacket(this.#type, part, isLast, this.#id));
  }
}

/** One packet. */
export function writePacket(type: number, payload: Buffer, isLast: boolean, id = 1): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(type, 0);
  header.writeUInt8(isLast ? END_OF_MESSAGE : 0, 1);
  header.writeUInt16BE(HEADER_BYTES + payload.length, 2);
  header.writeUInt8(id & 0xff, 6);
  return Buffer.concat([header, payload]);
}
