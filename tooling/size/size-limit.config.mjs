/** `pnpm check:size`, after a build: how large each package may be, minified and compressed, without its dependencies. */
import { join } from 'node:path';

import { publicPackages } from '../workspace.mjs';

/** Limits by folder. A change that makes a package larger raises its limit here. */
const BUDGETS = /** @type {Readonly<Record<string, string>>} */ ({
  adapters: '0.2 kB',
  app: '20 kB',
  auth: '6 kB',
  blaizejs: '2.7 kB',
  cache: '18.5 kB',
  cli: '37.8 kB',
  client: '5 kB',
  context: '16.4 kB',
  config: '14.5 kB',
  'create-blaizejs': '5.6 kB',
  errors: '11.1 kB',
  middleware: '4 kB',
  multipart: '7 kB',
  openapi: '14.6 kB',
  plugins: '3.2 kB',
  cluster: '6 kB',
  realtime: '25.2 kB',
  redis: '5 kB',
  jobs: '12 kB',
  router: '25.2 kB',
  server: '37.9 kB',
  ssl: '9.3 kB',
  testing: '2.7 kB',
  types: '0.1 kB',
  views: '8.4 kB',
});

/** Limits of subpaths that are loaded by name, each on its own: nobody pays for the ones that they do not import. */
const SUBPATH_BUDGETS = /** @type {Readonly<Record<string, string>>} */ ({
  '@blaizejs/adapters/bun': '2 kB',
  '@blaizejs/adapters/deno': '2 kB',
  '@blaizejs/adapters/lambda': '3.6 kB',
  '@blaizejs/adapters/vercel': '1 kB',
  '@blaizejs/adapters/worker': '1.2 kB',
  '@blaizejs/auth/jwt': '5.3 kB',
  '@blaizejs/auth/oidc': '12 kB',
  '@blaizejs/auth/session': '7.6 kB',
  '@blaizejs/cache/disk': '3.5 kB',
  '@blaizejs/config/consul': '3 kB',
  '@blaizejs/config/etcd': '4 kB',
  '@blaizejs/config/http': '5.2 kB',
  '@blaizejs/jobs/bullmq': '4.5 kB',
  '@blaizejs/jobs/sqlite': '4.5 kB',
  '@blaizejs/middleware/compress': '3.9 kB',
  '@blaizejs/middleware/connect': '7.6 kB',
  '@blaizejs/middleware/cors': '3 kB',
  '@blaizejs/middleware/csrf': '3.6 kB',
  '@blaizejs/middleware/etag': '1.8 kB',
  '@blaizejs/middleware/host-filter': '1.6 kB',
  '@blaizejs/middleware/ip-filter': '1.6 kB',
  '@blaizejs/middleware/load-shed': '4.1 kB',
  '@blaizejs/middleware/maintenance': '1.2 kB',
  '@blaizejs/middleware/rate-limit': '4.6 kB',
  '@blaizejs/middleware/request-id': '1.2 kB',
  '@blaizejs/middleware/request-log': '1.7 kB',
  '@blaizejs/middleware/resilience': '2.8 kB',
  '@blaizejs/middleware/security-headers': '4.5 kB',
  '@blaizejs/middleware/static': '8.1 kB',
  '@blaizejs/ssl/acme': '10.5 kB',
  '@blaizejs/views/eta': '8.8 kB',
  '@blaizejs/views/flash': '2.4 kB',
  '@blaizejs/plugins/discovery': '4 kB',
  '@blaizejs/plugins/health': '4.3 kB',
  '@blaizejs/plugins/metrics': '9.2 kB',
  '@blaizejs/plugins/debug': '6 kB',
  '@blaizejs/plugins/tracing': '3.8 kB',
});

const packages = publicPackages().flatMap(({ folder, dir, manifest }) => {
  const { name, exports = {}, imports = {}, bin = {}, dependencies = {}, peerDependencies = {} } = manifest;
  const entries = Object.entries(exports).flatMap(([subpath, entry]) =>
    typeof entry === 'string' || !entry['default']
      ? []
      : { entry: name + subpath.slice(1), file: entry['default'] },
  );
  const own = entries.filter(({ entry }) => !SUBPATH_BUDGETS[entry]);
  const limit = BUDGETS[folder];
  if (limit === undefined) throw new Error(`${name} has no budget in tooling/size/size-limit.config.mjs.`);
  const check = (/** @type {string} */ what, /** @type {string} */ most, /** @type {string[]} */ files) => ({
    name: what,
    limit: most,
    path: [...new Set(files)].map((file) => join(dir, file)),
    ignore: [...Object.keys(imports), ...Object.keys(dependencies), ...Object.keys(peerDependencies)],
    gzip: true,
    modifyEsbuildConfig: (/** @type {object} */ config) => ({
      ...config,
      logLevel: 'error',
      platform: 'node',
      format: 'esm',
      // Code that two entries share counts once.
      splitting: true,
    }),
  });
  return [
    check(name, limit, [...own.map(({ file }) => file), ...Object.values(bin)]),
    ...entries.flatMap(({ entry, file }) => {
      const most = SUBPATH_BUDGETS[entry];
      return most ? [check(entry, most, [file])] : [];
    }),
  ];
});

/** What a page pays that calls a server: with all that it depends on, without `readLines()` and `readEvents()`. */
const clientInBrowsers = packages
  .filter(({ name }) => name === '@blaizejs/client')
  .map((client) => ({
    ...client,
    name: '@blaizejs/client in a browser',
    limit: '4 kB',
    import: '{ createClient }',
    ignore: [],
    modifyEsbuildConfig: (/** @type {object} */ config) => ({
      ...config,
      logLevel: 'error',
      platform: 'browser',
      format: 'esm',
    }),
  }));

export default [...packages, ...clientInBrowsers];
