/** What each package in `packages/` may import. Nothing else may be imported, so there are no cycles. */

/** @type {Readonly<Record<string, readonly string[]>>} by folder; a package imports only packages above it */
export const ARROWS = {
  types: [],
  errors: ['types'],
  context: ['types', 'errors'],
  router: ['types', 'errors'],
  // Its tests call routes. Its package.json lists only the errors, so its sources import only these.
  client: ['errors', 'context', 'router'],
  middleware: ['types', 'errors', 'context'],
  plugins: ['types', 'errors', 'context'],
  ssl: ['types', 'errors'],
  app: ['types', 'errors', 'context', 'router', 'middleware', 'plugins'],
  openapi: ['types', 'errors', 'router', 'plugins', 'app'],
  server: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl'],
  testing: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl', 'server'],
  blaizejs: [
    'types',
    'errors',
    'context',
    'router',
    'middleware',
    'plugins',
    'app',
    'ssl',
    'server',
    'testing',
  ],
  multipart: ['types', 'errors', 'context', 'router', 'app'],
  // Its sources use only the errors and types; its tests limit rates.
  redis: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app'],
  // Its sources import nothing behind the middleware; its tests share sessions through Redis.
  auth: ['types', 'errors', 'context', 'middleware', 'router', 'app', 'openapi', 'redis'],
  // Its sources import nothing behind the middleware; its tests share caches through Redis.
  cache: ['types', 'errors', 'context', 'middleware', 'app', 'redis'],
  // Its sources import nothing behind the middleware; its tests have routes.
  views: ['types', 'errors', 'context', 'middleware', 'router', 'app'],
  // Its sources use only the errors and types; its tests configure servers.
  config: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl', 'server'],
  // Its sources use only the errors and types; its tests start servers.
  cluster: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl', 'server'],
  // Its sources import nothing behind the middleware and the router; its tests have servers, clusters, clients and Redis.
  realtime: [
    'types',
    'errors',
    'context',
    'router',
    'client',
    'middleware',
    'plugins',
    'app',
    'openapi',
    'ssl',
    'server',
    'testing',
    'redis',
    'cluster',
  ],
  // Its sources import nothing behind the plugins; its tests start apps and servers.
  jobs: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl', 'server'],
  // Its sources import nothing behind the plugins; its tests refuse servers.
  adapters: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl', 'server'],
  cli: ['errors', 'config', 'cluster', 'router', 'ssl'],
  'create-blaizejs': [],
};
