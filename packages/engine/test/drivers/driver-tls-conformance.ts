import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Certificate,
  type CertificateAuthority,
  createCertificateAuthority,
  issueExpired,
} from '../../../../test/support/tls-certificates.ts';
import { DriverError, type DriverErrorKind, type TlsSettings } from '../../src/drivers/driver.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';
import { createTestDialer, type DriverFixture, POOL_OPTIONS } from './driver-fixture.ts';

type Verification = 'full' | 'ca' | 'none';
type Verdict = 'works' | DriverErrorKind;

interface TlsCase {
  readonly name: string;
  readonly certificate: (authority: CertificateAuthority) => Certificate | null;
  readonly verdicts: Readonly<Record<Verification, Verdict>>;
}

const CASES: readonly TlsCase[] = [
  {
    name: 'a certificate of the authority for this host',
    certificate: (authority) => authority.issue(['localhost']),
    verdicts: { full: 'works', ca: 'works', none: 'works' },
  },
  {
    name: 'a certificate for another host',
    certificate: (authority) => authority.issue(['other.example']),
    verdicts: { full: 'tls-host-mismatch', ca: 'works', none: 'works' },
  },
  {
    name: 'a certificate that has run out',
    certificate: (authority) => issueExpired(authority, ['localhost']),
    verdicts: { full: 'tls-expired', ca: 'tls-expired', none: 'works' },
  },
  {
    name: 'a certificate of somebody else',
    certificate: () => createCertificateAuthority('somebody else').issue(['localhost']),
    verdicts: { full: 'tls-untrusted', ca: 'tls-untrusted', none: 'works' },
  },
  {
    name: 'no TLS',
    certificate: () => null,
    verdicts: { full: 'tls-not-offered', ca: 'tls-not-offered', none: 'tls-not-offered' },
  },
];

/** Row 49 of the fault matrix for a kind: what each certificate gets, by verification. */
export function describeTls(fixtureOf: () => DriverFixture): void {
  describe('TLS', () => {
    const authority = createCertificateAuthority();

    for (const { name, certificate, verdicts } of CASES) {
      describe(`against a server with ${name}`, () => {
        let server: Awaited<ReturnType<NonNullable<DriverFixture['startTlsServer']>>> | undefined;
        beforeAll(async () => {
          server = await fixtureOf().startTlsServer?.(certificate(authority));
        });
        afterAll(() => server?.close());

        for (const [verification, verdict] of Object.entries(verdicts)) {
          it(`verification ${verification}: ${verdict}`, async ({ skip }) => {
            if (!server) return skip('no server with TLS of our own is available for this kind');
            const tls: TlsSettings = {
              mode: 'required',
              verification: verification as Verification,
              caCertificate: authority.certificate,
            };
            const { driver, dialect } = fixtureOf();
            const pool = driver.createPool({ ...server.target, tls }, POOL_OPTIONS, createTestDialer());
            try {
              const outcome = await pool.run(plainStatement(dialect.one), [], within(8_000)).then(
                () => 'works',
                (error: unknown) => (error instanceof DriverError ? error.kind : error),
              );
              expect(outcome).toBe(verdict);
            } finally {
              await pool.close(0);
            }
          });
        }
      });
    }
  });
}
