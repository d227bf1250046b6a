import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A key and certificate as PEM text. Written as DER here: no openssl on the machine, no package with eleven of its own. */
export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface CertificateAuthority extends Certificate {
  /** Issues a server certificate for the names and IPv4 addresses. */
  issue(names: readonly string[], options?: IssueOptions): Certificate;
}

export interface IssueOptions {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;

/** Makes a certificate authority of its own; nobody trusts it unless told. */
export function createCertificateAuthority(commonName = 'dipswitch test authority'): CertificateAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = toKeyId(publicKey);
  const certificate = writeCertificate({
    subject: commonName,
    issuer: commonName,
    publicKey,
    signingKey: privateKey,
    extensions: [
      extension(OID.basicConstraints, true, sequence(boolean(true))),
      extension(OID.keyUsage, true, bitString(Buffer.from([0x06]), 1)),
      extension(OID.subjectKeyIdentifier, false, octetString(keyId)),
    ],
  });
  return {
    certificate,
    privateKey: toPem(privateKey),
    issue(names, options = {}) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        privateKey: toPem(pair.privateKey),
        certificate: writeCertificate({
          ...options,
          subject: names[0] ?? 'nobody',
          issuer: commonName,
          publicKey: pair.publicKey,
          signingKey: privateKey,
          extensions: [
            extension(OID.subjectAltName, false, sequence(...names.map(generalName))),
            extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
            extension(OID.authorityKeyIdentifier, false, sequence(tagged(0x80, keyId))),
          ],
        }),
      };
    },
  };
}

/** A server certificate that ran out yesterday. */
export function issueExpired(authority: CertificateAuthority, names: readonly string[]): Certificate {
  const now = Date.now();
  return authority.issue(names, { notBefore: new Date(now - 30 * DAY_MS), notAfter: new Date(now - DAY_MS) });
}

interface CertificateFields extends IssueOptions {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  subjectAltName: '2.5.29.17',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** @see RFC 5280 section 4.1 */
function writeCertificate(fields: CertificateFields): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const now = Date.now();
  const serial = randomBytes(16);
  serial[0] = 0x01;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name(fields.issuer),
    sequence(time(fields.notBefore ?? new Date(now - DAY_MS)), time(fields.notAfter ?? new Date(now + 30 * DAY_MS))),
    name(fields.subject),
    fields.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...fields.extensions)),
  );
  const der = sequence(body, algorithm, bitString(sign('sha256', body, fields.signingKey), 0));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function toKeyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function name(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(OID.commonName), tagged(0x0c, Buffer.from(commonName, 'utf8')))));
}

function generalName(text: string): Buffer {
  return isIPv4(text) ? tagged(0x87, Buffer.from(text.split('.').map(Number))) : tagged(0x82, Buffer.from(text));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** UTCTime: two digits of the year, enough until 2050. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(digits.slice(2)));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let value = Math.floor(part / 128); value > 0; value = Math.floor(value / 128)) {
      groups.unshift((value & 0x7f) | 0x80);
    }
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function octetString(bytes: Buffer): Buffer {
  return tagged(0x04, bytes);
}

function bitString(bytes: Buffer, unusedBits: number): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let value = length; value > 0; value = Math.floor(value / 256)) bytes.unshift(value & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}
