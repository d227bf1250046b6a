import { DriverError } from '../driver.ts';
import { hasCostlyPasswordRounds } from './password-rounds.ts';

const DATA = 6;
const MARKER = 12;
const CONTROL = 14;
const COMPRESSED = 0x0400;
/** Length, type, flags and, in a DATA packet, its data flags: no packet of a session is shorter. */
const HEADER_BYTES = 10;
const LONGEST_PACKET_BYTES = 2 * 1024 * 1024;
/** The smallest size of packets that can be negotiated; a server fills them. */
const BYTES_OF_A_SMALL_PACKET = 512;
const PACKETS_BESIDES = 1024;

/** Bounds of what a server may send before it must be asked again. */
const LOGIN_BYTES = 256 * 1024;
const IDLE_BYTES = 64 * 1024;

/**
 * Reads the packets of an accepted session as they pass, before oracledb gathers them: it keeps a response whole in
 * memory and reads it from the start again with each packet, whatever its size. States: login -> idle -> a statement by
 * `begin` -> idle by `end`. What is against the protocol, compressed without having been asked for, or more than
 * allowed is thrown by `push`; in a statement the bytes are for `onExceeded` to judge.
 */
export class TnsInspector {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #bodyLeft = 0;
  #bytesLeft = 0;
  #packetsLeft = 0;
  #onExceeded: (() => void) | undefined;
  /** What the server said in the login so far; undefined when that is over. */
  #login: Buffer | undefined = Buffer.alloc(0);

  constructor() {
    this.#allow(LOGIN_BYTES, undefined);
  }

  /** A statement may be answered with so many bytes; with more, `onExceeded` is called once. */
  begin(limitBytes: number, onExceeded: () => void): void {
    this.#login = undefined;
    this.#allow(limitBytes, onExceeded);
  }

  end(): void {
    this.#login = undefined;
    this.#allow(IDLE_BYTES, undefined);
  }

  /** @throws DriverError `protocol` */
  push(chunk: Buffer): void {
    this.#bytesLeft -= chunk.length;
    if (this.#bytesLeft < 0) this.#exceed();
    for (let at = 0; at < chunk.length; ) {
      const piece =
        this.#bodyLeft > 0
          ? this.#takeBody(chunk.subarray(at, at + this.#bodyLeft))
          : this.#takeHeader(chunk.subarray(at, at + HEADER_BYTES - this.#headerBytes));
      at += piece;
    }
    if (this.#login && hasCostlyPasswordRounds(this.#login)) {
      throw new DriverError('protocol', 'The server asks for more work on the password than is done for it');
    }
  }

  #allow(bytes: number, onExceeded: (() => void) | undefined): void {
    this.#bytesLeft = bytes;
    this.#packetsLeft = PACKETS_BESIDES + Math.floor(bytes / BYTES_OF_A_SMALL_PACKET);
    this.#onExceeded = onExceeded;
  }

  #exceed(): void {
    const onExceeded = this.#onExceeded;
    if (!onExceeded) throw new DriverError('protocol', 'The server sends more than it was asked for');
    this.#onExceeded = undefined;
    onExceeded();
  }

  #takeHeader(bytes: Buffer): number {
    bytes.copy(this.#header, this.#headerBytes);
    this.#headerBytes += bytes.length;
    if (this.#headerBytes === HEADER_BYTES) this.#startPacket();
    return bytes.length;
  }

  #startPacket(): void {
    this.#headerBytes = 0;
    const length = this.#header.readUInt32BE(0);
    const type = this.#header.readUInt8(4);
    const isKnown = type === DATA || type === MARKER || type === CONTROL;
    if (!isKnown || length < HEADER_BYTES || length > LONGEST_PACKET_BYTES) {
      throw new DriverError('protocol', 'The server sends a packet that no session has');
    }
    if (type === DATA && (this.#header.readUInt16BE(8) & COMPRESSED) !== 0) {
      throw new DriverError('protocol', 'The server compresses without having been asked');
    }
    this.#packetsLeft -= 1;
    if (this.#packetsLeft < 0) throw new DriverError('protocol', 'The server sends its response in crumbs');
    this.#bodyLeft = length - HEADER_BYTES;
  }

  #takeBody(bytes: Buffer): number {
    this.#bodyLeft -= bytes.length;
    if (this.#login) this.#login = Buffer.concat([this.#login, bytes]);
    return bytes.length;
  }
}
