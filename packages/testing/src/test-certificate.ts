import { trustCertificate } from '@blaizejs/ssl';
import { generateCertificate, namesFor } from '@blaizejs/ssl/internal';

/** A key with its certificate, in PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

const made = new Map<string, Promise<TestCertificate>>();

/**
 * The certificate of the test servers of this process, which this process trusts. It is written nowhere, so that tests
 * leave that of the developer alone, and it is valid whatever a faked clock says (RFC 5280 section 4.1.2.5).
 */
export function testCertificate(host: string): Promise<TestCertificate> {
  const names = namesFor(host);
  const id = names.join();
  let certificate = made.get(id);
  if (!certificate) made.set(id, (certificate = make(names)));
  return certificate;
}

async function make(names: readonly string[]): Promise<TestCertificate> {
  const certificate = await generateCertificate(names, {
    from: new Date('1970-01-01T00:00:00Z'),
    to: new Date('9999-12-31T23:59:59Z'),
  });
  trustCertificate(certificate.cert);
  return certificate;
}
