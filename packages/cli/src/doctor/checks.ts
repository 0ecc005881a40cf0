import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';

import { loadCertificate } from '@blaizejs/ssl';

import { count } from '../count.ts';
import { withDotenv } from '../dotenv.ts';
import { isFree } from '../dev/free-port.ts';
import { describeOwner } from '../dev/port-owner.ts';
import { installedPackage } from '../installed.ts';
import { readOwnCode } from '../own-code.ts';
import { packageManagerOf } from '../package-manager.ts';
import { findRouteFolders, readManifest, shown, tryEntry } from '../project.ts';
import { loadRouteList } from '../route-list.ts';
import { isTypeScript, runnerFor } from '../typescript.ts';
import { installedCopies } from './copies.ts';
import { fine, type Finding, problem, warning } from './finding.ts';

/** The app that is checked. */
export interface Patient {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The values of `--entry` and `--routes`. */
  readonly entry: string | undefined;
  readonly routes: string | undefined;
}

/** One check. An error that it throws is reported as a problem. */
export interface Check {
  readonly about: string;
  readonly run: (patient: Patient) => Promise<readonly Finding[]> | readonly Finding[];
}

const OLDEST = [20, 19] as const;
const DAY = 24 * 3_600_000;
const SOON = 7 * DAY;

export const CHECKS: readonly Check[] = [
  { about: 'Node', run: checkNode },
  { about: 'package.json', run: checkManifest },
  { about: 'Server file', run: checkEntry },
  { about: 'Routes', run: checkRoutes },
  { about: 'Packages', run: checkCopies },
  { about: 'Certificate', run: checkCertificate },
  { about: 'Port', run: checkPort },
];

/** @param version default: that of this process */
export function checkNode(_patient: Patient, version = process.versions.node): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  const oldest = OLDEST.join('.');
  return [
    old
      ? problem('Node', `${version} is too old: use ${oldest} or later, preferably an even major version`)
      : fine('Node', `${version} (${oldest} or later is supported)`),
  ];
}

export function checkManifest({ cwd }: Patient): Finding[] {
  if (!existsSync(path.join(cwd, 'package.json'))) {
    return [
      warning(
        'package.json',
        `there is none in ${cwd}: create one (npm init), or go to the folder of the app`,
      ),
    ];
  }
  const { type } = readManifest(cwd);
  return type === 'module'
    ? [fine('package.json', 'its files are ES modules')]
    : [
        warning(
          'package.json',
          `it has no "type": "module", so Node may treat .js and .ts files as CommonJS. Add it`,
        ),
      ];
}

export async function checkEntry({ cwd, entry }: Patient): Promise<Finding[]> {
  const file = tryEntry(cwd, entry);
  if (file === undefined) {
    return [problem('Server file', `there is none in ${cwd}: create src/server.ts, or name it with --entry`)];
  }
  const { name } = runnerFor(file);
  const { files, packages } = await readOwnCode([file], cwd);
  const runs = isTypeScript(file) ? `, and runs with ${name}` : '';
  return [
    fine(
      'Server file',
      `${shown(file, cwd)} compiles with ${count(files.length - 1, 'imported file')}${runs}`,
    ),
    ...[...packages]
      .sort()
      .flatMap(([imported, from]) =>
        installedPackage(imported, from) !== undefined
          ? []
          : problem(
              'Packages',
              `${shown(from, cwd)} imports ${imported}, which is not installed: ${packageManagerOf(cwd).install(imported)}`,
            ),
      ),
  ];
}

export async function checkRoutes({ cwd, entry, routes }: Patient): Promise<Finding[]> {
  const folders = findRouteFolders(cwd, tryEntry(cwd, entry), routes);
  if (folders.length === 0) {
    return [warning('Routes', 'found no folder with routes: if the app has one, name it with --routes')];
  }
  const list = await loadRouteList(folders, cwd);
  const where = folders.map((folder) => shown(folder, cwd)).join(', ');
  return [fine('Routes', `${list.length} in ${where}, all loaded`)];
}

export async function checkCopies({ cwd }: Patient): Promise<Finding[]> {
  const copies = await installedCopies(cwd);
  if (copies.length === 0) {
    return [problem('Packages', `BlaizeJS is not installed: ${packageManagerOf(cwd).install('blaizejs')}`)];
  }
  const names = [...new Set(copies.map(({ name }) => name))];
  const twice = names
    .map((name) => copies.filter((copy) => copy.name === name))
    .filter((each) => each.length > 1);
  if (twice.length === 0)
    return [fine('Packages', `one copy each of ${count(names.length, 'BlaizeJS package')}`)];
  return twice.map((each) => {
    const places = each.map(({ version, directory }) => `${version} in ${shown(directory, cwd)}`).join(', ');
    return problem(
      'Packages',
      `${each[0]?.name ?? ''} is installed ${each.length} times: ${places}. Depend on one version, then run ${packageManagerOf(cwd).dedupe}`,
    );
  });
}

export async function checkCertificate({ cwd }: Patient): Promise<Finding[]> {
  const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => path.join(cwd, '.blaize/ssl', name));
  if (certFile === undefined || keyFile === undefined || !existsSync(certFile)) {
    return [fine('Certificate', 'no development certificate yet; the server creates one when it starts')];
  }
  const { notAfter } = await loadCertificate({ certFile, keyFile });
  const left = notAfter.getTime() - Date.now();
  const mode = process.platform === 'win32' ? 0 : lstatSync(keyFile).mode & 0o077;
  const file = shown(certFile, cwd);
  if (mode !== 0) {
    return [
      warning('Certificate', `other users can read ${shown(keyFile, cwd)}; the next start replaces it`),
    ];
  }
  return [
    left < SOON
      ? warning(
          'Certificate',
          `${file} expires in ${Math.floor(left / DAY)} days; the next start replaces it`,
        )
      : fine('Certificate', `${file} is valid for ${Math.floor(left / DAY)} days`),
  ];
}

export async function checkPort({ cwd, env }: Patient): Promise<Finding[]> {
  const given = withDotenv(cwd, env, 'development').PORT;
  const port = Number(given ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return [problem('Port', `PORT is "${String(given)}": a port is a whole number from 0 to 65535`)];
  }
  const from = given === undefined ? 'the default' : 'from PORT';
  return [
    (await isFree(port))
      ? fine('Port', `${port} (${from}) is free`)
      : warning('Port', `${port} (${from}) is taken by ${await describeOwner(port)}`),
  ];
}
