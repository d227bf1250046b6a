import { canonicalJson } from '@dipswitch/contract';
import type { Sealer } from '../seal/sealer.ts';
import type { AuditFile } from './audit-file.ts';
import { linesForward } from './audit-lines.ts';

/** Where the chain stood at some moment. Start reads the audit file from here on only. */
export interface AuditCheckpoint {
  readonly sequence: number;
  readonly hash: string;
  /** Size of the audit file up to and with that record. */
  readonly offsetBytes: number;
  readonly timestamp: string;
}

interface SignedCheckpoint extends AuditCheckpoint {
  readonly signature: string;
}

const PURPOSE = 'audit-checkpoint';

/**
 * Checkpoints as JSON lines, each under an HMAC of the master key: whoever can write the audit file but has no master
 * key can rewrite the chain, but cannot make a checkpoint that agrees with it.
 */
export class AuditCheckpoints {
  readonly #file: AuditFile;
  readonly #sealer: Sealer;

  constructor(file: AuditFile, sealer: Sealer) {
    this.#file = file;
    this.#sealer = sealer;
  }

  /** The newest checkpoint whose signature holds, or null; `forged` counts lines whose signature does not. */
  async newest(): Promise<{ readonly checkpoint: AuditCheckpoint | null; readonly forged: number }> {
    let checkpoint: AuditCheckpoint | null = null;
    let forged = 0;
    for await (const lines of linesForward(this.#file, 0, await this.#file.sizeBytes())) {
      for (const line of lines) {
        const parsed = parseCheckpoint(line);
        if (parsed === null) continue;
        const { signature, ...signed } = parsed;
        if (signature === this.#sign(signed)) checkpoint = signed;
        else forged += 1;
      }
    }
    return { checkpoint, forged };
  }

  async append(checkpoint: AuditCheckpoint): Promise<void> {
    const signed: SignedCheckpoint = { ...checkpoint, signature: this.#sign(checkpoint) };
    // A line end first closes what a power cut may have left half written.
    await this.#file.append(Buffer.from(`\n${JSON.stringify(signed)}\n`));
    await this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #sign(checkpoint: AuditCheckpoint): string {
    return this.#sealer.keyedDigest(PURPOSE, canonicalJson(checkpoint));
  }
}

function parseCheckpoint(line: string): SignedCheckpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { sequence, hash, offsetBytes, timestamp, signature } = value as Partial<Record<string, unknown>>;
  if (typeof sequence !== 'number' || typeof offsetBytes !== 'number') return null;
  if (typeof hash !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return null;
  return { sequence, hash, offsetBytes, timestamp, signature };
}
