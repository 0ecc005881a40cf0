import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { developmentCertificate, loadCertificate } from '@blaizejs/ssl';

import { trustInstructions } from '../cert-trust.ts';
import { CliError } from '../cli-error.ts';
import { command, group } from '../command.ts';
import { packageManagerOf } from '../package-manager.ts';
import { shown } from '../project.ts';

const DIRECTORY = '.blaize/ssl';

const CERT_OPTION = {
  type: 'string',
  description: 'The certificate',
  valueHint: 'file',
  default: `${DIRECTORY}/cert.pem`,
} as const;
const DAY = 24 * 3_600_000;

const make = command(
  'blaize cert make',
  'Creates a development certificate, unless there is a usable one',
  {
    host: {
      type: 'string',
      description: 'A name or address to add to localhost, 127.0.0.1 and ::1',
      valueHint: 'name',
      default: 'localhost',
    },
  },
  async ({ host }, { cwd, print }) => {
    const certFile = path.join(cwd, DIRECTORY, 'cert.pem');
    const before = await readFile(certFile, 'utf8').catch(() => undefined);
    const made = await developmentCertificate({ host, directory: path.join(cwd, DIRECTORY) });
    print(
      made.cert === before
        ? `${shown(certFile, cwd)} already exists and is usable.`
        : `Created ${shown(made.certFile, cwd)} and its key, ${shown(made.keyFile, cwd)}.`,
    );
    print(describe(new X509Certificate(made.cert)));
    return 0;
  },
);

const show = command(
  'blaize cert show',
  'Shows a certificate, and whether a server can use it with its key',
  {
    cert: CERT_OPTION,
    key: {
      type: 'string',
      description: 'The key of the certificate',
      valueHint: 'file',
      default: `${DIRECTORY}/key.pem`,
    },
  },
  async ({ cert, key }, { cwd, print }) => {
    const [certFile, keyFile] = [path.resolve(cwd, cert), path.resolve(cwd, key)];
    print(`${shown(certFile, cwd)}\n${describe(await readCertificate(certFile))}`);
    await loadCertificate({ certFile, keyFile });
    print(`key      ${shown(keyFile, cwd)} matches`);
    return 0;
  },
);

const trust = command(
  'blaize cert trust',
  'Explains how to make this machine trust the development certificate',
  {
    system: {
      type: 'enum',
      description: 'The operating system. Default: the one of this machine',
      options: ['linux', 'macos', 'windows'],
    },
    cert: CERT_OPTION,
  },
  async ({ system, cert }, { cwd, print }) => {
    const file = path.resolve(cwd, cert);
    await readCertificate(file);
    print(trustInstructions(file, system ?? systemOf(process.platform)));
    return 0;
  },
);

export const cert = group(
  'blaize cert',
  'Creates and shows the development certificate, and explains how to trust it',
  {
    make,
    show,
    trust,
  },
);

async function readCertificate(file: string): Promise<X509Certificate> {
  try {
    return new X509Certificate(await readFile(file));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CliError(
      missing
        ? `There is no certificate ${file}. Create one: ${packageManagerOf(path.dirname(file)).blaize('cert make')}`
        : `${file} is not a certificate: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

function describe(certificate: X509Certificate): string {
  const { subjectAltName = '', validFrom, validTo, fingerprint256 } = certificate;
  const names = subjectAltName.replaceAll(/DNS:|IP Address:/g, '').replaceAll('0:0:0:0:0:0:0:1', '::1');
  const days = Math.floor((new Date(validTo).getTime() - Date.now()) / DAY);
  const left = days < 0 ? 'it has expired' : `${days} days left`;
  return [
    `names    ${names || 'none, so no client accepts it'}`,
    `valid    ${isoDate(validFrom)} to ${isoDate(validTo)} (${left})`,
    `SHA-256  ${fingerprint256}`,
  ].join('\n');
}

function isoDate(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function systemOf(platform: NodeJS.Platform): string {
  return platform === 'darwin' ? 'macos' : platform === 'win32' ? 'windows' : 'linux';
}
