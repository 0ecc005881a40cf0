import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';

import type { Credentials } from './credentials.ts';
import { errorCode } from './error-code.ts';

/** Where a private key and its certificate are. Relative paths start at the current working directory. */
export interface CertificateFiles {
  /** A PEM file with an unencrypted private key: PKCS#8, PKCS#1 (RSA) or SEC1 (EC). */
  readonly keyFile: string;
  /** A PEM file with the certificate, and after it those of its chain, if any (`fullchain.pem`). */
  readonly certFile: string;
}

/** Leaf first. */
type Certificates = readonly [X509Certificate, ...X509Certificate[]];

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * Reads a private key and its certificate, and checks that a server can use them.
 *
 * @throws CertificateError where a file can't be read, is not what it should be or is encrypted, where the key does
 *   not belong to the first certificate, where that has expired or is not valid yet, and where TLS refuses the pair
 *   (a key that is too short). `file` is the one to look at.
 */
export async function loadCertificate(files: CertificateFiles): Promise<Credentials> {
  const keyFile = resolve(files.keyFile);
  const certFile = resolve(files.certFile);
  const [key, cert] = await Promise.all([read(keyFile, 'private key'), read(certFile, 'certificate')]);
  const privateKey = parseKey(key, keyFile);
  const certificates = parseCertificates(cert, certFile);
  checkFit(privateKey, keyFile, certificates, certFile);
  const [leaf] = certificates;
  const notAfter = checkDates(leaf, certFile);
  try {
    createSecureContext({ key, cert });
  } catch (cause) {
    throw new CertificateError(`TLS refuses ${certFile} with ${keyFile}: ${messageOf(cause)}.`, certFile, {
      cause,
    });
  }
  return { key, cert, keyFile, certFile, notAfter, fingerprint256: leaf.fingerprint256 };
}

async function read(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = errorCode(cause);
    const reason =
      code === 'ENOENT'
        ? 'there is no such file (ENOENT). Check the path; a relative one starts at the working directory'
        : code === 'EACCES'
          ? 'this process may not read it (EACCES). Check the owner and mode of the file and its directories'
          : (code ?? messageOf(cause));
    throw new CertificateError(`Cannot read the ${what} ${file}: ${reason}.`, file, { cause });
  }
}

function parseKey(pem: string, file: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw new CertificateError(
      `The private key ${file} is encrypted. Write it out without a passphrase ` +
        `(openssl pkey -in <this file> -out <new file>), readable only by the server's user.`,
      file,
    );
  }
  if (!/-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----/.test(pem)) {
    throw new CertificateError(`${file} is no private key in PEM form: ${describe(pem)}`, file);
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new CertificateError(`The private key in ${file} is damaged: ${messageOf(cause)}.`, file, {
      cause,
    });
  }
}

function parseCertificates(pem: string, file: string): Certificates {
  const [first, ...others] = pem.match(CERTIFICATE) ?? [];
  if (first === undefined) {
    throw new CertificateError(`${file} is no certificate in PEM form: ${describe(pem)}`, file);
  }
  const parse = (block: string, position: number) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      const message = `Certificate ${position} of ${others.length + 1} in ${file} is damaged: ${messageOf(cause)}.`;
      throw new CertificateError(message, file, { cause });
    }
  };
  return [parse(first, 1), ...others.map((block, index) => parse(block, index + 2))];
}

function describe(text: string): string {
  if (text.trim() === '') return 'the file is empty.';
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  return label === undefined
    ? 'it has no line that begins with "-----BEGIN". Convert it to PEM with openssl.'
    : `what it holds begins with "BEGIN ${label}". Are the two files swapped, or is this one cut short?`;
}

function checkFit(key: KeyObject, keyFile: string, certificates: Certificates, certFile: string): void {
  const [leaf] = certificates;
  const position = certificates.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (position === 0) return;
  throw new CertificateError(
    position === -1
      ? `The private key ${keyFile} does not belong to the certificate ${certFile} ` +
          `(for ${leaf.subjectAltName ?? leaf.subject}). Use the key that the certificate was made with.`
      : `The private key ${keyFile} belongs to certificate ${position + 1} in ${certFile}. Put that one first.`,
    keyFile,
  );
}

function checkDates(certificate: X509Certificate, file: string): Date {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  const now = new Date();
  if (now > notAfter) {
    const message = `The certificate ${file} expired on ${notAfter.toISOString()}. Renew it.`;
    throw new CertificateError(message, file);
  }
  if (now < notBefore) {
    const message =
      `The certificate ${file} is not valid before ${notBefore.toISOString()}, ` +
      `and it is ${now.toISOString()} by this machine's clock.`;
    throw new CertificateError(message, file);
  }
  return notAfter;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
