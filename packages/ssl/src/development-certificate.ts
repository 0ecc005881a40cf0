import { X509Certificate } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { CertificateError } from '@blaizejs/errors';

import { covers, namesFor, namesOf } from './certificate-names.ts';
import type { FileCredentials } from './credentials.ts';
import { withDirectoryLock } from './directory-lock.ts';
import { errorCode } from './error-code.ts';
import { generateCertificate } from './generate-certificate.ts';
import { loadCertificate, type CertificateFiles } from './load-certificate.ts';

/** The host of a development certificate, and where to store it. */
export interface DevelopmentCertificateOptions {
  /** The host that the server listens on: a DNS name or an IP address. `0.0.0.0`, `::` and `''` add no name. */
  readonly host: string;
  /** The directory of `key.pem` and `cert.pem`. Default: `.blaize/ssl` in the current working directory. */
  readonly directory?: string | undefined;
}

const RENEW_BEFORE = 7 * 24 * 3_600_000;
const WHAT_TO_DO = 'or set keyFile and certFile to a certificate of your own';

/**
 * The certificate for a server on a developer's machine: the cached one or, if it can't be used, a new one.
 *
 * It is self-signed, for `localhost`, `127.0.0.1`, `::1`, `host`, and the names of the cached one. A new one is created if
 * there is none, or if the cached one expires within 7 days, lacks a name, is damaged, or has a key that others could read.
 * Concurrent calls, even in several processes, return the same certificate.
 *
 * @throws CertificateError if `host` is not a name, the directory can't be written, or it or a file in it is a symbolic link
 */
export async function developmentCertificate({
  host,
  directory,
}: DevelopmentCertificateOptions): Promise<FileCredentials> {
  const names = namesFor(host);
  const folder = resolve(directory ?? '.blaize/ssl');
  const files = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
  if (directory === undefined) await refuseUnless('directory', dirname(folder));
  await refuseUnless('directory', folder);
  await refuseUnless('file', files.keyFile);
  await refuseUnless('file', files.certFile);
  const cached = (await openToOthers(files.keyFile)) ? undefined : await usable(files, names);
  if (cached) return cached;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignoreExisting);
    return await withDirectoryLock(folder, (lock) => renew(files, names, lock));
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new CertificateError(
      `Can't write a development certificate to ${folder}: ${cause.message}. ` +
        `Make the directory writable, ${WHAT_TO_DO}.`,
      folder,
      { cause },
    );
  }
}

async function renew(
  files: CertificateFiles,
  names: readonly string[],
  lock: string,
): Promise<FileCredentials> {
  // If others may read even the lock, which was created with mode 0600, the file system doesn't support modes.
  const leaked = (await openToOthers(files.keyFile)) && !(await openToOthers(lock));
  // Another process may have created one while this one waited.
  const cached = leaked ? undefined : await usable(files, names);
  if (cached) return cached;
  // Servers on different hosts share one certificate instead of replacing each other's.
  const union = new Set([...names, ...(await cachedNames(files.certFile))]);
  const { key, cert } = await generateCertificate([...union]);
  // Between the two writes, readers find a pair that does not match, and wait for the lock.
  await replaceFile(files.keyFile, key, 0o600);
  await replaceFile(files.certFile, cert, 0o644);
  return loadCertificate(files);
}

async function usable(
  files: CertificateFiles,
  names: readonly string[],
): Promise<FileCredentials | undefined> {
  const credentials = await loadCertificate(files).catch(() => undefined);
  if (credentials === undefined || credentials.notAfter.getTime() - Date.now() < RENEW_BEFORE)
    return undefined;
  return covers(new X509Certificate(credentials.cert), names) ? credentials : undefined;
}

async function cachedNames(certFile: string): Promise<string[]> {
  try {
    return namesOf(new X509Certificate(await readFile(certFile)));
  } catch {
    return [];
  }
}

/** A symbolic link could make this process read or replace somebody else's files. */
async function refuseUnless(kind: 'directory' | 'file', path: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined || (kind === 'file' ? info.isFile() : info.isDirectory())) return;
  throw new CertificateError(
    `The development certificate can't be stored in ${path}, because it is ` +
      `${info.isSymbolicLink() ? 'a symbolic link' : `not a ${kind}`}. Remove it, ${WHAT_TO_DO}.`,
    path,
  );
}

async function openToOthers(file: string): Promise<boolean> {
  const info = await lstat(file).catch(() => undefined);
  return info !== undefined && process.platform !== 'win32' && (info.mode & 0o077) !== 0;
}

async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  const temporary = `${file}.tmp`;
  await rm(temporary, { force: true });
  await writeFile(temporary, content, { flag: 'wx', mode });
  await rename(temporary, file);
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}
