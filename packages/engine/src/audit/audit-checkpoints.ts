import {
  type AuditCheckpoint,
  type LogFile,
  linesForward,
  parseCheckpoint,
  type SignedCheckpoint,
} from '@dipswitch/audit-log';
import { canonicalJson } from '@dipswitch/contract';
import type { Sealer } from '../seal/sealer.ts';

const PURPOSE = 'audit-checkpoint';

/**
 * Checkpoints as JSON lines, each under an HMAC of the master key: anyone who can write the audit file but has no master
 * key can rewrite the chain, but cannot make a checkpoint that agrees with it.
 */
export class AuditCheckpoints {
  readonly #file: LogFile;
  readonly #sealer: Sealer;

  constructor(file: LogFile, sealer: Sealer) {
    this.#file = file;
    this.#sealer = sealer;
  }

  /** The newest checkpoint whose signature holds, or null; `forged` counts lines whose signature does not. */
  async newest(): Promise<{ readonly checkpoint: AuditCheckpoint | null; readonly forged: number }> {
    let checkpoint: AuditCheckpoint | null = null;
    let forged = 0;
    for await (const lines of linesForward(this.#file)) {
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
