import { trustCertificate } from '@blaizejs/ssl';
import { generateCertificate, namesFor } from '@blaizejs/ssl/internal';

/** A key and its certificate, as PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

const made = new Map<string, Promise<TestCertificate>>();

/**
 * The certificate of this process's test servers, which this process trusts. It is not stored, so that tests don't touch the
 * developer's own. It is valid at any time of a faked clock (RFC 5280 section 4.1.2.5).
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
