/** `pnpm check:size`, after a build: how large each package may be, minified and compressed, without what it depends on. */
import { join } from 'node:path';

import { publicPackages } from '../workspace.mjs';

/** By folder. A package that needs more gets it here, in the change that makes it larger. */
const BUDGETS = /** @type {Readonly<Record<string, string>>} */ ({
  app: '12.3 kB',
  blaizejs: '1.2 kB',
  cli: '27.4 kB',
  context: '9.8 kB',
  'create-blaizejs': '5.6 kB',
  errors: '8 kB',
  middleware: '2.1 kB',
  openapi: '14.6 kB',
  plugins: '3 kB',
  router: '18.6 kB',
  server: '28 kB',
  ssl: '6.4 kB',
  testing: '2.6 kB',
  types: '0.1 kB',
});

export default publicPackages().map(({ folder, dir, manifest }) => {
  const { name, exports = {}, bin = {}, dependencies = {}, peerDependencies = {} } = manifest;
  const entries = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : (entry['default'] ?? []),
  );
  const limit = BUDGETS[folder];
  if (limit === undefined) throw new Error(`${name} has no budget in tooling/size/size-limit.config.mjs.`);
  return {
    name,
    limit,
    path: [...new Set([...entries, ...Object.values(bin)])].map((file) => join(dir, file)),
    ignore: [...Object.keys(dependencies), ...Object.keys(peerDependencies)],
    gzip: true,
    modifyEsbuildConfig: (/** @type {object} */ config) => ({
      ...config,
      logLevel: 'error',
      platform: 'node',
      format: 'esm',
      // What two entries share counts once.
      splitting: true,
    }),
  };
});
