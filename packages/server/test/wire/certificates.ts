import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A key and its certificate, as PEM. */
export interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** What is used of `selfsigned`. */
interface Generator {
  generate(subject: unknown, options: unknown): Promise<{ private: string; cert: string }>;
}

// A dependency of the package that makes certificates, and of no other.
const ofSsl = createRequire(createRequire(import.meta.url).resolve('@blaizejs/ssl/package.json'));
const { generate } = (await import(pathToFileURL(ofSsl.resolve('selfsigned')).href)) as Generator;

/** What a certificate says, if not the default. */
export interface CertificateFacts {
  readonly authority?: boolean;
  readonly ca?: Pair;
  /** DNS names. Default: localhost. */
  readonly names?: readonly string[];
  readonly uris?: readonly string[];
  readonly addresses?: readonly string[];
  /** Milliseconds from now. Default: a day. */
  readonly expiresIn?: number;
}

/** A certificate for localhost, which expires tomorrow. */
export async function makeCertificate(
  commonName: string,
  {
    authority = false,
    ca,
    names = ['localhost'],
    uris = [],
    addresses = [],
    expiresIn = 86_400_000,
  }: CertificateFacts = {},
): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    serialNumber: randomUUID().replaceAll('-', ''),
    ...(ca && { ca }),
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + expiresIn),
    extensions: [
      { name: 'basicConstraints', cA: authority },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2, value })),
          ...uris.map((value) => ({ type: 6, value })),
          ...addresses.map((ip) => ({ type: 7, ip })),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
