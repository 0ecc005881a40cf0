import { type Check, flag, is, oneOf, optional, options, record, text } from '@blaizejs/errors/internal';
import { acmeOptions } from '@blaizejs/ssl/internal';
import type { KeyPair, TlsOptions } from '@blaizejs/types';

const isPem = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || value instanceof Uint8Array;
const pem = is<string | Uint8Array>('PEM, as text or bytes', isPem);
const pems = is<string | Uint8Array | readonly (string | Uint8Array)[]>(
  'PEM, as text or bytes, or a list of it',
  (value) => isPem(value) || (Array.isArray(value) && value.every(isPem)),
);
// What is in the file is taken for a path, which errors show.
const isPath = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && !value.includes('-----BEGIN');
const file = is<string>('the path of a PEM file', isPath);

const files = is<string | readonly string[]>('the path of a PEM file, or a list of paths', (value) =>
  [value].flat().every(isPath),
);

const pairShape = {
  key: optional(pem),
  cert: optional(pem),
  keyFile: optional(file),
  certFile: optional(file),
  passphrase: optional(text('a passphrase')),
};

/** Reports a key without a certificate, the reverse, and a key that is given twice. */
function checkPair(
  given: Readonly<Record<string, unknown>>,
  path: string,
  report: (path: string, received: unknown, expected: string) => void,
): void {
  const has = (name: keyof KeyPair): boolean => given[name] !== undefined;
  const at = (name: keyof KeyPair): string => `${path}.${name}`;
  for (const [key, cert] of [
    ['key', 'cert'],
    ['keyFile', 'certFile'],
  ] as const) {
    if (has(key) && !has(cert)) report(at(cert), undefined, `the certificate that goes with ${key}`);
    if (has(cert) && !has(key)) report(at(key), undefined, `the key that goes with ${cert}`);
  }
  if (given['acme'] !== undefined && (has('key') || has('keyFile')))
    report(`${path}.acme`, given['acme'], 'nothing, next to a key');
  if (has('key') && has('keyFile')) report(at('keyFile'), given['keyFile'], 'nothing, next to key');
}

/** Reports what is for checking clients, if nothing says whether they are asked for a certificate. */
const checkClients: typeof checkPair = (given, path, report) => {
  if (given['requestCert'] !== undefined) return;
  const name = ['ca', 'caFile', 'crl', 'crlFile', 'rejectUnauthorized'].find(
    (each) => given[each] !== undefined,
  );
  if (name !== undefined)
    report(`${path}.requestCert`, undefined, `true, because ${name} is for checking clients`);
};

const tlsOptions = options(
  {
    ...pairShape,
    ca: optional(pems),
    caFile: optional(files),
    crl: optional(pems),
    crlFile: optional(files),
    requestCert: optional(flag),
    rejectUnauthorized: optional(flag),
    minVersion: optional(oneOf('TLSv1.2', 'TLSv1.3')),
    ciphers: optional(text("cipher suites in OpenSSL's form")),
    profile: optional(oneOf('intermediate', 'modern')),
    sni: optional(
      record(
        options(pairShape, 'a key and its certificate', checkPair),
        "an object such as { '*.example.org': { keyFile, certFile } }",
      ),
    ),
    ticketKeys: optional(
      is<Uint8Array>('48 bytes', (value) => value instanceof Uint8Array && value.length === 48),
    ),
    watch: optional(flag),
    acme: optional(acmeOptions),
  },
  'false, or an object such as { keyFile, certFile }',
  (...given) => {
    checkPair(...given);
    checkClients(...given);
  },
);

/** The option `tls`. */
export const tlsOption: Check<false | TlsOptions> = (value, path, report) =>
  value === false ? false : tlsOptions(value, path, report);
