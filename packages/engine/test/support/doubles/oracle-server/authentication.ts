import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';

const SPEEDY_KEY = 'AUTH_PBKDF2_SPEEDY_KEY';
const NO_IV = Buffer.alloc(16);
/** Says in AUTH_VFR_DATA's flag that the verifier is that of Oracle 12c: PBKDF2 with SHA-512. */
const VERIFIER_12C = 0x4815;

/** `value` and the flag that goes with it. */
export type AuthenticationField = readonly [key: string, value: string, flag: number];

export interface VerifierRounds {
  /** Rounds of the password's key; a server has 4096. */
  readonly generation: number;
  /** Rounds of the session's key; a server has 3. */
  readonly derivation: number;
}

export const USUAL_ROUNDS: VerifierRounds = { generation: 4096, derivation: 3 };

/**
 * One login by the 12c verifier: both sides send half a session key, encrypted with a key from the password, and the
 * password comes encrypted with what the halves make together. So a client that does not know it can't even ask.
 */
export class Authentication {
  readonly #password: string;
  readonly #rounds: VerifierRounds;
  readonly #verifier = randomBytes(16);
  readonly #mixingSalt = randomBytes(16);
  readonly #serverHalf = randomBytes(32);
  #sessionKey: Buffer | undefined;

  constructor(password: string, rounds: VerifierRounds) {
    this.#password = password;
    this.#rounds = rounds;
  }

  /** What the first phase answers. */
  challenge(): readonly AuthenticationField[] {
    const { generation, derivation } = this.#rounds;
    return [
      ['AUTH_SESSKEY', toHex(encrypt(this.#passwordKey(), this.#serverHalf)), 0],
      ['AUTH_VFR_DATA', toHex(this.#verifier), VERIFIER_12C],
      ['AUTH_PBKDF2_CSK_SALT', toHex(this.#mixingSalt), 0],
      ['AUTH_PBKDF2_VGEN_COUNT', String(generation), 0],
      ['AUTH_PBKDF2_SDER_COUNT', String(derivation), 0],
    ];
  }

  /** Whether the second phase carries the right password. */
  accepts(fields: ReadonlyMap<string, string>): boolean {
    const clientHalf = decrypt(this.#passwordKey(), fromHex(fields.get('AUTH_SESSKEY')));
    const halves = toHex(Buffer.concat([clientHalf, this.#serverHalf]));
    const key = pbkdf2Sync(halves, this.#mixingSalt, this.#rounds.derivation, 32, 'sha512');
    const said = decrypt(key, fromHex(fields.get('AUTH_PASSWORD'))).subarray(16);
    const padding = said.at(-1) ?? 0;
    if (said.subarray(0, said.length - padding).toString('utf8') !== this.#password) return false;
    this.#sessionKey = key;
    return true;
  }

  /** Proves to the client that the server knows the session key too. */
  proof(): AuthenticationField {
    if (!this.#sessionKey) throw new Error('the client has not proved itself');
    const plain = Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT')]);
    return ['AUTH_SVR_RESPONSE', toHex(encrypt(this.#sessionKey, plain)), 0];
  }

  #passwordKey(): Buffer {
    const salt = Buffer.concat([this.#verifier, Buffer.from(SPEEDY_KEY)]);
    // The client is the one that is to count to a hostile number.
    const rounds = Math.min(this.#rounds.generation, USUAL_ROUNDS.generation);
    const derived = pbkdf2Sync(this.#password, salt, rounds, 64, 'sha512');
    return createHash('sha512').update(derived).update(this.#verifier).digest().subarray(0, 32);
  }
}

function encrypt(key: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, NO_IV).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

function decrypt(key: Buffer, secret: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, NO_IV).setAutoPadding(false);
  return Buffer.concat([decipher.update(secret), decipher.final()]);
}

function toHex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

function fromHex(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'hex');
}
