import { expect, test } from 'vitest';

import { packageManagerFor } from './package-manager.ts';

test.each([
  ['npm/10.9.2 node/v22.14.0 linux x64 workspaces/false', 'npm', 'npm ci'],
  [
    'pnpm/10.34.9 npm/? node/v20.20.0 linux x64',
    'pnpm',
    'npm install --global pnpm@10 && pnpm install --frozen-lockfile',
  ],
  ['yarn/1.22.22 npm/? node/v20.20.0 linux x64', 'yarn', 'yarn install --frozen-lockfile'],
  ['yarn/4.9.1 npm/? node/v20.20.0 linux x64', 'yarn', 'corepack enable && yarn install --immutable'],
  ['bun/1.2.0 npm/? node/v22.6.0 linux x64', 'npm', 'npm ci'],
  ['', 'npm', 'npm ci'],
  [undefined, 'npm', 'npm ci'],
])('the user agent "%s" is %s', (userAgent, name, cleanInstall) => {
  expect(packageManagerFor(userAgent)).toMatchObject({ name, cleanInstall });
});

test('the requested one wins, and does not get the version of the caller', () => {
  expect(packageManagerFor('npm/10.9.2 node/v22.14.0', 'pnpm')).toMatchObject({
    name: 'pnpm',
    cleanInstall: 'npm install --global pnpm@latest && pnpm install --frozen-lockfile',
  });
  expect(packageManagerFor('npm/4.0.0', 'yarn')).toMatchObject({ name: 'yarn', lockFiles: 'yarn.lock' });
});

test('yarn 4 keeps packages in node_modules, where blaize looks for tsx, and has its version in package.json', () => {
  const { files, manifest, firstInstall } = packageManagerFor('yarn/4.9.1 npm/?');
  expect(files).toEqual({ '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' });
  expect(firstInstall).toEqual(['install', '--no-immutable']);
  expect(manifest).toEqual({ packageManager: 'yarn@4.9.1' });
});
