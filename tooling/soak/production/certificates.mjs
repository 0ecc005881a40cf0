/** An authority, and certificates that it signs. */
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class Authority {
  #folder;
  #issued = 0;

  /** @param {string} folder for all files */
  constructor(folder) {
    this.#folder = folder;
    const names = ['-subj', '/CN=An authority for a test', '-addext', 'basicConstraints=critical,CA:TRUE'];
    openssl([
      'req',
      '-x509',
      '-days',
      '2',
      ...KEY,
      ...names,
      '-keyout',
      this.#file('ca.key'),
      '-out',
      this.file,
    ]);
  }

  /** Its own certificate. */
  get file() {
    return this.#file('ca.pem');
  }

  get pem() {
    return readFileSync(this.file, 'utf8');
  }

  /**
   * Issues a certificate for localhost, and puts it and its key where they are to be, as tools do that renew certificates.
   *
   * @param {string} certFile
   * @param {string} keyFile the same, for one file with both
   * @returns {string} its serial number, in hexadecimal digits
   */
  issue(certFile, keyFile) {
    const serial = (4096 + ++this.#issued).toString(16).toUpperCase();
    const [request, extensions, cert, key] = ['csr', 'ext', 'crt', 'key'].map((end) =>
      this.#file(`new.${end}`),
    );
    writeFileSync(/** @type {string} */ (extensions), 'subjectAltName=DNS:localhost\n');
    openssl(['req', ...KEY, '-subj', '/CN=localhost', '-keyout', key, '-out', request]);
    const authority = ['-CA', this.file, '-CAkey', this.#file('ca.key'), '-set_serial', `0x${serial}`];
    // Each lasts longer, so that metrics can tell them apart.
    const days = ['-days', String(30 + this.#issued)];
    openssl(['x509', '-req', ...authority, ...days, '-extfile', extensions, '-in', request, '-out', cert]);
    const [certText, keyText] = [cert, key].map((file) => readFileSync(/** @type {string} */ (file), 'utf8'));
    if (certFile === keyFile) put(certFile, `${certText}${keyText}`);
    else {
      put(keyFile, `${keyText}`);
      put(certFile, `${certText}`);
    }
    return serial;
  }

  /** @param {string} name */
  #file(name) {
    return join(this.#folder, name);
  }
}

/** @param {string} file @param {string} text */
function put(file, text) {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** @param {readonly (string | undefined)[]} args */
function openssl(args) {
  const { status, stderr, error } = spawnSync('openssl', /** @type {string[]} */ (args), {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`openssl failed: ${error?.message ?? stderr}`);
}
