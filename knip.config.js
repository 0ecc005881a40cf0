/** What `pnpm knip` has to be told: files that are started or loaded by path, and what is used where it does not look. */

// `!` marks what is published, for `knip --production`. What a test starts or copies is no module of the tests.
const project = [
  'src/**/*.ts!',
  '!src/**/*.test{,-d}.ts!',
  'test/**/*.ts',
  '!test/**/{fixtures,children}/**',
];
// tsc checks these; nothing runs them.
const types = 'src/**/*.test-d.ts';

/** @type {import('knip').KnipConfig} */
export default {
  ignoreExportsUsedInFile: true,
  // Of the system, in tests and benchmarks.
  ignoreBinaries: [
    'chromium',
    'etcd',
    'gtlsclient',
    'mkfifo',
    'mount',
    'openssl',
    'perl',
    'prometheus',
    'promtool',
    'redis-server',
    'script',
    'systemd-socket-activate',
    'taskset',
    'testssl',
    'umount',
  ],
  workspaces: {
    '.': {
      entry: [
        'tooling/**/*.test.mjs',
        'tooling/size/size-limit.config.mjs',
        'tooling/soak/{restart/worker.ts,{restart,traffic,production}/client.mjs,server/server.ts}',
        'tooling/{downloads,uploads}/server.ts',
        'tooling/cluster/{primary,worker}.ts',
      ],
      project: ['*.{js,ts}', 'tooling/**/*.{ts,mjs}', '!tooling/soak/server/app/**'],
      // tooling/pack runs them.
      ignoreDependencies: ['@arethetypeswrong/cli', 'publint'],
    },
    'tooling/benchmark': {
      entry: ['{serve,start-answering,cold-start}.mjs', '{apps,cold,micro}/*.mjs', '*.test.mjs'],
    },
    'tooling/realtime': { entry: ['{bench,check,server,sessions,clients}.mjs', 'servers/*.mjs'] },
    // Started by its path; and what the projects import whose types are measured.
    'tooling/types': { ignoreDependencies: ['typescript-7', 'hono', 'zod', '@(hono|orpc|trpc)/.+'] },
    // What it bundles for each runtime.
    'tooling/runtimes': { entry: ['{app,hello}/**/*.ts'], ignoreDependencies: ['@blaizejs/cli'] },
    'packages/*': { entry: [types], project },
    'packages/middleware': {
      entry: [types],
      project,
      // Loaded without their types.
      ignoreDependencies: [
        'compression',
        'express-session',
        'morgan',
        'multer',
        'passport',
        'passport-local',
      ],
    },
    'packages/cli': { entry: ['src/{bin,dev-child}.ts!'], project },
    // The apps of its tests import these.
    'packages/cluster': {
      entry: ['src/worker-main.ts!', types],
      project,
      ignoreDependencies: ['@blaizejs/plugins', '@blaizejs/server', 'prom-client'],
    },
    // In the example of its README.
    'packages/client': { entry: [types], project, ignoreDependencies: ['@blaizejs/app'] },
    // Found by its path.
    'packages/openapi': { entry: [types], project, ignoreDependencies: ['swagger-ui-dist'] },
    // In the example of its README.
    'packages/redis': { entry: [types], project, ignoreDependencies: ['@blaizejs/app'] },
    'packages/router': { entry: ['src/module-hooks-thread.ts!', types], project },
    'packages/create-blaizejs': {
      entry: ['src/bin.ts!', 'templates/**/*.{ts,js}'],
      project,
      // In the scripts of the templates.
      ignoreDependencies: ['@blaizejs/cli'],
    },
    'apps/bookmarks': {
      entry: ['src/{server,routes/**/*}.ts!', 'serverless/{lambda,worker}.ts!', 'page/{app,live}.ts!'],
    },
    // Its pages are Markdown, and so is the code that uses these.
    'apps/docs': { ignoreDependencies: ['.+'] },
  },
};
