export const FRAME = { connect: 1, accept: 2, refuse: 4, redirect: 5, data: 6, resend: 11, marker: 12 } as const;
export const MARKER = { break: 1, reset: 2, interrupt: 3 } as const;
export const DATA_FLAG = { endOfFile: 0x40, endOfRequest: 0x800, endOfResponse: 0x2000 } as const;

const HEADER_BYTES = 8;
const DATA_HEADER_BYTES = 10;
const DATA_FLAGS_AT = 8;
const MARKER_AT = 10;

/** One packet of an accepted session, whose length field has four bytes. */
export interface Frame {
  readonly type: number;
  readonly dataFlags: number;
  readonly payload: Buffer;
}

export class FrameReader {
  #received: Buffer = Buffer.alloc(0);

  push(bytes: Buffer, onFrame: (frame: Frame) => void): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= HEADER_BYTES) {
      const length = this.#received.readUInt32BE(0);
      if (length < HEADER_BYTES) throw new Error('a packet is shorter than its header');
      if (this.#received.length < length) return;
      const packet = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      onFrame({
        type: packet.readUInt8(4),
        dataFlags: length >= DATA_HEADER_BYTES ? packet.readUInt16BE(DATA_FLAGS_AT) : 0,
        payload: packet.subarray(DATA_HEADER_BYTES),
      });
    }
  }
}

export function writeDataFrame(payload: Buffer, dataFlags = 0): Buffer {
  const header = Buffer.alloc(DATA_HEADER_BYTES);
  header.writeUInt32BE(DATA_HEADER_BYTES + payload.length);
  header.writeUInt8(FRAME.data, 4);
  header.writeUInt16BE(dataFlags, DATA_FLAGS_AT);
  return Buffer.concat([header, payload]);
}

/** A response in packets of at most `sdu` bytes; `lastFlags` stand on the last one. */
export function writeDataFrames(payload: Buffer, sdu: number, lastFlags: number): Buffer {
  const room = sdu - DATA_HEADER_BYTES;
  const frames: Buffer[] = [];
  for (let at = 0; at < payload.length; at += room) {
    const isLast = at + room >= payload.length;
    frames.push(writeDataFrame(payload.subarray(at, at + room), isLast ? lastFlags : 0));
  }
  return Buffer.concat(frames);
}

export function writeMarker(kind: number): Buffer {
  const frame = Buffer.alloc(MARKER_AT + 1);
  frame.writeUInt32BE(frame.length);
  frame.writeUInt8(FRAME.marker, 4);
  frame.writeUInt8(1, DATA_FLAGS_AT);
  frame.writeUInt8(kind, MARKER_AT);
  return frame;
}

/** The kind of a marker, which stands in its last byte. */
export function markerOf(frame: Frame): number {
  return frame.payload.readUInt8(0);
}
