import type { LogFile } from '../../src/log-file.ts';

/** A file in memory whose writes and syncs fail, or wait, on demand. */
export class FakeLogFile implements LogFile {
  bytes: Buffer;
  appends = 0;
  syncs = 0;
  /** Error of the append with this number, counted from 1; half of its bytes arrive. */
  failAppend: { at: number; code: string } | undefined;
  failSync: { at: number; code: string } | undefined;
  /** While set, a sync waits for it. */
  gate: Promise<void> | undefined;
  isClosed = false;

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.bytes = bytes;
  }

  async sizeBytes(): Promise<number> {
    return this.bytes.length;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    return this.bytes.subarray(offset, offset + length);
  }

  async append(bytes: Buffer): Promise<void> {
    this.appends += 1;
    if (this.failAppend?.at === this.appends) {
      this.bytes = Buffer.concat([this.bytes, bytes.subarray(0, bytes.length / 2)]);
      throw Object.assign(new Error('write failed'), { code: this.failAppend.code });
    }
    this.bytes = Buffer.concat([this.bytes, bytes]);
  }

  async sync(): Promise<void> {
    this.syncs += 1;
    await this.gate;
    if (this.failSync?.at === this.syncs) {
      throw Object.assign(new Error('sync failed'), { code: this.failSync.code });
    }
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.bytes = Buffer.from(this.bytes.subarray(0, sizeBytes));
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
