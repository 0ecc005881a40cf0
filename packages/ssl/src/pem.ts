import { readFile } from 'node:fs/promises';

import { CertificateError } from '@blaizejs/errors';

import { errorCode } from './error-code.ts';

/** PEM text, and its origin for error messages. */
export interface Pem {
  readonly text: string;
  /** The name in messages: the path of the file, or the option. */
  readonly name: string;
  /** The absolute path; undefined if the text was given as an option. */
  readonly file: string | undefined;
}

/** @throws CertificateError if the file can't be read */
export async function readPem(file: string, what: string): Promise<Pem> {
  try {
    return { text: await readFile(file, 'utf8'), name: file, file };
  } catch (cause) {
    const code = errorCode(cause);
    const reason =
      code === 'ENOENT'
        ? 'there is no such file (ENOENT). Check the path; a relative path is resolved from the working directory'
        : code === 'EACCES'
          ? 'this process may not read it (EACCES). Check the owner and mode of the file and its directories'
          : (code ?? messageOf(cause));
    throw new CertificateError(`Cannot read the ${what} ${file}: ${reason}.`, file, { cause });
  }
}

/** PEM text from an option, which messages call `name`. */
export function givenPem(content: string | Uint8Array, name: string): Pem {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
  return { text, name, file: undefined };
}

/** The error for text that lacks the expected PEM block. */
export function notPem({ text, name, file }: Pem, what: string): CertificateError {
  return new CertificateError(
    `${name} does not contain a ${what} in PEM form: ${describe(text, file === undefined)}`,
    file,
  );
}

function describe(text: string, given: boolean): string {
  if (text.trim() === '') return 'it is empty.';
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label !== undefined) {
    return `it begins with "BEGIN ${label}". Were the key and the certificate swapped, or was it cut short?`;
  }
  const hint = given ? 'If it is a path, use keyFile and certFile.' : 'Convert it to PEM with openssl.';
  return `it has no line that begins with "-----BEGIN". ${hint}`;
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
